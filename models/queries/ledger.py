"""The ledger: one row an issue, with how it stands and who answers for it; now, or as it was known then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, Select, case, func, select, true, type_coerce
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.selectable import LateralFromClause

from models.errors import NotFound
from models.queries import revisions
from models.queries.duties import fired, light
from models.queries.reach import reach
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import CLOSINGS
from models.rules.records import Reached
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import Unit
from models.tables.policies import Category
from models.vocabulary import OWED, Action, DutyKind, DutyState, Lane, Light, Rating, Severity, Stage

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

    ``duty``, ``due_at``, ``steps_fired`` and ``holder`` are those of its owed duty that presses most: the one with the
    gravest light, and among those the one to be done first. Where nothing is owed they are those of the last handling,
    and there is no light. The light of a duty whose clock stands still, since ``held_at``, is the one it had then.
    ``signed_at`` and ``done_at`` are the last times that happened, as far as it was not taken back. ``closed_as`` is
    how a closed one was struck off: verified here, or by the record of its source.
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
    held_at: datetime | None
    steps_fired: int
    holder: Reached | None
    happened_at: datetime
    recorded_at: datetime
    signed_at: datetime | None
    done_at: datetime | None
    handler: str | None
    rating: Rating | None
    closed_at: datetime | None
    closed_as: Action | None
    reopenings: int
    called_up: bool
    held_until: date | None
    merged_into: str | None
    published: str | None
    exempt: str | None
    source: str
    external_id: str | None
    summary: str


OWN = tuple(each.name for each in fields(Entry) if hasattr(Issue, each.name))
"""What stands in the issue's own row; the rest is looked up."""


def entries(
    session: Session,
    book: Rulebook,
    now: datetime,
    wanted: Wanted | None = None,
    *,
    as_known: bool = False,
    limit: int | None = None,
    newest_first: bool = False,
) -> Iterator[Entry]:
    """Rows of the ledger in the order they were recorded, or the other way round, read little by little.

    :param as_known: as all of it was known at `now`, whatever was recorded since; names are today's.
    """
    known_at = now if as_known else None
    rows = _rows(book, now, wanted or Wanted(), known_at, newest_first=newest_first).limit(limit)
    reached: dict[int, Reached] = {}
    for page in session.execute(rows.execution_options(yield_per=CHUNK)).mappings().partitions():
        owing = {row["post_id"] for row in page if row["post_id"] is not None} - reached.keys()
        if owing:  # asked for once a post: a county has few of them, a single row one
            answering = reach(session, book.county.id, owing, book.local_date(now), known_at)
            reached |= {post_id: answering.of(post_id) for post_id in owing}
        yield from (_entry(dict(row), reached) for row in page)


def entry(session: Session, book: Rulebook, number: str, now: datetime, *, as_known: bool = False) -> Entry:
    """The row of one issue.

    :raises NotFound: when the county has no such issue, or had none then.
    """
    found = next(entries(session, book, now, Wanted(number=number), as_known=as_known), None)
    if found is None:
        raise NotFound(why="issue", number=number)
    return found


def _entry(row: dict[str, Any], reached: Mapping[int, Reached]) -> Entry:
    post_id = row.pop("post_id")
    row["light"] = Light(row["light"]) if row["light"] else None
    row["steps_fired"] = row["steps_fired"] or 0
    return Entry(**row, holder=reached[post_id] if post_id is not None else None)


def _rows(
    book: Rulebook, now: datetime, wanted: Wanted, known_at: datetime | None, *, newest_first: bool
) -> Select[Any]:
    issue, unit, community, into = revisions.issues(known_at), aliased(Unit), aliased(Unit), aliased(Issue)
    duty, times = _duty(issue, now, known_at), _times(issue, known_at)
    named = (
        community.name.label("community"),
        case((unit.depth == book.lowest, unit.name)).label("grid"),
        Category.name.label("category"),
        Person.name.label("handler"),
        into.number.label("merged_into"),
    )
    rows = (
        select(*(getattr(issue, name) for name in OWN), *duty.c, *times.c, *named)
        .join(unit, unit.id == issue.unit_id)
        .join(community, community.id == issue.community_id)
        .join(Category, Category.id == issue.category_id)
        .join(Person, Person.id == issue.handler_id, isouter=True)
        .join(into, into.id == issue.merged_into_id, isouter=True)
        .join(duty, true(), isouter=True)
        .join(times, true())
        .where(issue.county_id == book.county.id)
        .order_by(issue.id.desc() if newest_first else issue.id)
    )
    asked = {
        "number": issue.number == wanted.number,
        "unit_id": unit.path.contains([wanted.unit_id]),
        "stage": issue.stage == wanted.stage,
        "light": duty.c.light == wanted.light,
    }
    return rows.where(*(asked[each.name] for each in fields(wanted) if getattr(wanted, each.name) is not None))


def _duty(issue: type[Issue], now: datetime, known_at: datetime | None) -> LateralFromClause:
    """The owed duty that presses most; where nothing is owed, the last duty to handle it, of those done if any was."""
    duty = revisions.duties(known_at)
    owed, how = duty.state.in_(OWED), light(now, duty)
    gravest = case({each.value: rank for rank, each in enumerate(Light)}, value=how)
    first = case({each: rank for rank, each in enumerate(ORDER)}, value=duty.kind)
    only_owed = {"light": how, "duty": duty.kind, "post_id": duty.post_id, "held_at": duty.held_at}
    return (
        select(
            duty.due_at,
            fired(duty, issue).label("steps_fired"),
            *(case((owed, one)).label(name) for name, one in only_owed.items()),
        )
        .where(duty.issue_id == issue.id, owed | (duty.kind == DutyKind.ACT))
        .order_by(
            owed.desc(),
            case((owed, gravest)).desc(),
            case((owed, first)),
            (duty.state == DutyState.CANCELLED),
            duty.id.desc(),
        )
        .limit(1)
        .lateral()
    )


def _times(issue: type[Issue], known_at: datetime | None) -> LateralFromClause:
    """When it was last signed for and last done, and how it was last closed, as far as it was not taken back."""
    event, void = revisions.events(known_at), revisions.events(known_at)
    stands = ~select(void.id).where(void.voids_id == event.id).exists()
    at = func.max(event.happened_at)
    closings = func.array_agg(aggregate_order_by(event.action, event.id.desc())).filter(event.action.in_(CLOSINGS))
    return (
        select(
            at.filter(event.action == Action.SIGN).label("signed_at"),
            at.filter(event.action == Action.DONE).label("done_at"),
            case((issue.stage == Stage.CLOSED, type_coerce(closings, ARRAY(Event.action.type))[1])).label("closed_as"),
        )
        .where(event.issue_id == issue.id, event.action.in_((Action.SIGN, Action.DONE, *CLOSINGS)), stands)
        .lateral()
    )
