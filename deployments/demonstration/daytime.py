"""A day in the life of the demonstration county: what is raised, worked on, asked for and decided, hour by hour."""

from collections.abc import Callable, Iterator, Mapping
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
from models.tables.policies import Category
from models.vocabulary import Severity, Stage

WATCHES = (time(10), time(13), time(16), time(22))


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
    yield from ((day.at(clock), lambda _, clock=clock: nights.watch(day, clock)) for clock in WATCHES)


def _raised(day: Day, issues: list[Issue]) -> Iterator[Happening]:
    known = [issue for issue in issues if issue.unit_id in day.cast.grids and issue.stage is Stage.ACTING]
    for _ in range(day.dice.randint(day.plan["reports_a_day"] // 2, day.plan["reports_a_day"] * 3 // 2)):
        if known and day.happens("again"):
            yield day.some_time(), partial(_again, day, day.dice.choice(known))
        else:
            yield day.some_time(), _anew(day)


def _again(day: Day, issue: Issue, now: datetime) -> None:
    """Somebody raises what another one has raised already."""
    category = day.session.get_one(Category, issue.category_id).key
    _report(day, day.cast.grids.get(issue.unit_id), category, issue.summary, now)


def _anew(day: Day) -> Callable[[datetime], None]:
    grid = None if day.dice.random() < day.plan["unowned_share"] else day.dice.choice(list(day.cast.grids.values()))
    category = day.dice.choice(list(day.plan["summaries"]))
    summary = day.dice.choice(day.plan["summaries"][category])
    severity = Severity.URGENT if day.dice.random() < day.plan["urgent_share"] else Severity.ORDINARY
    return lambda now: _report(day, grid, category, summary, now, severity)


def _report(
    day: Day, grid: Unit | None, category: str, summary: str, now: datetime, severity: Severity = Severity.ORDINARY
) -> None:
    place = grid or day.dice.choice(list(day.cast.grids.values()))
    by = day.cast.cadre(place)
    if by is not None:
        source = day.dice.choice(day.plan.get("sources", ["visit"]))
        what = Report(grid.key if grid else None, category, severity, summary, now, by, source)
        report(day.session, day.book, what, now=now)
