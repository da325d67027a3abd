"""Appointing people to posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.errors import NotFound
from models.tables.people import Person, Posting
from models.tables.places import Post, Unit
from models.vocabulary import Role


@dataclass(frozen=True)
class Appointment:
    """A person takes a post of a unit on a day; whoever held it until then, or was to hold it later, leaves it."""

    unit: str
    role: Role
    code: str
    name: str
    from_on: date


def appoint(session: Session, county_id: int, appointments: Sequence[Appointment], *, now: datetime) -> int:
    """Enter appointments; those already entered change nothing.

    :return: how many were new.
    :raises NotFound: naming the first unit or post that does not exist.
    """
    posts = _posts(session, county_id)
    people = _people(session, county_id, {each.code: each.name for each in appointments})
    wanted = {}
    for each in appointments:
        if (each.unit, each.role) not in posts:
            raise NotFound(why="post", unit=each.unit, role=each.role)
        wanted[posts[each.unit, each.role]] = (people[each.code], each.from_on)
    known = session.scalars(select(Posting).where(Posting.post_id.in_(wanted))).all()
    held = {posting.post_id: posting.person_id for posting in known if posting.until_on is None}
    entered = {(each.post_id, each.person_id, each.from_on) for each in known if each.until_on != each.from_on}
    new = {
        post_id: who
        for post_id, who in wanted.items()
        if held.get(post_id) != who[0] and (post_id, *who) not in entered
    }
    for post_id in {posting.post_id for posting in known} & new.keys():
        leave(session, post_id, new[post_id][1], now=now)
    session.add_all(
        Posting(post_id=post_id, person_id=person_id, from_on=day, changed_at=now)
        for post_id, (person_id, day) in new.items()
    )
    session.flush()
    return len(new)


def leave(session: Session, post_id: int, on: date, *, now: datetime) -> None:
    """End who holds a post: the day is the first on which they no longer do. Who was to hold it later never does."""
    session.execute(
        update(Posting)
        .where(Posting.post_id == post_id, or_(Posting.until_on.is_(None), Posting.until_on > on))
        .values(until_on=func.greatest(Posting.from_on, on), changed_at=now)
    )


def _posts(session: Session, county_id: int) -> dict[tuple[str, Role], int]:
    rows = session.execute(
        select(Unit.key, Post.role, Post.id).join(Post, Post.unit_id == Unit.id).where(Unit.county_id == county_id)
    )
    return {(key, role): post_id for key, role, post_id in rows}


def _people(session: Session, county_id: int, names: dict[str, str]) -> dict[str, int]:
    if names:
        entered = insert(Person).values(
            [{"county_id": county_id, "code": code, "name": name} for code, name in sorted(names.items())]
        )
        session.execute(
            entered.on_conflict_do_update(index_elements=["county_id", "code"], set_={"name": entered.excluded.name})
        )
    rows = session.execute(select(Person.code, Person.id).where(Person.county_id == county_id))
    return {row.code: row.id for row in rows}
