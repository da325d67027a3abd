"""People, the posts they hold on a day, who is away, and who answers at which post."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from models.errors import NotFound
from models.queries import revisions
from models.rules.assignment import Away, Roster
from models.rules.lifecycle import HeldPost
from models.tables.people import Absence, Person, Posting
from models.tables.places import Post, Unit

DAY: ColumnElement[date] = bindparam("day", type_=Date)
"""The day a query is asked for."""


def held_on(day: date | ColumnElement[date], posting: type[Posting] = Posting) -> ColumnElement[bool]:
    """The condition that a posting holds on a day."""
    return (posting.from_on <= day) & or_(posting.until_on.is_(None), posting.until_on > day)


def away_on(day: date | ColumnElement[date], absence: type[Absence] = Absence) -> ColumnElement[bool]:
    """The condition that somebody is away on a day by an absence."""
    return ~absence.cancelled & (absence.from_on <= day) & (absence.until_on > day)


def _holding(posting: type[Posting]) -> Select[tuple[int, int]]:
    held = select(posting.post_id, posting.person_id).join(Post, Post.id == posting.post_id)
    held = held.join(Unit, Unit.id == Post.unit_id)
    return held.where(Unit.county_id == bindparam("county"), held_on(DAY, posting))


def _absent(absence: type[Absence]) -> Select[tuple[int, date, int | None]]:
    away = select(absence.person_id, absence.until_on, absence.deputy_id)
    away = away.join(Person, Person.id == absence.person_id)
    return away.where(Person.county_id == bindparam("county"), away_on(DAY, absence))


# What every action asks is put together once.
HOLDING, ABSENT = _holding(Posting), _absent(Absence)
HELD = select(Post.id, Post.role, Post.unit_id).join(Posting, Posting.post_id == Post.id).where(held_on(DAY))
_STANDS_IN = select(Absence.id).where(Absence.deputy_id == Posting.person_id, away_on(DAY)).exists()
HELD_BY = HELD.add_columns(_STANDS_IN).where(Posting.person_id == bindparam("person")).order_by(Post.id)
BY_CODE = select(Person).where(Person.county_id == bindparam("county"), Person.code == bindparam("code"))


def person(session: Session, county_id: int, code: str) -> Person:
    """A person by the staff number.

    :raises NotFound: when the county knows nobody by it.
    """
    found = session.scalar(BY_CODE, {"county": county_id, "code": code})
    if found is None:
        raise NotFound(why="person", code=code)
    return found


def names(session: Session, county_id: int) -> dict[str, str]:
    """What everybody a county knows is called, by staff number."""
    rows = session.execute(select(Person.code, Person.name).where(Person.county_id == county_id))
    return {row.code: row.name for row in rows}


def anybody_in_post(session: Session, county_id: int) -> bool:
    """Whether anybody was ever appointed in a county."""
    appointed = select(Posting.id).join(Post, Post.id == Posting.post_id).join(Unit, Unit.id == Post.unit_id)
    return session.scalar(appointed.where(Unit.county_id == county_id).limit(1)) is not None


def held_posts(session: Session, person_id: int, on: date) -> list[HeldPost]:
    """The posts by which a person may act on a day: those they hold, then those of whom they stand in for."""
    rows = session.execute(HELD_BY, {"day": on, "person": person_id}).all()
    own = [HeldPost(*row[:3]) for row in rows]
    if not any(row[3] for row in rows):  # deputies are few, actions many; who holds no post is nobody's
        return own
    answering = holders(session, session.get_one(Person, person_id).county_id, on)
    stood_in_for = [post_id for post_id, acting in answering.items() if acting == person_id]
    others = HELD.where(Posting.person_id != person_id, Posting.post_id.in_(stood_in_for)).order_by(Post.id)
    return own + [HeldPost(*row) for row in session.execute(others, {"day": on})]


def holding(session: Session, county_id: int, on: date, known_at: datetime | None = None) -> dict[int, int]:
    """The holder, as person id, of each post of a county that is held on a day, whether away or not.

    :param known_at: as it was known at that instant; None: as it is.
    """
    held = HOLDING if known_at is None else _holding(revisions.postings(known_at))
    return {row[0]: row[1] for row in session.execute(held, {"county": county_id, "day": on})}


def _away(session: Session, county_id: int, on: date, known_at: datetime | None = None) -> dict[int, Away]:
    absent = ABSENT if known_at is None else _absent(revisions.absences(known_at))
    rows = session.execute(absent, {"county": county_id, "day": on})
    return {person: Away(until, deputy) for person, until, deputy in rows}


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
