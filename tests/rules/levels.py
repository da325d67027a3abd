"""Service levels written in a line, for the rule and for the walk: ``3 working_days: 75%, due, +1 working_days``."""

from datetime import datetime

from models.rules.escalation import Addressee, Escalation, Schedule, ServiceLevel, Step, Timing
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import DutyKind, StepAction
from tests.rules.oracles import clocks, working_time

HOLDER = (Addressee(StepAction.REMIND, None),)


def level(written: str) -> ServiceLevel:
    """The level as the rule has it."""
    limit, timings = _parts(written)
    steps = tuple(Step(n, Timing.parse(timing), HOLDER) for n, timing in enumerate(timings, 1))
    escalation = Escalation(1, "any", immediate=False, steps=steps)
    return ServiceLevel(1, "any", DutyKind.ACT, None, None, None, Allowance.parse(limit), escalation)


def terms(written: str) -> clocks.Terms:
    """The level as the walk has it."""
    return terms_of(level(written))


def terms_of(level: ServiceLevel) -> clocks.Terms:
    """A level of the rule's as the walk has it."""
    steps = tuple(_timing(step.timing) for step in level.escalation.steps)
    return clocks.Terms(level.limit.amount, level.limit.unit, steps)


def _timing(timing: Timing) -> clocks.Timing:
    for counted in ("opened", "before", "after"):
        allowance: Allowance | None = getattr(timing, counted)
        if allowance is not None:
            return clocks.Timing(amount=allowance.amount, unit=allowance.unit, counted=counted)
    return clocks.Timing(share=timing.share)


def _parts(written: str) -> tuple[str, list[str]]:
    limit, _, timings = written.partition(": ")
    return limit, timings.split(", ") if timings else []


def walked(calendar: WorkCalendar) -> working_time.Office:
    """The office of a calendar as the walk has it."""
    it = calendar.office
    counting = (it.before_opening, it.after_close, it.day_off)
    return working_time.Office(it.zone, it.windows, frozenset(calendar.days), calendar.last, *counting)


def life_of(schedule: Schedule) -> clocks.Life:
    """The times of a duty as the walk has them."""
    return clocks.Life(schedule.opened_at, schedule.due_at, schedule.steps_at)


def instants(times: Schedule | clocks.Life) -> tuple[datetime, ...]:
    """The due time, then the steps."""
    return (times.due_at, *times.steps_at)
