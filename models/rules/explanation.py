"""Why an issue stands where it stands: whose it is, how its time was counted, which steps fired, which come next.

Names are those of people and units, never ids; instants are aware; the words are the template's.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from models.rules.counting import Counted, Span, counted, span
from models.rules.escalation import light
from models.rules.records import Addressed, DutyRecord, Fired, Happened, IssueRecord, Reached, Suspended
from models.rules.worktime import WorkCalendar
from models.vocabulary import OWED, Action, Basis, DutyKind, Light, Severity, Stage


class Standing(StrEnum):
    """What an issue waits for."""

    UNOWNED = "unowned"
    UNASSIGNED = "unassigned"
    UNSIGNED = "unsigned"
    ACTING = "acting"
    EVALUATING = "evaluating"
    CLOSING = "closing"
    CLOSED = "closed"


AWAITED = {
    DutyKind.DISPATCH: Standing.UNOWNED,
    DutyKind.SIGN: Standing.UNSIGNED,
    DutyKind.ACT: Standing.ACTING,
    DutyKind.EVALUATE: Standing.EVALUATING,
    DutyKind.CLOSE: Standing.CLOSING,
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
class DutyExplained:
    """What is owed, by when, how that was counted, and its escalation. ``left`` is what it is late when ``overdue``.

    While its clock stands still, since ``held_at``, all that is as of then, and no step is coming.
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
    coming: tuple[Coming, ...]
    held_at: datetime | None
    basis: Basis
    basis_at: datetime | None


@dataclass(frozen=True)
class Closed:
    """How it ended: when the work was due and done, and how long everything took; ``steps`` had fired by then."""

    at: datetime
    person: str | None
    due_at: datetime
    done_at: datetime
    in_time: bool
    late: Span
    took: Span
    steps: int


@dataclass(frozen=True)
class Returned:
    """The work came back, with a new clock: after it was struck off (``closed_at``), or because of the resident."""

    at: datetime
    person: str | None
    reason: str | None
    closed_at: datetime | None
    in_time: bool


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
    duties = tuple(_duty(each, calendar, now) for each in sorted(owed, key=lambda duty: KINDS.index(duty.kind)))
    closed = None if duties else _closed(issue, calendar)
    return Explanation(
        number=issue.number,
        summary=issue.summary,
        category=issue.category,
        unit=issue.unit,
        severity=issue.severity,
        standing=_standing(duties),
        light=max((duty.light for duty in duties), key=LIGHTS.index, default=None),
        reported_at=issue.reported_at,
        since=closed.at if closed else _since(duties[0], issue),
        duties=duties,
        returned=_returned(issue),
        closed=closed,
        held_until=issue.held_until,
        suspensions=issue.suspensions,
        now=now,
        zone=calendar.office.zone.key,
    )


def _standing(duties: tuple[DutyExplained, ...]) -> Standing:
    if not duties:
        return Standing.CLOSED
    first = duties[0]
    return AWAITED[first.kind] if first.assigned else Standing.UNASSIGNED


def _since(first: DutyExplained, issue: IssueRecord) -> datetime:
    """Since when the issue waits for what it waits for: the work, since it was signed for or came back."""
    signed = [each.at for each in issue.history if each.action is Action.SIGN and first.kind is DutyKind.ACT]
    return max([first.opened_at, *signed])


def _duty(duty: DutyRecord, calendar: WorkCalendar, now: datetime) -> DutyExplained:
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
        coming=() if duty.held_at else _coming(duty, now),
        held_at=duty.held_at,
        basis=duty.basis,
        basis_at=duty.basis_at,
    )


def _coming(duty: DutyRecord, now: datetime) -> tuple[Coming, ...]:
    steps = enumerate(zip(duty.steps_at, duty.steps, strict=True), 1)
    return tuple(Coming(n, at, at <= now, addressed) for n, (at, addressed) in steps if n > duty.step)


def _work_done_by(issue: IssueRecord, instant: datetime) -> DutyRecord | None:
    """The last duty to act that had ended by an instant."""
    acting = [each for each in issue.duties if each.kind is DutyKind.ACT and each.ended_at and each.ended_at <= instant]
    return acting[-1] if acting else None


def _in_time(work: DutyRecord | None) -> bool:
    return work is not None and work.ended_at is not None and work.ended_at <= work.due_at


def _closed(issue: IssueRecord, calendar: WorkCalendar) -> Closed | None:
    closing = next((each for each in reversed(issue.history) if each.action is Action.CLOSE), None)
    work = _work_done_by(issue, closing.at) if closing else None
    if closing is None or work is None or work.ended_at is None:
        return None
    returned = _returned(issue)
    unit = work.level.limit.unit
    return Closed(
        at=closing.at,
        person=closing.person,
        due_at=work.due_at,
        done_at=work.ended_at,
        in_time=_in_time(work),
        late=span(calendar, work.due_at, max(work.due_at, work.ended_at), unit),
        took=span(calendar, returned.at if returned else issue.reported_at, closing.at, unit),
        steps=len(work.fired),
    )


def _came_back(event: Happened) -> bool:
    return event.action is Action.REOPEN or (event.action is Action.EVALUATE and event.stage is Stage.ACTING)


def _returned(issue: IssueRecord) -> Returned | None:
    """The last time the work came back, if it ever did."""
    last = next((at for at in reversed(range(len(issue.history))) if _came_back(issue.history[at])), None)
    if last is None:
        return None
    event, before = issue.history[last], issue.history[:last]
    closings = [each.at for each in before if each.action is Action.CLOSE and event.action is Action.REOPEN]
    return Returned(
        at=event.at,
        person=event.person,
        reason=event.reason,
        closed_at=closings[-1] if closings else None,
        in_time=_in_time(_work_done_by(issue, event.at)),
    )
