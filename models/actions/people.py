"""Appointing people to posts, and their leaving. Work that is owed is never left behind unsaid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions import guards, handing_over
from models.actions.handing_over import Succession
from models.errors import NotFound, StillHolds
from models.queries import posts
from models.rules import records
from models.tables.people import Person, Posting
from models.tables.places import County, Post, Unit
from models.vocabulary import Role


@dataclass(frozen=True)
class Appointment:
    """A person takes a post of a unit on a day; whoever held it until then, or was to hold it later, leaves it.

    With an end (the first day on which they no longer hold it) only who held it between leaves it.
    """

    unit: str
    role: Role
    code: str
    name: str
    from_on: date
    until_on: date | None = None


def register(session: Session, county_id: int, names: Mapping[str, str], *, now: datetime) -> None:
    """Make people known by staff number and name; those of a number that is known already are called so from now on.

    :raises ClockBehind: `now` lies before what is recorded.
    """
    guards.check_clock(session, county_id, now)
    _people(session, county_id, names)


def appoint(session: Session, county_id: int, appointments: Sequence[Appointment], *, now: datetime) -> int:
    """Enter appointments; those already entered change nothing. What a post owes passes on to its new holder.

    :return: how many were new.
    :raises NotFound: naming the first unit or post that does not exist.
    :raises ClockBehind: `now` lies before what is recorded.
    """
    known_posts = _posts(session, county_id)
    people = _people(session, county_id, {each.code: each.name for each in appointments})
    wanted = {}
    for each in appointments:
        if (each.unit, each.role) not in known_posts:
            raise NotFound(why="post", unit=each.unit, role=each.role)
        wanted[known_posts[each.unit, each.role]] = (people[each.code], each.from_on, each.until_on)
    known = session.scalars(select(Posting).where(Posting.post_id.in_(wanted))).all()
    held = {posting.post_id: posting.person_id for posting in known if posting.until_on is None}
    entered = {(each.post_id, each.person_id, each.from_on) for each in known if each.until_on != each.from_on}
    new = {
        post_id: who
        for post_id, who in wanted.items()
        if (held.get(post_id) != who[0] or who[2]) and (post_id, *who[:2]) not in entered
    }
    county = session.get_one(County, county_id)
    handing_over.succeed(session, county, [Succession(post, *who) for post, who in new.items()], now=now)
    return len(new)


def leave(session: Session, post_id: int, on: date, *, now: datetime, to_the_tier_above: bool = False) -> None:
    """End who holds a post: the day is the first on which they no longer do. Who was to hold it later never does.

    :param to_the_tier_above: whether what the post owes is left to whoever answers above; the history says so.
    :raises StillHolds: the post owes something, and it is not.
    """
    post = session.get_one(Post, post_id)
    unit = session.get_one(Unit, post.unit_id)
    leaving = posts.holder(posts.postings(session, [post_id])[post_id], on)
    owed = posts.owed(session, [post_id]).get(post_id, 0)
    if owed and leaving is not None and not to_the_tier_above:
        person = session.get_one(Person, leaving)
        held = records.Post(unit.name, post.role)
        raise StillHolds(person=person.name, code=person.code, count=owed, posts=(held,))
    county = session.get_one(County, unit.county_id)
    handing_over.succeed(session, county, [Succession(post_id, None, on)], now=now)


def _posts(session: Session, county_id: int) -> dict[tuple[str, Role], int]:
    rows = session.execute(
        select(Unit.key, Post.role, Post.id).join(Post, Post.unit_id == Unit.id).where(Unit.county_id == county_id)
    )
    return {(key, role): post_id for key, role, post_id in rows}


def _people(session: Session, county_id: int, names: Mapping[str, str]) -> dict[str, int]:
    if names:
        entered = insert(Person).values(
            [{"county_id": county_id, "code": code, "name": name} for code, name in sorted(names.items())]
        )
        session.execute(
            entered.on_conflict_do_update(index_elements=["county_id", "code"], set_={"name": entered.excluded.name})
        )
    rows = session.execute(select(Person.code, Person.id).where(Person.county_id == county_id))
    return {row.code: row.id for row in rows}
