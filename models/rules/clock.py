"""A duty's clock that stood still: what is left of it goes on from when the clock goes on."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import accumulate

from models.rules.escalation import Schedule, ServiceLevel, Timing
from models.rules.worktime import RUN_ON, WorkCalendar
from models.vocabulary import TimeUnit


def thaw(
    level: ServiceLevel,
    schedule: Schedule,
    held_at: datetime,
    resumed_at: datetime,
    *,
    calendar: WorkCalendar,
    frozen_by: WorkCalendar | None = None,
) -> Schedule:
    """The times of a duty whose clock stood still from `held_at` to `resumed_at`.

    What had passed by `held_at` stays: it is breached. Of what lay ahead, the time that was left counts on from
    `resumed_at`, in the clock of its own unit: office time, or real time for urgent hours and natural days. Steps never
    run backwards. Where no office time passed meanwhile, nothing moves but what would lie before `resumed_at`.

    :param frozen_by: the calendar by which the time left is measured, if it is another one.
    :raises CalendarEnds: when a calendar doesn't reach far enough.
    """

    def moved(instant: datetime, unit: TimeUnit) -> datetime:
        if instant <= held_at:
            return instant
        if unit in RUN_ON:
            return resumed_at + (instant - held_at)
        left = (frozen_by or calendar).working_time_between(held_at, instant)
        stays = instant >= resumed_at and calendar.working_time_between(resumed_at, instant) == left
        return instant if stays else max(resumed_at, calendar.after(resumed_at, left))

    due = moved(schedule.due_at, level.limit.unit)
    steps = _moved_steps(level, schedule, moved)
    return Schedule(schedule.opened_at, due, steps, calendar.is_provisional(max((due, *steps))))


def _moved_steps(
    level: ServiceLevel, schedule: Schedule, moved: Callable[[datetime, TimeUnit], datetime]
) -> tuple[datetime, ...]:
    units = (_clock(step.timing, level) for step in level.escalation.steps)
    return tuple(accumulate((moved(at, unit) for at, unit in zip(schedule.steps_at, units, strict=True)), max))


def _clock(timing: Timing, level: ServiceLevel) -> TimeUnit:
    """The unit in whose time a step is counted: its own, or that of the limit."""
    return timing.allowance.unit if timing.allowance else level.limit.unit


def steps_reached(steps_at: Sequence[datetime], fired: int, last_fired_at: datetime | None) -> int:
    """At which step of a new schedule a duty stands of which `fired` is the highest number given, at `last_fired_at`.

    No number is given twice and escalation never goes down, though the time be longer now; what the new schedule puts
    no later than what was given counts as given with it. Past the end of a shorter ladder nothing comes any more.
    """
    return max(fired, bisect_right(steps_at, last_fired_at)) if last_fired_at else 0


def passed_over(steps_at: Sequence[datetime], live_at: datetime | None, held_at: datetime | None = None) -> int:
    """How many steps of a schedule fall no later than the go-live moment of an issue that came from elsewhere.

    They are never given: whoever was to hear of them was told where the issue came from, or never.

    :param held_at: since when the clock stands still: what lies after that has not come, and will later.
    """
    if live_at is None:
        return 0
    return bisect_right(steps_at, min(live_at, held_at) if held_at else live_at)
