"""Service levels written in a line, for the rule and for the walk: ``3 working_days: 75%, due, +1 working_days``."""

from datetime import datetime
from fractions import Fraction

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
    limit, timings = _parts(written)
    amount, unit = limit.split()
    return clocks.Terms(int(amount), unit, tuple(_timing(each) for each in timings))


def _parts(written: str) -> tuple[str, list[str]]:
    limit, _, timings = written.partition(": ")
    return limit, timings.split(", ") if timings else []


def _timing(written: str) -> clocks.Timing:
    if written.endswith("%"):
        return clocks.Timing(share=Fraction(int(written[:-1]), 100))
    if written == "due":
        return clocks.Timing()
    amount, unit = written[1:].split()
    return clocks.Timing(amount=int(amount), unit=unit)


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
