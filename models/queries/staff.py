"""Everybody who works in a county: their posts, and whether they are away."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.queries import people
from models.queries.holdings import Leave, leaves
from models.queries.rulebook import Rulebook
from models.rules import records
from models.tables.people import Absence, Person, Posting
from models.tables.places import Post, Unit
from models.vocabulary import Role


@dataclass(frozen=True)
class Member:
    """Somebody, the posts they hold, and the absence that lasts or is the next to come."""

    code: str
    name: str
    posts: tuple[records.Post, ...]
    away: Leave | None


def staff(session: Session, book: Rulebook, now: datetime, unit_id: int | None = None) -> list[Member]:
    """Who holds a post at an instant, in a unit and below it if one is named, by where and who they are."""
    today = book.local_date(now)
    rows = session.execute(
        select(Person.code, Person.name, Unit.name, Post.role)
        .join(Posting, Posting.person_id == Person.id)
        .join(Post, Post.id == Posting.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Unit.county_id == book.county.id, people.held_on(today))
        .where(Unit.path.contains([unit_id] if unit_id is not None else []))
        .order_by(Unit.path, Post.id, Person.code)
    ).all()
    held: dict[tuple[str, str], list[records.Post]] = defaultdict(list)
    for code, name, unit, role in rows:
        held[code, name].append(records.Post(unit, role))
    away = {each.code: each for each in reversed(leaves(session, book, today))}
    return [Member(code, name, tuple(own), away.get(code)) for (code, name), own in held.items()]


def posting_clash(  # noqa: PLR0917 -- a posting has so many parts
    session: Session, unit_id: int, role: Role, person_id: int, from_on: date, until_on: date | None
) -> str | None:
    """The field in which a posting contradicts those entered: the same from that day with another end, or, where it has
    an end, somebody else who holds the post meanwhile.
    """
    of_post = select(Posting).join(Post, Post.id == Posting.post_id)
    own = session.scalars(of_post.where(Post.unit_id == unit_id, Post.role == role)).all()
    held = [each for each in own if each.until_on is None or each.until_on > each.from_on]
    same = [each for each in held if (each.person_id, each.from_on) == (person_id, from_on)]
    if same:
        return None if same[0].until_on == until_on else "until_on"
    if until_on is None:
        return None
    between = (each for each in held if each.from_on < until_on and (each.until_on is None or each.until_on > from_on))
    return "from_on" if any(between) else None


def absence_known(  # noqa: PLR0917 -- likewise
    session: Session, county_id: int, code: str, from_on: date, until_on: date, deputy: str | None
) -> bool:
    """Whether an absence is entered already, with the same deputy."""
    standing_in = aliased(Person)
    found = session.execute(
        select(standing_in.code)
        .select_from(Absence)
        .join(Person, Person.id == Absence.person_id)
        .outerjoin(standing_in, standing_in.id == Absence.deputy_id)
        .where(Person.county_id == county_id, Person.code == code, ~Absence.cancelled)
        .where(Absence.from_on == from_on, Absence.until_on == until_on)
    ).first()
    return found is not None and found.code == deputy
