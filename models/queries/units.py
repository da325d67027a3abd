"""Units of the tree of responsibility."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, Text, any_, bindparam, or_, select
from sqlalchemy.orm import Session

from models.errors import NotFound
from models.tables.places import Post, Unit


def communities(session: Session, county_id: int) -> list[Unit]:
    """The units that run their own night: every community, then the topmost unit for all that lies above them."""
    own = select(Unit).where(Unit.county_id == county_id, Unit.community_id == Unit.id)
    return list(session.scalars(own.order_by(Unit.depth.desc(), Unit.id)))


def topmost(session: Session, county_id: int) -> Unit:
    """The unit at the top of a county's tree."""
    return session.scalars(select(Unit).where(Unit.county_id == county_id, Unit.depth == 0)).one()


_CALLED = bindparam("called", type_=Text)
CALLED = select(Unit).where(Unit.county_id == bindparam("county"), or_(Unit.key == _CALLED, Unit.name == _CALLED))
_NAMES = any_(bindparam("names", type_=ARRAY(Text)))
ALL_CALLED = select(Unit).where(Unit.county_id == bindparam("county"), or_(Unit.key == _NAMES, Unit.name == _NAMES))


def unit(session: Session, county_id: int, key_or_name: str) -> Unit:
    """A unit by key or by name.

    :raises NotFound: when there is none, or the name is not unique.
    """
    found = session.scalars(CALLED, {"county": county_id, "called": key_or_name}).all()
    return _only(found, key_or_name)


def units(session: Session, county_id: int, keys_or_names: Collection[str]) -> dict[str, Unit]:
    """Units by what they are called, as they were asked for.

    :raises NotFound: naming the first of which there is none, or several.
    """
    asked = {"county": county_id, "names": list(keys_or_names)}
    found = session.scalars(ALL_CALLED, asked).all() if keys_or_names else ()
    called: dict[str, list[Unit]] = defaultdict(list)
    for each in found:
        for name in {each.key, each.name}:
            called[name].append(each)
    return {name: _only(called[name], name) for name in keys_or_names}


def _only(found: Sequence[Unit], called: str) -> Unit:
    if len(found) != 1:
        raise NotFound(why="unit", unit=called)
    return found[0]


def answering_above(session: Session, post_ids: set[int]) -> dict[int, tuple[int, ...]]:
    """For each post, the answering posts of its unit and the units above, the nearest first."""
    rows = session.execute(
        select(Post.id, Unit.answering).join(Unit, Unit.id == Post.unit_id).where(Post.id.in_(post_ids))
    )
    return {post_id: tuple(reversed(answering)) for post_id, answering in rows}
