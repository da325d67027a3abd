"""Suspending a whole unit, in a flood say: the clocks of all that is owed below it stand still until an end.

People may go on working meanwhile; what they open stands still from its opening. A duty of an issue on hold goes on
once both are over.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, bindparam, func, select, update
from sqlalchemy.orm import Session

from models.actions import authority, clocks, guards
from models.errors import InvalidInput
from models.queries import suspensions, units
from models.queries.rulebook import Rulebook
from models.rules.pause import goes_on_at, stands_again
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Suspension
from models.tables.places import Unit
from models.vocabulary import OWED, Action, DutyKind, DutyState

MOST = 10_000  # duties a statement

OF_COMMUNITY = Duty.community_id == bindparam("community")
OF_ISSUES = Duty.issue_id == any_(bindparam("issues", type_=ARRAY(BigInteger)))
OVER = (
    select(Suspension.id)
    .join(Unit, Unit.id == Suspension.unit_id)
    .where(Unit.county_id == bindparam("county"), Suspension.ended_at.is_(None))
    .where(Suspension.until_at <= bindparam("at"))
)
"""The suspensions that are over and whose end is not written down."""


@dataclass(frozen=True)
class Scope:
    """Which duties are meant: a condition on a duty joined with its unit, and what it is asked of."""

    condition: ColumnElement[bool]
    facts: Mapping[str, object] = field(default_factory=dict)


def suspend(
    session: Session, book: Rulebook, unit: str, *, cause: str, until: datetime, by: str, now: datetime
) -> Suspension:
    """Let the clocks of a unit and all below it stand still from now on until an instant.

    Suspended again, it is so until the later end.

    :param unit: by key or name.
    :raises NotAbove: whoever orders it leads no tier above the unit.
    :raises InvalidInput: no cause is told, or the end has come.
    """
    guards.check_clock(session, book.county.id, now)
    if not cause.strip():
        raise InvalidInput(why="cause")
    if until <= now:
        raise InvalidInput(why="suspension_ends", until_at=until.isoformat())
    place = units.unit(session, book.county.id, unit)
    orders = authority.over_unit(session, book, place, by=by, now=now)
    below = _hold_issues(session, place)
    _go_on(session, book, below, now)
    suspension = Suspension(
        unit_id=place.id, cause=cause, from_at=now, until_at=until, person_id=orders.id, recorded_at=now
    )
    session.add(suspension)
    session.flush()
    _stand_still(session, below, now)
    return suspension


def resume(session: Session, book: Rulebook, unit: str, *, by: str, now: datetime) -> int:
    """Let the clocks of a suspended unit go on before the end.

    :return: how many suspensions ended.
    :raises NotAbove: as for suspending it.
    :raises InvalidInput: the unit itself is not suspended.
    """
    guards.check_clock(session, book.county.id, now)
    place = units.unit(session, book.county.id, unit)
    authority.over_unit(session, book, place, by=by, now=now)
    below = _hold_issues(session, place)
    ended = session.scalars(
        update(Suspension)
        .where(Suspension.unit_id == place.id, suspensions.in_force(now))
        .values(ended_at=now)
        .returning(Suspension.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    if not ended:
        raise InvalidInput(why="not_suspended", unit=place.name)
    _go_on(session, book, below, now)
    return len(ended)


def _hold_issues(session: Session, unit: Unit) -> Scope:
    """Keep nights and casework away from the issues about which something is owed in a unit or below it.

    :return: what is owed there.
    """
    below = Unit.path.contains([unit.id])
    guards.hold_casework(session, set(session.scalars(select(Unit.community_id).where(below).distinct())))
    owed = select(Issue.id).join(Duty, Duty.issue_id == Issue.id).join(Unit, Unit.id == Duty.unit_id)
    owed = owed.where(below, Duty.state.in_(OWED)).order_by(Issue.id)
    session.execute(owed.with_for_update(key_share=True, of=Issue))
    return Scope(below)


def keep(session: Session, book: Rulebook, community_id: int, now: datetime) -> None:
    """What is owed in a community stands still or goes on as the suspensions say, from when they end, not from now."""
    if _keep(session, book, Scope(OF_COMMUNITY, {"community": community_id}), now):
        # Another community's night writes it down as well.
        over = OVER.with_for_update(of=Suspension, skip_locked=True)
        ended = session.scalars(over, {"county": book.county.id, "at": now}).all()
        session.execute(update(Suspension).where(Suspension.id.in_(ended)).values(ended_at=Suspension.until_at))


def follow(session: Session, book: Rulebook, issue_ids: Collection[int], *, now: datetime, moved: bool = False) -> None:
    """What is newly owed about some issues stands still where its unit is suspended.

    :param moved: whether they came to another unit just now: what stood still elsewhere goes on, or the reverse.
    """
    _keep(session, book, Scope(OF_ISSUES, {"issues": list(issue_ids)}), now, moved=moved)


def _keep(session: Session, book: Rulebook, scope: Scope, now: datetime, *, moved: bool = False) -> bool:
    """Every action and night asks this, and mostly nothing stands still nor has to.

    :return: whether a suspension is over whose end is not written down.
    """
    facts = {**scope.facts, "county": book.county.id, "at": now}
    held, in_force, over = session.execute(_any(scope.condition), facts).one()
    if held:
        _go_on(session, book, scope, now, moved=moved)
    if in_force:
        _stand_still(session, scope, now, moved=moved)
    return bool(over)


@lru_cache(maxsize=8)
def _any(condition: ColumnElement[bool]) -> Select[tuple[bool, bool, bool]]:
    """Whether anything stands still that is not on hold, whether any unit is suspended, or was and is no more."""
    return select(_standing_still(condition).exists(), suspensions.ANY_IN_FORCE.exists(), OVER.exists())


def let_end(
    session: Session, book: Rulebook, issue_id: int, kinds: Collection[DutyKind], *, at: datetime, now: datetime
) -> None:
    """What is done in a suspended unit is done in time if its clock stood still in time."""
    _go_on(session, book, Scope((Duty.issue_id == issue_id) & Duty.kind.in_(kinds)), now)
    clocks.let_end(session, book, issue_id, kinds, at=at, now=now)


def still_since(session: Session, book: Rulebook, now: datetime) -> dict[int, datetime]:
    """Since when the clocks stand still in the units that are suspended, or lie below such a one, by their ids."""
    since = select(Unit.id, func.min(Suspension.from_at)).join(Suspension, Suspension.unit_id == func.any(Unit.path))
    since = since.where(Unit.county_id == book.county.id, suspensions.in_force(now)).group_by(Unit.id)
    return {row[0]: row[1] for row in session.execute(since)}


def stand_again(session: Session, book: Rulebook, issue_id: int, since: datetime, *, now: datetime) -> None:
    """What has gone on at an instant that lies behind stood still again for the suspensions since then."""
    pauses = suspensions.pauses(session, book.county.id, since)
    if not pauses:
        return
    owed = select(Duty.id, Unit.path).join(Unit, Unit.id == Duty.unit_id)
    for duty_id, path in session.execute(owed.where(Duty.issue_id == issue_id, Duty.state == DutyState.OPEN)).all():
        for pause in stands_again([each for unit in path for each in pauses.get(unit, ())], since, now):
            clocks.hold_duties(session, [duty_id], held_at=pause.from_at, now=now)
            if pause.until_at <= now:
                clocks.resume_duties(session, book, [duty_id], resumed_at=pause.until_at, now=now)


def _stand_still(session: Session, scope: Scope, now: datetime, *, moved: bool = False) -> None:
    """Hold what is open in suspended units: since its opening or since the suspension, whichever was later."""
    since = select(func.min(Suspension.from_at)).where(Suspension.unit_id == func.any(Unit.path))
    since = since.where(suspensions.in_force(now))
    rows = session.execute(
        select(Duty.id, func.greatest(Duty.opened_at, since.scalar_subquery()))
        .join(Unit, Unit.id == Duty.unit_id)
        .where(scope.condition, Duty.state == DutyState.OPEN, suspensions.over(Unit.path, now).exists()),
        scope.facts,
    )
    held: dict[datetime, list[int]] = defaultdict(list)
    for duty_id, held_at in rows:
        held[now if moved else held_at].append(duty_id)
    for held_at, duty_ids in _portions(held):
        clocks.hold_duties(session, duty_ids, held_at=held_at, now=now)


def _go_on(session: Session, book: Rulebook, scope: Scope, now: datetime, *, moved: bool = False) -> None:
    """Resume what stands still for no suspension any more and no hold, from when both were over."""
    rows = session.execute(_standing_still(scope.condition), scope.facts).all()
    if not rows:
        return
    pauses = suspensions.pauses(session, book.county.id, min(row.since for row in rows))
    ends: dict[datetime, list[int]] = defaultdict(list)
    for duty_id, since, path in rows:
        end = goes_on_at([pause for unit in path for pause in pauses.get(unit, ())], now if moved else since)
        ends[end].append(duty_id)
    for end, duty_ids in _portions(ends):
        if end <= now:
            clocks.resume_duties(session, book, duty_ids, resumed_at=end, now=now)


def _standing_still(condition: ColumnElement[bool]) -> Select[tuple[int, datetime, list[int]]]:
    """What stands still and is not on hold, since when at the latest."""
    resumed = select(func.max(Event.happened_at)).where(Event.issue_id == Duty.issue_id, Event.action == Action.RESUME)
    return (
        select(Duty.id, func.greatest(Duty.held_at, resumed.scalar_subquery()).label("since"), Unit.path)
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .where(condition, Duty.state == DutyState.HELD, Issue.held_until.is_(None))
    )


def _portions(of: Mapping[datetime, Sequence[int]]) -> Iterator[tuple[datetime, Sequence[int]]]:
    """The duties of each instant, the earliest first, never more at once than a statement takes."""
    for at, duty_ids in sorted(of.items()):
        yield from ((at, duty_ids[start : start + MOST]) for start in range(0, len(duty_ids), MOST))
