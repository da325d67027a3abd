"""The ledger: one row an issue, with how it stands and who answers for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.selectable import LateralFromClause

from models.errors import NotFound
from models.queries.duties import light
from models.queries.reach import reach
from models.queries.rulebook import Rulebook
from models.rules.records import Reached
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import Unit
from models.tables.policies import Category
from models.vocabulary import Action, DutyKind, DutyState, Lane, Light, Rating, Severity, Stage

CHUNK = 1000
ORDER = tuple(DutyKind)
"""What must be done first stands first."""


@dataclass(frozen=True)
class Wanted:
    """Which issues are asked for; what is None asks for nothing. `unit_id` means everything below it too."""

    number: str | None = None
    unit_id: int | None = None
    stage: Stage | None = None
    light: Light | None = None


@dataclass(frozen=True)
class Entry:
    """An issue's row.

    ``duty``, ``due_at``, ``steps_fired`` and ``holder`` are those of its open duty that presses most: the one with the
    gravest light, and among those the one to be done first. Without an open duty they are those of the last handling,
    and there is no light. ``signed_at`` and ``done_at`` are the last times that happened.
    """

    number: str
    community: str
    grid: str | None
    category: str
    severity: Severity
    lane: Lane
    stage: Stage
    light: Light | None
    duty: DutyKind | None
    due_at: datetime | None
    steps_fired: int
    holder: Reached | None
    happened_at: datetime
    recorded_at: datetime
    signed_at: datetime | None
    done_at: datetime | None
    handler: str | None
    rating: Rating | None
    closed_at: datetime | None
    reopenings: int
    source: str
    external_id: str | None
    summary: str


def entries(
    session: Session,
    book: Rulebook,
    now: datetime,
    wanted: Wanted | None = None,
    *,
    limit: int | None = None,
    newest_first: bool = False,
) -> Iterator[Entry]:
    """Rows of the ledger in the order they were recorded, or the other way round, read little by little."""
    order = Issue.id.desc() if newest_first else Issue.id
    statement = _rows(book, now, wanted or Wanted()).order_by(order).limit(limit)
    reached: dict[int, Reached] = {}
    for rows in session.execute(statement.execution_options(yield_per=CHUNK)).mappings().partitions():
        owing = {row["post_id"] for row in rows if row["post_id"] is not None} - reached.keys()
        if owing:  # asked for once a post: a county has few of them, a single row one
            answering = reach(session, book.county.id, owing, book.local_date(now))
            reached |= {post_id: answering.of(post_id) for post_id in owing}
        yield from (_entry(dict(row), reached) for row in rows)


def entry(session: Session, book: Rulebook, number: str, now: datetime) -> Entry:
    """The row of one issue.

    :raises NotFound: when the county has no such issue.
    """
    found = next(entries(session, book, now, Wanted(number=number)), None)
    if found is None:
        raise NotFound(why="issue", number=number)
    return found


def _entry(row: dict[str, Any], reached: Mapping[int, Reached]) -> Entry:
    post_id = row.pop("post_id")
    row["light"] = Light(row["light"]) if row["light"] else None
    row["steps_fired"] = row["steps_fired"] or 0
    return Entry(**row, holder=reached[post_id] if post_id is not None else None)


def _rows(book: Rulebook, now: datetime, wanted: Wanted) -> Select[Any]:
    unit, community = aliased(Unit), aliased(Unit)
    pressing, handled, times = _pressing(now), _handled(), _times()
    rows = (
        select(
            Issue.number,
            community.name.label("community"),
            case((unit.depth == book.lowest, unit.name)).label("grid"),
            Category.name.label("category"),
            Issue.severity,
            Issue.lane,
            Issue.stage,
            pressing.c.light,
            pressing.c.kind.label("duty"),
            func.coalesce(pressing.c.due_at, handled.c.due_at).label("due_at"),
            func.coalesce(pressing.c.step, handled.c.step).label("steps_fired"),
            pressing.c.post_id,
            Issue.happened_at,
            Issue.recorded_at,
            times.c.signed_at,
            times.c.done_at,
            Person.name.label("handler"),
            Issue.rating,
            Issue.closed_at,
            Issue.reopenings,
            Issue.source,
            Issue.external_id,
            Issue.summary,
        )
        .join(unit, unit.id == Issue.unit_id)
        .join(community, community.id == Issue.community_id)
        .join(Category, Category.id == Issue.category_id)
        .join(Person, Person.id == Issue.handler_id, isouter=True)
        .join(pressing, pressing.c.kind.is_not(None), isouter=True)
        .join(handled, handled.c.due_at.is_not(None), isouter=True)
        .join(times, times.c.issue_id == Issue.id, isouter=True)
        .where(Issue.county_id == book.county.id)
    )
    named = {
        "number": Issue.number == wanted.number,
        "unit_id": unit.path.contains([wanted.unit_id]),
        "stage": Issue.stage == wanted.stage,
        "light": pressing.c.light == wanted.light,
    }
    return rows.where(*(named[each.name] for each in fields(wanted) if getattr(wanted, each.name) is not None))


def _pressing(now: datetime) -> LateralFromClause:
    """The open duty that presses most."""
    how = light(now)
    gravest = case({each.value: rank for rank, each in enumerate(Light)}, value=how)
    first = case({each: rank for rank, each in enumerate(ORDER)}, value=Duty.kind)
    duties = select(Duty.kind, Duty.due_at, Duty.step, Duty.post_id, how.label("light"))
    own = duties.where(Duty.issue_id == Issue.id, Duty.state == DutyState.OPEN)
    return own.order_by(gravest.desc(), first).limit(1).lateral()


def _handled() -> LateralFromClause:
    """The last duty to handle it."""
    acting = select(Duty.due_at, Duty.step).where(Duty.issue_id == Issue.id, Duty.kind == DutyKind.ACT)
    return acting.order_by(Duty.id.desc()).limit(1).lateral()


def _times() -> LateralFromClause:
    """When it was last signed for and last done."""
    at = func.max(Event.happened_at)
    return (
        select(
            Event.issue_id,
            at.filter(Event.action == Action.SIGN).label("signed_at"),
            at.filter(Event.action == Action.DONE).label("done_at"),
        )
        .where(Event.issue_id == Issue.id)
        .group_by(Event.issue_id)
        .lateral()
    )
