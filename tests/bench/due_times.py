"""A duty's due time and steps, in each unit of time, against the bare look-ups in the calendar's sorted lists.

And those of a million duties at once, in the order in which they came from a database that has no order.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from time import process_time
from timeit import timeit

import numpy as np

from models.rules.bulk import Instants, freeze_all
from models.rules.escalation import Addressee, Escalation, ServiceLevel, Step, Timing, freeze
from models.rules.segments import micros
from models.rules.worktime import Allowance
from models.vocabulary import DutyKind, StepAction
from tests.bench.measuring import Line, Turn, interleaved
from tests.rules.calendars import CHINA, cn

ACTING = ("75%", "due", "+1 working_days", "+3 working_days", "+5 working_days")
LADDERS = {
    "24 urgent_hours": ("50%", "due", "+2 urgent_hours", "+4 urgent_hours"),
    "2 working_hours": ("75%", "due", "+4 working_hours", "+1 working_days"),
    "3 working_days": ACTING,
    "5 natural_days": ACTING,
}
TIMES = 5_000
MANY = 1_000_000
OPENED = cn("2026-09-28 10:17")  # seven days off lie ahead


def due_times(rounds: int) -> Iterator[Line]:
    """A line a unit of time."""
    for limit, timings in LADDERS.items():
        duty = partial(freeze, _level(limit, timings), OPENED, CHINA)
        bare = partial(_look_up, micros(OPENED), 1 + len(timings))
        taken = interleaved([_timed("duty", duty), _timed("bare", bare)], rounds)
        what = f"due time and {len(timings)} steps of a duty with {limit.replace('_', ' ')}; against bare bisection"
        yield Line(what, taken["duty"], taken["bare"], most=20, unit="µs")

    first, last = (micros(cn(day)) for day in ("2026-01-05 00:00", "2026-11-20 00:00"))
    opened = np.random.default_rng(1).integers(first, last, MANY)
    for limit, timings in LADDERS.items():
        taken = interleaved([partial(_bulk, _level(limit, timings), opened)], rounds)
        what = f"due times and {len(timings)} steps of {MANY:,} duties with {limit.replace('_', ' ')}, at once"
        yield Line(what, taken["bulk"], most=2)


def _bulk(level: ServiceLevel, opened: Instants) -> Mapping[str, float]:
    return {"bulk": timeit(lambda: freeze_all(level, opened, CHINA), number=1, timer=process_time)}


def _timed(name: str, work: Callable[[], object]) -> Turn:
    return lambda: {name: timeit(work, number=TIMES, timer=process_time) / TIMES * 1e6}


def _look_up(instant: int, instants: int) -> None:
    """Two look-ups an instant: the working time up to it, and the instant at which so much is used up."""
    starts, _, before = CHINA.segments
    for _ in range(instants):
        bisect_left(before, before[bisect_right(starts, instant) - 1])


def _level(limit: str, timings: tuple[str, ...]) -> ServiceLevel:
    holder = (Addressee(StepAction.REMIND, None),)
    steps = tuple(Step(number, Timing.parse(timing), holder) for number, timing in enumerate(timings, 1))
    ladder = Escalation(1, "bench", immediate=False, steps=steps)
    return ServiceLevel(1, "bench", DutyKind.ACT, None, None, None, Allowance.parse(limit), ladder)
