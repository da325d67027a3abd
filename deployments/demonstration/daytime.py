"""A day in the life of the demonstration county: what is raised, worked on, asked for and decided, hour by hour."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from deployments.demonstration import casework, hotline, nights, offices
from deployments.demonstration.day import Day, Happening, cast, last_recorded
from models.actions.reporting import Report, report
from models.queries.rulebook import Rulebook
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import Severity, Stage

WATCHES = (time(10, 30), time(15), time(22))


def live_day(session: Session, book: Rulebook, plan: Mapping[str, Any], on: date) -> None:
    """The daytime of a day, in the order of the clock; what would lie before the last record is left out."""
    last = last_recorded(session, book)
    dice = Random(f"{plan['seed']} {on}")  # reproducible
    day = Day(session, book, plan, on, cast(session, book, on), dice)
    for now, happen in sorted(_happenings(day), key=lambda each: each[0]):
        if last is None or now > last:
            happen(now)


def _happenings(day: Day) -> Iterator[Happening]:
    """All that may happen; people rest on days off, but residents report, and water does not wait."""
    issues = casework.under_way(day)
    yield from _raised(day, issues)
    yield from _watched(day)
    yield from offices.floods(day)
    if day.book.calendar.is_workday(day.date):
        yield from offices.changes(day)
        yield from hotline.files(day)
        yield from casework.worked(day, issues)


def _watched(day: Day) -> Iterator[Happening]:
    yield from ((day.at(clock), partial(nights.watch, day)) for clock in WATCHES)


def _raised(day: Day, issues: list[Issue]) -> Iterator[Happening]:
    known = [issue for issue in issues if issue.unit_id in day.cast.grids and issue.stage is Stage.ACTING]
    usual = day.plan["reports_a_day"]
    for _ in range(day.dice.randint(usual - usual // 2, usual + usual // 2)):
        told = _again(day, day.dice.choice(known)) if known and day.happens("again") else _anew(day)
        raised: list[Issue] = []
        first = day.some_time()
        yield first, partial(_report, day, told, raised)
        if told.severity is Severity.URGENT and day.happens("heed"):
            yield from casework.heeded(day, raised, first)


@dataclass(frozen=True)
class _Told:
    """What somebody tells; on no grid where nobody knows which."""

    grid: Unit | None
    category: str
    summary: str
    severity: Severity = Severity.ORDINARY


def _again(day: Day, issue: Issue) -> _Told:
    """Somebody raises what another one has raised already."""
    return _Told(day.cast.grids[issue.unit_id], day.cast.categories[issue.category_id].key, issue.summary)


def _anew(day: Day) -> _Told:
    grid = None if day.dice.random() < day.plan["unowned_share"] else day.dice.choice(list(day.cast.grids.values()))
    category = day.dice.choice(list(day.plan["summaries"]))
    summary = day.dice.choice(day.plan["summaries"][category])
    urgent = day.dice.random() < day.plan["urgent_share"]
    return _Told(grid, category, summary, Severity.URGENT if urgent else Severity.ORDINARY)


def _report(day: Day, told: _Told, raised: list[Issue], now: datetime) -> None:
    by = day.cast.cadre(told.grid or day.dice.choice(list(day.cast.grids.values())))
    if by is not None:
        source = day.dice.choice(day.plan.get("sources", ["visit"]))
        key = told.grid.key if told.grid else None
        what = Report(key, told.category, told.severity, told.summary, now, by, source)
        raised.append(report(day.session, day.book, what, now=now))
