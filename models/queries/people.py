"""People, the posts they hold on a day, who is away, and who answers at which post."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.errors import NotFound
from models.rules.assignment import Away, Roster
from models.rules.lifecycle import HeldPost
from models.tables.people import Absence, Person, Posting
from models.tables.places import Post, Unit


def held_on(day: date | ColumnElement[date], posting: type[Posting] = Posting) -> ColumnElement[bool]:
    """The condition that a posting holds on a day."""
    return (posting.from_on <= day) & or_(posting.until_on.is_(None), posting.until_on > day)


def away_on(day: date) -> ColumnElement[bool]:
    """The condition that somebody is away on a day by an absence."""
    return ~Absence.cancelled & (Absence.from_on <= day) & (Absence.until_on > day)


def person(session: Session, county_id: int, code: str) -> Person:
    """A person by the staff number.

    :raises NotFound: when the county knows nobody by it.
    """
    found = session.scalar(select(Person).where(Person.county_id == county_id, Person.code == code))
    if found is None:
        raise NotFound(why="person", code=code)
    return found


def held_posts(session: Session, person_id: int, on: date) -> list[HeldPost]:
    """The posts by which a person may act on a day: those they hold, then those of whom they stand in for."""
    county_id = session.get_one(Person, person_id).county_id
    away, own = _away(session, county_id, on), Posting.person_id == person_id
    if all(each.deputy_id != person_id for each in away.values()):  # deputies are few, actions many
        return _posts(session, own, on)
    county = Roster(holding(session, county_id, on), away)
    stood_in_for = [post_id for post_id, acting in county.answering.items() if acting == person_id]
    return [*_posts(session, own, on), *_posts(session, ~own & Posting.post_id.in_(stood_in_for), on)]


def _posts(session: Session, condition: ColumnElement[bool], on: date) -> list[HeldPost]:
    rows = session.execute(
        select(Post.id, Post.role, Post.unit_id)
        .join(Posting, Posting.post_id == Post.id)
        .where(condition, held_on(on))
        .order_by(Post.id)
    )
    return [HeldPost(*row) for row in rows]


def holding(session: Session, county_id: int, on: date) -> dict[int, int]:
    """The holder, as person id, of each post of a county that is held on a day, whether away or not."""
    rows = session.execute(
        select(Posting.post_id, Posting.person_id)
        .join(Post, Post.id == Posting.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Unit.county_id == county_id, held_on(on))
    )
    return {row.post_id: row.person_id for row in rows}


def _away(session: Session, county_id: int, on: date) -> dict[int, Away]:
    rows = session.execute(
        select(Absence.person_id, Absence.until_on, Absence.deputy_id)
        .join(Person, Person.id == Absence.person_id)
        .where(Person.county_id == county_id, away_on(on))
    )
    return {row.person_id: Away(row.until_on, row.deputy_id) for row in rows}


def roster(session: Session, county_id: int, on: date) -> Roster:
    """Who holds which post of a county on a day, and who of them is away."""
    return Roster(holding(session, county_id, on), _away(session, county_id, on))


def holders(session: Session, county_id: int, on: date) -> Mapping[int, int]:
    """Who answers, as person id, at each post of a county on a day: its holder, or who stands in."""
    return roster(session, county_id, on).answering
