"""Putting what people raise into the ledger, one by one or a whole file."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions import duties, guards, suspending
from models.actions.assigning import assign_to_grid
from models.errors import CalendarEnds, InvalidInput, NotFound
from models.queries import intake, people, units
from models.queries.rulebook import Rulebook
from models.rules.escalation import freeze
from models.rules.intake import Content, Key
from models.rules.lifecycle import HeldPost, Transition, allowing_post, transition
from models.tables.events import Event
from models.tables.issues import Issue, IssueNumber
from models.tables.people import Person
from models.tables.places import Unit
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
    """What a batch of reports is checked against, looked up once. What lies on no grid is the topmost unit's."""

    grids: dict[str | None, Unit]
    categories: dict[str, Category]
    reporters: dict[str, tuple[Person, HeldPost]]
    row: Transition


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
    guards.check_clock(session, book.county.id, now)
    fresh = _not_yet_in(session, book, reports)
    desk = _desk(session, book, fresh, now)
    for each in fresh:
        if each.happened_at > now:
            raise InvalidInput(why="happened_later", happened_at=each.happened_at.isoformat())
    places = [desk.grids[each.grid] for each in fresh]
    guards.hold_casework(session, {unit.community_id for unit in places})
    numbers = _numbers(session, book, places, now)
    issues = [_issue(book, desk, *row, now=now) for row in zip(fresh, places, numbers, strict=True)]
    session.add_all(issues)
    session.flush()  # events and duties need the issues' ids
    session.add_all(_reported(book, desk, each, issue) for each, issue in zip(fresh, issues, strict=True))
    _open_duties(session, book, list(zip(fresh, issues, places, strict=True)), now)
    suspending.follow(session, book, [issue.id for issue in issues], now=now)
    return issues


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


def _not_yet_in(session: Session, book: Rulebook, reports: Sequence[Report]) -> list[Report]:
    known = told_before(session, book, {(r.source, r.external_id) for r in reports if r.external_id is not None})
    fresh: dict[object, Report] = {}
    for each in reports:
        key = (each.source, each.external_id) if each.external_id is not None else object()
        if key not in known:
            fresh.setdefault(key, each)
    return list(fresh.values())


CATEGORIES = select(Category).where(Category.county_id == bindparam("county"))


def _desk(session: Session, book: Rulebook, reports: Sequence[Report], now: datetime) -> _Desk:
    county_id, row = book.county.id, transition(None, Action.REPORT)
    named = {each.grid for each in reports if each.grid is not None}
    grids: dict[str | None, Unit] = {name: units.unit(session, county_id, name) for name in named}
    categories = {each.key: each for each in session.scalars(CATEGORIES, {"county": county_id})}
    reporters = {}
    for code in {each.by for each in reports}:
        person = people.person(session, county_id, code)
        held = people.held_posts(session, person.id, book.local_date(now))
        reporters[code] = (person, allowing_post(row, held, ()))
    if any(each.grid is None for each in reports):
        grids[None] = units.topmost(session, county_id)
    return _Desk(grids, categories, reporters, row)


_NUMBER = insert(IssueNumber)
NUMBERS = _NUMBER.on_conflict_do_update(
    index_elements=["community_id", "year"], set_={"last": IssueNumber.last + _NUMBER.excluded.last}
).returning(IssueNumber.last)


def _numbers(session: Session, book: Rulebook, places: Sequence[Unit], now: datetime) -> list[str]:
    """Speakable numbers, without gaps: community, year of recording, running number."""
    year = book.local_date(now).year
    following = {}
    for community_id, count in sorted(Counter(unit.community_id for unit in places).items()):
        last = session.scalars(NUMBERS, {"community_id": community_id, "year": year, "last": count}).one()
        name = session.get_one(Unit, community_id).name
        following[community_id] = iter([f"{name}-{year}-{n:04d}" for n in range(last - count + 1, last + 1)])
    return [next(following[unit.community_id]) for unit in places]


def _issue(book: Rulebook, desk: _Desk, report: Report, place: Unit, number: str, *, now: datetime) -> Issue:
    if report.category not in desk.categories:
        raise NotFound(why="category", category=report.category)
    return Issue(
        county_id=book.county.id,
        community_id=place.community_id,
        unit_id=place.id,
        number=number,
        source=report.source,
        external_id=report.external_id,
        category_id=desk.categories[report.category].id,
        severity=report.severity,
        lane=_lane(report),
        stage=desk.row.target,
        summary=report.summary,
        happened_at=report.happened_at,
        recorded_at=now,
        reopenings=0,
        called_up=False,
        changed_at=now,
    )


def _reported(book: Rulebook, desk: _Desk, report: Report, issue: Issue) -> Event:
    person, post = desk.reporters[report.by]
    return Event(
        county_id=book.county.id,
        issue_id=issue.id,
        action=desk.row.action,
        stage_to=desk.row.target,
        person_id=person.id,
        post_id=post.post_id,
        happened_at=report.happened_at,
        recorded_at=issue.recorded_at,
    )


def _open_duties(session: Session, book: Rulebook, cases: Sequence[tuple[Report, Issue, Unit]], now: datetime) -> None:
    """The duty to handle each, counting from when it was raised; the unowned to be dispatched, the urgent assigned."""
    for report, issue, _ in cases:
        level = book.level(DutyKind.ACT, report.category, issue.severity, issue.lane)
        session.add(duties.new_duty(book, issue, level, post_id=None, opened_at=report.happened_at, now=now))
    session.flush()  # assigning looks them up
    for _, issue, place in cases:
        if place.depth != book.lowest:
            duties.open_duty(session, book, issue, DutyKind.DISPATCH, place.answering[-1], now=now)
        elif issue.severity is Severity.URGENT:
            assign_to_grid(session, book, issue, place, now=now)
