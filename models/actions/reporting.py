"""Putting what people raise into the ledger, one by one or a whole file."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from sqlalchemy import ARRAY, BigInteger, any_, func, literal, select
from sqlalchemy.orm import Session

from models.actions import guards, suspending
from models.actions.entering import Entry, enter, spot_of
from models.errors import CalendarEnds, InvalidInput, NotFound
from models.queries import intake, people, units
from models.queries.rulebook import Rulebook
from models.rules.arriving import Arrival, Done, Spot, assigned_by_rule
from models.rules.escalation import freeze
from models.rules.intake import Content, Key
from models.rules.lifecycle import allowing_post, transition
from models.tables.issues import Issue
from models.tables.policies import Category
from models.vocabulary import Action, DutyKind, Lane, Severity

SOURCES = 4  # a space of advisory locks: who reports from a source waits for the others who do


@dataclass(frozen=True)
class Report:
    """What was raised and when.

    `grid` is a key or name; None when the place lies on no grid. An issue that is not urgent is simple without a lane.
    """

    grid: str | None
    category: str
    severity: Severity
    summary: str
    happened_at: datetime
    by: str
    source: str = "command"
    external_id: str | None = None
    lane: Lane | None = None


@dataclass(frozen=True)
class _Desk:
    """What a batch of reports is checked against, looked up once: ids by names, and who reports by which post."""

    spots: Mapping[str | None, Spot]
    categories: Mapping[str, int]
    reporters: Mapping[str, tuple[int, int]]


def report(session: Session, book: Rulebook, what: Report, *, now: datetime) -> Issue:
    """Put one report into the ledger; an urgent one on a grid is assigned at once.

    :raises InvalidInput: when its source already gave one with this external id.
    :raises NotFound: unknown grid, category or person.
    """
    issues = report_all(session, book, [what], now=now)
    if not issues:
        raise InvalidInput(why="already_reported", external_id=what.external_id)
    return issues[0]


def report_all(session: Session, book: Rulebook, reports: Sequence[Report], *, now: datetime) -> list[Issue]:
    """Put reports into the ledger, skipping what their source gave before.

    :return: the new issues, in the order given.
    :raises InvalidInput: when one happened after `now`.
    """
    issue_ids = report_many(session, book, reports, now=now).values()
    wanted = select(Issue).where(Issue.id == any_(literal(list(issue_ids), ARRAY(BigInteger))))
    return list(session.scalars(wanted.order_by(Issue.id)))


def report_many(session: Session, book: Rulebook, reports: Sequence[Report], *, now: datetime) -> dict[int, int]:
    """The same for a long file: the ids of the new issues, by their report's place in the order given."""
    guards.check_clock(session, book.county.id, now)
    fresh = _not_yet_in(session, book, reports)
    desk = _desk(session, book, [reports[place] for place in fresh], now)
    for place in fresh:
        if reports[place].happened_at > now:
            raise InvalidInput(why="happened_later", happened_at=reports[place].happened_at.isoformat())
    arrivals = [_arrival(desk, reports[place], now) for place in fresh]
    guards.hold_casework(session, {each.spot.community_id for each in arrivals})
    issue_ids = enter(session, arrivals, Entry(book, desk.categories, now))
    suspending.follow(session, book, issue_ids, now=now)
    return dict(zip(fresh, issue_ids, strict=True))


def told_before(session: Session, book: Rulebook, keys: Collection[Key]) -> dict[Key, Content]:
    """What the sources gave under these ids before; until the transaction ends nobody else reports from them."""
    _hold_sources(session, book.county.id, {source for source, _ in keys})
    return intake.told(session, book.county.id, keys)


def calendar_reaches(book: Rulebook, what: Report, *, now: datetime) -> bool:
    """Whether the calendar knows days enough for each duty that opens when this is recorded."""
    opening = {DutyKind.ACT: what.happened_at}
    if what.grid is None:
        opening[DutyKind.DISPATCH] = now
    elif what.severity is Severity.URGENT:
        opening[DutyKind.SIGN] = now
    try:
        for kind, start in opening.items():
            freeze(book.level(kind, what.category, what.severity, _lane(what)), start, book.calendar)
    except CalendarEnds:
        return False
    return True


def _lane(report: Report) -> Lane:
    """The lane asked for; urgent issues have their own."""
    return Lane.URGENT if report.severity is Severity.URGENT else report.lane or Lane.SIMPLE


def _hold_sources(session: Session, county_id: int, sources: Iterable[str]) -> None:
    """Wait until nobody else reports from these sources, always in the same order: nobody waits in a circle."""
    for key in sorted({crc32(f"{county_id} {source}".encode()) - 2**31 for source in sources}):
        session.execute(select(func.pg_advisory_xact_lock(SOURCES, key)))


def _not_yet_in(session: Session, book: Rulebook, reports: Sequence[Report]) -> list[int]:
    """The places of the reports that are new, each once."""
    known = told_before(session, book, {(r.source, r.external_id) for r in reports if r.external_id is not None})
    fresh: dict[object, int] = {}
    for place, each in enumerate(reports):
        key = (each.source, each.external_id) if each.external_id is not None else object()
        if key not in known:
            fresh.setdefault(key, place)
    return list(fresh.values())


def _desk(session: Session, book: Rulebook, reports: Sequence[Report], now: datetime) -> _Desk:
    county_id, row = book.county.id, transition(None, Action.REPORT)
    named = {each.grid for each in reports if each.grid is not None}
    placed = units.units(session, county_id, named)
    spots: dict[str | None, Spot] = {name: spot_of(book, placed[name]) for name in named}
    if any(each.grid is None for each in reports):
        spots[None] = spot_of(book, units.topmost(session, county_id))
    categories = session.execute(select(Category.key, Category.id).where(Category.county_id == county_id))
    reporters = {}
    for code in {each.by for each in reports}:
        person = people.person(session, county_id, code)
        held = people.held_posts(session, person.id, book.local_date(now))
        reporters[code] = person.id, allowing_post(row, held, ()).post_id
    return _Desk(spots, {row.key: row.id for row in categories}, reporters)


def _arrival(desk: _Desk, report: Report, now: datetime) -> Arrival:
    if report.category not in desk.categories:
        raise NotFound(why="category", category=report.category)
    spot, lane = desk.spots[report.grid], _lane(report)
    raised = Done(transition(None, Action.REPORT), report.happened_at, *desk.reporters[report.by])
    assigned = (assigned_by_rule(spot, now),) if report.severity is Severity.URGENT and spot.on_grid else ()
    what = report.source, report.external_id, report.summary
    return Arrival(spot, report.category, report.severity, lane, *what, (raised, *assigned))
