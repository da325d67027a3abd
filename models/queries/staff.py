"""Everybody who works in a county: their posts, and whether they are away."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries import people
from models.queries.holdings import Leave, leaves
from models.queries.rulebook import Rulebook
from models.rules import records
from models.tables.people import Person, Posting
from models.tables.places import Post, Unit


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
