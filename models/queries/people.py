"""People, the posts they hold on a day, who is away, and who answers at which post."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models.errors import NotFound
from models.queries import revisions
from models.rules.assignment import Away, Roster
from models.rules.lifecycle import HeldPost
from models.tables.people import Absence, Person, Posting
from models.tables.places import Post, Unit


def held_on(day: date | ColumnElement[date], posting: type[Posting] = Posting) -> ColumnElement[bool]:
    """The condition that a posting holds on a day."""
    return (posting.from_on <= day) & or_(posting.until_on.is_(None), posting.until_on > day)


def away_on(day: date, absence: type[Absence] = Absence) -> ColumnElement[bool]:
    """The condition that somebody is away on a day by an absence."""
    return ~absence.cancelled & (absence.from_on <= day) & (absence.until_on > day)


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


def holding(session: Session, county_id: int, on: date, known_at: datetime | None = None) -> dict[int, int]:
    """The holder, as person id, of each post of a county that is held on a day, whether away or not.

    :param known_at: as it was known at that instant; None: as it is.
    """
    posting = revisions.postings(known_at)
    rows = session.execute(
        select(posting.post_id, posting.person_id)
        .join(Post, Post.id == posting.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Unit.county_id == county_id, held_on(on, posting))
    )
    return {row.post_id: row.person_id for row in rows}


def _away(session: Session, county_id: int, on: date, known_at: datetime | None = None) -> dict[int, Away]:
    absence = revisions.absences(known_at)
    rows = session.execute(
        select(absence.person_id, absence.until_on, absence.deputy_id)
        .join(Person, Person.id == absence.person_id)
        .where(Person.county_id == county_id, away_on(on, absence))
    )
    return {row.person_id: Away(row.until_on, row.deputy_id) for row in rows}


Tenure = tuple[date, date | None, HeldPost]
"""A post held from a day up to, not including, another."""


@dataclass(frozen=True)
class Career:
    """A person and the posts they ever held."""

    person_id: int
    tenures: tuple[Tenure, ...]


def careers(session: Session, county_id: int) -> dict[str, Career]:
    """The people of a county by their staff numbers. Who stood in for whom is left out."""
    rows = session.execute(
        select(Posting.person_id, Posting.from_on, Posting.until_on, Post.id, Post.role, Post.unit_id)
        .join(Post, Post.id == Posting.post_id)
        .join(Person, Person.id == Posting.person_id)
        .where(Person.county_id == county_id)
        .order_by(Post.id)
    )
    held: dict[int, list[Tenure]] = defaultdict(list)
    for person_id, since, until, *post in rows:
        held[person_id].append((since, until, HeldPost(*post)))
    known = session.execute(select(Person.code, Person.id).where(Person.county_id == county_id))
    return {code: Career(person_id, tuple(held[person_id])) for code, person_id in known}


def roster(session: Session, county_id: int, on: date, known_at: datetime | None = None) -> Roster:
    """Who holds which post of a county on a day, and who of them is away.

    :param known_at: as it was known at that instant; None: as it is.
    """
    return Roster(holding(session, county_id, on, known_at), _away(session, county_id, on, known_at))


def holders(session: Session, county_id: int, on: date) -> Mapping[int, int]:
    """Who answers, as person id, at each post of a county on a day: its holder, or who stands in."""
    return roster(session, county_id, on).answering
