"""Letting the demonstration county live up to yesterday.

Everything follows from a seed. A day is one transaction: stopped anywhere and begun again, no day is lived twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deployments.demonstration.day import days_after
from deployments.demonstration.daytime import live_day
from deployments.demonstration.founding import first_of_all
from deployments.demonstration.nights import run_night
from models.database import transaction
from models.queries.rulebook import Rulebook, rulebook
from models.rules.pack import CountyPack
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.places import County


@dataclass(frozen=True)
class Lived:
    """How many days were lived through, from and up to which, and how many issues the county has now."""

    days: int
    first: date | None
    last: date | None
    issues: int


def live(
    url: str, pack: CountyPack, plan: dict[str, Any], now: datetime, told: Callable[[date, int, int], None]
) -> Lived:
    """Let a county that the demonstration founded live up to yesterday; tonight's night is left to who runs it.

    :param told: called before each day with the day, how many are done, and how many there are.
    """
    days = _days_to_live(url, pack, plan, now)
    for done, day in enumerate(days):
        told(day, done, len(days))
        _one_day(url, pack, plan, day, tonight=days[-1])
    with transaction(url) as session:
        own = select(func.count()).select_from(Issue).join(County, County.id == Issue.county_id)
        issues = session.scalars(own.where(County.key == pack.county.key)).one()
    return Lived(len(days), days[0] if days else None, days[-1] if days else None, issues)


def _days_to_live(url: str, pack: CountyPack, plan: dict[str, Any], now: datetime) -> list[date]:
    """The days whose daytime nobody lived yet, yesterday the last; at the very first, as many as the plan says."""
    with transaction(url) as session:
        book = rulebook(session, pack.county.key)
        today = book.local_date(now)
        last = _last_lived(session, book)
        first = days_after(last, 1) if last else first_of_all(book, plan, now)
    return [days_after(first, n) for n in range((today - first).days)]


def _last_lived(session: Session, book: Rulebook) -> date | None:
    """The last day on which people, invented or real, did anything."""
    acted = select(func.max(Event.recorded_at)).where(Event.county_id == book.county.id, Event.person_id.is_not(None))
    last = session.scalar(acted)
    return book.local_date(last) if last else None


def _one_day(url: str, pack: CountyPack, plan: dict[str, Any], day: date, *, tonight: date) -> None:
    """A day's daytime and the night after it; the last night is not ours."""
    with transaction(url) as session:
        book = rulebook(session, pack.county.key)
        live_day(session, book, plan, day)
        if day != tonight:
            run_night(session, book, plan, days_after(day, 1))
