"""More time for a duty: its due time is agreed upon, the steps that have not fired follow it."""

from datetime import datetime
from itertools import accumulate

from models.rules.escalation import Schedule, ServiceLevel, steps_for
from models.rules.worktime import WorkCalendar


def extended(level: ServiceLevel, schedule: Schedule, due_at: datetime, fired: int, calendar: WorkCalendar) -> Schedule:
    """The times of a duty that is now due at `due_at`.

    :param fired: how many steps have fired: those keep their instants.
    :raises CalendarEnds: when the calendar doesn't reach far enough.
    """
    anew = steps_for(level, schedule.opened_at, due_at, calendar)
    steps = tuple(accumulate((*schedule.steps_at[:fired], *anew[fired:]), max))
    return Schedule(schedule.opened_at, due_at, steps, calendar.is_provisional(max((due_at, *steps))))
