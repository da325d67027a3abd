"""How an issue ended, for good or until it came back. What was taken back of its history is not among it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from models.rules.counting import Span, span
from models.rules.lifecycle import CLOSINGS, FINAL
from models.rules.records import DutyRecord, Happened, IssueRecord
from models.rules.worktime import WorkCalendar
from models.vocabulary import Action, DutyKind, DutyState, Stage


@dataclass(frozen=True)
class Closed:
    """How it ended: when the work was due and done, and how long everything took.

    ``recorded_at`` is when it became known that the work was done, if that was later; ``steps`` had fired by the time
    it was done, ``steps_after`` because that was not known yet. ``as_recorded``: nobody here has verified it, its
    source says that it is closed.
    """

    at: datetime
    person: str | None
    due_at: datetime
    done_at: datetime
    recorded_at: datetime | None
    in_time: bool
    late: Span
    took: Span
    steps: int
    steps_after: int
    as_recorded: bool = False


@dataclass(frozen=True)
class Ended:
    """It was rejected, withdrawn or merged into another one."""

    at: datetime
    person: str | None
    reason: str | None
    into: str | None


@dataclass(frozen=True)
class Returned:
    """The work came back, with a new clock: after it was struck off (``closed_at``), or because of the resident."""

    at: datetime
    person: str | None
    reason: str | None
    closed_at: datetime | None
    in_time: bool


def latest(issue: IssueRecord, *actions: Action) -> Happened | None:
    """The last of some actions in the history."""
    return next(_backwards(issue, *actions), None)


def _backwards(issue: IssueRecord, *actions: Action) -> Iterator[Happened]:
    return (each for each in reversed(issue.history) if each.action in actions)


def closed(issue: IssueRecord, calendar: WorkCalendar) -> Closed | None:
    """How an issue was struck off, if it was.

    :raises CalendarEnds: when its times reach beyond the calendar.
    """
    closing = latest(issue, *CLOSINGS) if issue.stage is Stage.CLOSED else None
    work = _work_done_by(issue, closing.at) if closing else None
    if closing is None or work is None or work.ended_at is None:
        return None
    back = returned(issue)
    unit = work.level.limit.unit
    steps = sum(each.scheduled_at <= work.ended_at for each in work.fired)
    return Closed(
        at=closing.at,
        person=closing.person,
        due_at=work.due_at,
        done_at=work.ended_at,
        recorded_at=_became_known(issue, work.ended_at),
        in_time=_in_time(work),
        late=span(calendar, work.due_at, max(work.due_at, work.ended_at), unit),
        took=span(calendar, back.at if back else issue.reported_at, closing.at, unit),
        steps=steps,
        steps_after=len(work.fired) - steps,
        as_recorded=closing.action is Action.CLOSE_AS_RECORDED,
    )


def ended(issue: IssueRecord) -> Ended | None:
    """How an issue left the usual course, if it did."""
    leaving = latest(issue, Action.REJECT, Action.WITHDRAW, Action.MERGE) if issue.stage in FINAL else None
    return Ended(leaving.at, leaving.person, leaving.reason, issue.merged_into) if leaving else None


def returned(issue: IssueRecord) -> Returned | None:
    """The last time the work came back, if it ever did."""
    last = next((at for at in reversed(range(len(issue.history))) if _came_back(issue.history[at])), None)
    if last is None:
        return None
    event, before = issue.history[last], issue.history[:last]
    closings = [each.at for each in before if each.action in CLOSINGS and event.action is Action.REOPEN]
    return Returned(
        at=event.at,
        person=event.person,
        reason=event.reason,
        closed_at=closings[-1] if closings else None,
        in_time=_in_time(_work_done_by(issue, event.at)),
    )


def _came_back(event: Happened) -> bool:
    return event.action is Action.REOPEN or (event.action is Action.EVALUATE and event.stage is Stage.ACTING)


def _work_done_by(issue: IssueRecord, instant: datetime) -> DutyRecord | None:
    """The last duty to act that had been done by an instant."""
    done = [each for each in issue.duties if each.kind is DutyKind.ACT and each.state is DutyState.FULFILLED]
    return next((each for each in reversed(done) if each.ended_at and each.ended_at <= instant), None)


def _in_time(work: DutyRecord | None) -> bool:
    return work is not None and work.ended_at is not None and work.ended_at <= work.due_at


def _became_known(issue: IssueRecord, done_at: datetime) -> datetime | None:
    """When it was recorded that the work was done, if not at once."""
    known = next(
        (each.recorded_at for each in _backwards(issue, Action.DONE, Action.CLOSE_AS_RECORDED) if each.at == done_at),
        done_at,
    )
    return known if known > done_at else None
