"""People, the posts they hold on a day, and who answers for which post."""

from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.errors import NotFound
from models.rules.lifecycle import HeldPost
from models.tables.people import Person, Posting
from models.tables.places import Post, Unit


def held_on(day: date) -> ColumnElement[bool]:
    """The condition that a posting holds on a day."""
    return (Posting.from_on <= day) & or_(Posting.until_on.is_(None), Posting.until_on > day)


def person(session: Session, county_id: int, code: str) -> Person:
    """A person by the staff number.

    :raises NotFound: when the county knows nobody by it.
    """
    found = session.scalar(select(Person).where(Person.county_id == county_id, Person.code == code))
    if found is None:
        raise NotFound(why="person", code=code)
    return found


def held_posts(session: Session, person_id: int, on: date) -> list[HeldPost]:
    """The posts a person holds on a day."""
    rows = session.execute(
        select(Post.id, Post.role, Post.unit_id)
        .join(Posting, Posting.post_id == Post.id)
        .where(Posting.person_id == person_id, held_on(on))
        .order_by(Post.id)
    )
    return [HeldPost(*row) for row in rows]


def holders(session: Session, county_id: int, on: date) -> dict[int, int]:
    """The holder, as person id, of each post of a county that is held on a day."""
    rows = session.execute(
        select(Posting.post_id, Posting.person_id)
        .join(Post, Post.id == Posting.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Unit.county_id == county_id, held_on(on))
    )
    return {row.post_id: row.person_id for row in rows}
