"""Escalation: from a policy and a due time to the frozen instants of the steps (design: time and policy, section 3)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from itertools import accumulate

from models.rules.worktime import Allowance, WorkCalendar, fraction
from models.vocabulary import DutyKind, Lane, Light, Severity, StepAction

DUE = "due"
OPENED = "opened"


@dataclass(frozen=True)
class Timing:
    """When a step falls; one of these is given, or none: then it falls at the due time.

    ``share`` of the allowance used; so long after the opening (``opened``), before the due time (``before``: the latest
    instant from which that much remains until then) or ``after`` it.
    """

    share: Fraction | None = None
    opened: Allowance | None = None
    before: Allowance | None = None
    after: Allowance | None = None

    @classmethod
    def parse(cls, written: str) -> "Timing":
        """Read ``75%``, ``opened +4 working_hours``, ``-2 working_hours``, ``due`` or ``+1 working_days``.

        :raises ValueError: on anything else, or a share not between 0 and 100 %.
        """
        text = written.strip()
        if text == DUE:
            return cls()
        if text.endswith("%"):
            return cls(share=_share(text[:-1]))
        if text.startswith(OPENED):
            return cls(opened=_signed(text.removeprefix(OPENED).strip(), "+"))
        return cls(before=_signed(text, "-")) if text.startswith("-") else cls(after=_signed(text, "+"))

    @property
    def allowance(self) -> Allowance | None:
        """The time from the opening or to or from the due time; None for a share and for the due time itself."""
        return self.opened or self.before or self.after


def _share(written: str) -> Fraction:
    share = fraction(written) / 100
    if not 0 < share < 1:
        raise ValueError(written)
    return share


def _signed(written: str, sign: str) -> Allowance:
    if not written.startswith(sign):
        raise ValueError(written)
    return Allowance.parse(written[1:])


@dataclass(frozen=True)
class Addressee:
    """Whom a step addresses and what for: the tier at a depth, or the duty's own post (None)."""

    action: StepAction
    depth: int | None


@dataclass(frozen=True)
class Step:
    """The n-th rung: when, and whom it addresses. Numbers start at 1."""

    number: int
    timing: Timing
    addressees: tuple[Addressee, ...]


@dataclass(frozen=True)
class Escalation:
    """An escalation policy: its steps in order; `immediate` ones are minded every ten minutes."""

    id: int
    key: str
    immediate: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ServiceLevel:
    """The limit and the escalation for the duties it matches; a condition that is None matches everything."""

    id: int
    key: str
    duty_kind: DutyKind
    categories: frozenset[str] | None
    severity: Severity | None
    lane: Lane | None
    limit: Allowance
    escalation: Escalation
    called_up: bool | None = None

    def matches(
        self, kind: DutyKind, category: str, severity: Severity, lane: Lane, *, called_up: bool = False
    ) -> bool:
        """Whether the row is about this duty of such an issue."""
        return (
            self.duty_kind is kind
            and (self.categories is None or category in self.categories)
            and self.severity in (None, severity)
            and self.lane in (None, lane)
            and self.called_up in (None, called_up)
        )


@dataclass(frozen=True)
class Schedule:
    """A duty's frozen times. `opened_at` is when the clock starts; step n stands at ``steps_at[n - 1]``."""

    opened_at: datetime
    due_at: datetime
    steps_at: tuple[datetime, ...]
    provisional: bool


def freeze(level: ServiceLevel, opened_at: datetime, calendar: WorkCalendar) -> Schedule:
    """Compute the due time and the steps of a duty once, when it opens.

    :raises CalendarEnds: when the calendar doesn't reach far enough.
    """
    due = calendar.due_at(opened_at, level.limit)
    steps = steps_for(level, opened_at, due, calendar)
    return Schedule(opened_at, due, steps, calendar.is_provisional(max((due, *steps))))


def steps_for(
    level: ServiceLevel, opened_at: datetime, due_at: datetime, calendar: WorkCalendar
) -> tuple[datetime, ...]:
    """The instants of a duty's steps for a due time, be it the policy's or another.

    Steps never run backwards: one that would fall before its predecessor, the first before the opening, falls with it.

    :raises CalendarEnds: when the calendar doesn't reach far enough.
    """
    instants = (_instant(step.timing, level, opened_at, due_at, calendar) for step in level.escalation.steps)
    return tuple(accumulate(instants, max, initial=opened_at.astimezone(UTC)))[1:]


def _instant(timing: Timing, level: ServiceLevel, opened: datetime, due: datetime, calendar: WorkCalendar) -> datetime:
    if timing.share is not None:
        return calendar.share_at(opened, due, timing.share, level.limit.unit)
    if timing.opened is not None:
        return calendar.due_at(opened, timing.opened)
    if timing.before is not None:
        return calendar.latest_start(due, timing.before)
    return calendar.due_at(due, timing.after) if timing.after else due


def light(due_at: datetime, steps_at: tuple[datetime, ...], now: datetime) -> Light:
    """Red from the due time on; yellow once a step before it has passed; green until then."""
    if now >= due_at:
        return Light.RED
    return Light.YELLOW if steps_at and steps_at[0] <= now else Light.GREEN
