"""Why an issue stands where it stands: whose it is, how its time was counted, which steps fired, which come next.

Names are those of people and units, never ids; instants are aware; the words are the template's.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.errors import CalendarEnds
from models.rules import endings
from models.rules.clock import thaw
from models.rules.counting import Counted, Span, counted, span
from models.rules.endings import Closed, Ended, Returned
from models.rules.escalation import Schedule, light
from models.rules.records import Addressed, DutyRecord, Fired, IssueRecord, Reached, Suspended
from models.rules.worktime import WorkCalendar
from models.vocabulary import OWED, Action, Basis, DutyKind, Light, Severity, Stage


class Standing(StrEnum):
    """What an issue waits for, or how it ended."""

    UNOWNED = "unowned"
    UNASSIGNED = "unassigned"
    UNSIGNED = "unsigned"
    ACTING = "acting"
    EVALUATING = "evaluating"
    CLOSING = "closing"
    ON_HOLD = "on_hold"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


AWAITED = {
    DutyKind.DISPATCH: Standing.UNOWNED,
    DutyKind.SIGN: Standing.UNSIGNED,
    DutyKind.ACT: Standing.ACTING,
    DutyKind.EVALUATE: Standing.EVALUATING,
    DutyKind.CLOSE: Standing.CLOSING,
}
ENDED = {
    Stage.REJECTED: Standing.REJECTED,
    Stage.WITHDRAWN: Standing.WITHDRAWN,
    Stage.MERGED: Standing.MERGED,
}
KINDS = tuple(DutyKind)  # in the order in which they must be done
LIGHTS = tuple(Light)  # the gravest last


@dataclass(frozen=True)
class Coming:
    """A step that has not fired; ``passed`` when its instant has, and only the next run is missing."""

    number: int
    at: datetime
    passed: bool
    addressed: tuple[Addressed, ...]


@dataclass(frozen=True)
class Decided:
    """What somebody allowed, when, and why it was asked for."""

    at: datetime
    person: str | None
    reason: str | None


@dataclass(frozen=True)
class DutyExplained:
    """What is owed, by when, how that was counted, and its escalation. ``left`` is what it is late when ``overdue``.

    While its clock stands still, since ``held_at``, all that is as of then, and no step is coming; ``due_then`` is when
    it will be due if the clock goes on as foreseen. ``passed_over`` is how many steps fell by the go-live moment and
    were never taken. ``extended`` is who allowed the due time it has.
    """

    kind: DutyKind
    whose: Reached
    assigned: bool
    opened_at: datetime
    due_at: datetime
    counted: Counted
    policy: str
    provisional: bool
    light: Light
    overdue: bool
    left: Span
    immediate: bool
    fired: tuple[Fired, ...]
    passed_over: int
    coming: tuple[Coming, ...]
    held_at: datetime | None
    basis: Basis
    basis_at: datetime | None
    due_then: datetime | None
    extended: Decided | None
    promised_at: datetime | None


@dataclass(frozen=True)
class Explanation:
    """Everything the text says. ``duties`` are those owed, what must be done first standing first."""

    number: str
    summary: str
    category: str
    unit: str
    severity: Severity
    standing: Standing
    light: Light | None
    reported_at: datetime
    since: datetime
    duties: tuple[DutyExplained, ...]
    returned: Returned | None
    closed: Closed | None
    ended: Ended | None
    called_up: bool
    live_at: datetime | None
    hold: Decided | None
    held_until: date | None
    suspensions: tuple[Suspended, ...]
    now: datetime
    zone: str

    def facts(self) -> dict[str, Any]:
        """As the template ``why`` takes it: nested dictionaries and tuples."""
        return asdict(self)


def explain(issue: IssueRecord, calendar: WorkCalendar, now: datetime) -> Explanation:
    """What there is to say about an issue at ``now``.

    :raises CalendarEnds: when its times reach beyond the calendar.
    """
    owed = [duty for duty in issue.duties if duty.state in OWED]
    in_order = sorted(owed, key=lambda duty: KINDS.index(duty.kind))
    duties = tuple(_duty(each, issue, calendar, now) for each in in_order)
    ended, closed = endings.ended(issue), endings.closed(issue, calendar)
    hold = _decided(issue, Action.HOLD) if issue.held_until else None
    return Explanation(
        number=issue.number,
        summary=issue.summary,
        category=issue.category,
        unit=issue.unit,
        severity=issue.severity,
        standing=_standing(issue, duties),
        light=max((duty.light for duty in duties), key=LIGHTS.index, default=None),
        reported_at=issue.reported_at,
        since=next((each.at for each in (closed, ended, hold) if each), None) or _since(duties[0], issue),
        duties=duties,
        returned=endings.returned(issue),
        closed=closed,
        ended=ended,
        called_up=issue.called_up,
        live_at=issue.live_at,
        hold=hold,
        held_until=issue.held_until,
        suspensions=issue.suspensions,
        now=now,
        zone=calendar.office.zone.key,
    )


def _standing(issue: IssueRecord, duties: tuple[DutyExplained, ...]) -> Standing:
    if not duties:
        return ENDED.get(issue.stage, Standing.CLOSED)
    if issue.held_until is not None:
        return Standing.ON_HOLD
    first = duties[0]
    return AWAITED[first.kind] if first.assigned else Standing.UNASSIGNED


def _since(first: DutyExplained, issue: IssueRecord) -> datetime:
    """Since when the issue waits for what it waits for: the work, since it was signed for or came back."""
    signed = [each.at for each in issue.history if each.action is Action.SIGN and first.kind is DutyKind.ACT]
    return max([first.opened_at, *signed])


def _decided(issue: IssueRecord, action: Action) -> Decided | None:
    """The last time something was allowed."""
    last = endings.latest(issue, action)
    return Decided(last.at, last.person, last.reason) if last else None


def _duty(duty: DutyRecord, issue: IssueRecord, calendar: WorkCalendar, now: datetime) -> DutyExplained:
    as_of = duty.held_at or now
    overdue = as_of >= duty.due_at
    ends = (duty.due_at, as_of) if overdue else (as_of, duty.due_at)
    return DutyExplained(
        kind=duty.kind,
        whose=duty.whose,
        assigned=duty.assigned,
        opened_at=duty.opened_at,
        due_at=duty.due_at,
        counted=counted(calendar, duty.level.limit, duty.opened_at, duty.due_at),
        policy=duty.policy,
        provisional=duty.provisional,
        light=light(duty.due_at, duty.steps_at, as_of),
        overdue=overdue,
        left=span(calendar, *ends, duty.level.limit.unit),
        immediate=duty.level.escalation.immediate,
        fired=duty.fired,
        passed_over=sum(issue.live_at is not None and at <= issue.live_at for at in duty.steps_at),
        coming=() if duty.held_at else _coming(duty, now),
        held_at=duty.held_at,
        basis=duty.basis,
        basis_at=duty.basis_at,
        due_then=None if overdue else _due_then(duty, issue, calendar),
        extended=_decided(issue, Action.EXTEND) if duty.basis is Basis.EXTENSION else None,
        promised_at=duty.promised_at,
    )


def _due_then(duty: DutyRecord, issue: IssueRecord, calendar: WorkCalendar) -> datetime | None:
    """When a duty whose clock stands still will be due, if that goes on when the hold and the suspensions end."""
    ends = [each.until_at for each in issue.suspensions]
    ends += [calendar.midnight(issue.held_until)] if issue.held_until else []
    if duty.held_at is None or not ends:
        return None
    stood = Schedule(duty.opened_at, duty.due_at, duty.steps_at, duty.provisional)
    with suppress(CalendarEnds):
        return thaw(duty.level, stood, duty.held_at, max(duty.held_at, *ends), calendar=calendar).due_at
    return None


def _coming(duty: DutyRecord, now: datetime) -> tuple[Coming, ...]:
    steps = enumerate(zip(duty.steps_at, duty.steps, strict=True), 1)
    return tuple(Coming(n, at, at <= now, addressed) for n, (at, addressed) in steps if n > duty.step)
