"""Counting owed duties anew when their calendar was corrected, each by how its due time came about."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import accumulate

from models.rules.clock import thaw
from models.rules.escalation import Schedule, ServiceLevel, freeze
from models.rules.extension import extended
from models.rules.worktime import WorkCalendar
from models.vocabulary import Basis


@dataclass(frozen=True)
class Correction:
    """A calendar before and after it was corrected."""

    before: WorkCalendar
    after: WorkCalendar

    def span(self) -> tuple[datetime, datetime] | None:
        """Between which instants the two may count otherwise; None when they count the same everywhere.

        What was over before the first, or began after the second, is the same by both.
        """
        days = self._days()
        if not days:
            return None
        return self.after.midnight(min(days)), self.after.midnight(date.fromordinal(max(days).toordinal() + 1))

    def _days(self) -> set[date]:
        before, after = self.before, self.after
        if before.office != after.office:
            return {before.first, after.first, before.last, after.last}
        days = set(before.days) ^ set(after.days)
        if before.confirmed_until != after.confirmed_until:
            sooner, later = sorted((before.confirmed_until, after.confirmed_until))
            days |= {date.fromordinal(sooner.toordinal() + 1), later}
        return days


@dataclass(frozen=True)
class Standing:
    """An owed duty's times, the steps of them that have fired, and how its due time came about."""

    schedule: Schedule
    fired: int
    basis: Basis = Basis.POLICY
    basis_at: datetime | None = None


def recounted(level: ServiceLevel, stood: Standing, correction: Correction) -> Schedule:
    """The times of a duty by the corrected calendar; the steps that have fired keep their instants.

    What policy set is set anew. What was agreed upon stays; the steps to come follow it, from the opening or from when
    the clock went on after a hold. Of what went on after a hold, the time that was left when it did is left still.

    :raises CalendarEnds: when the calendar doesn't reach far enough.
    """
    was, calendar = stood.schedule, correction.after
    if stood.basis is Basis.EXTENSION:
        counts_from = stood.basis_at or was.opened_at
        anew = extended(level, replace(was, opened_at=counts_from), was.due_at, stood.fired, calendar)
        return replace(anew, opened_at=was.opened_at)
    if stood.basis is Basis.RESUMPTION and stood.basis_at:
        anew = thaw(level, was, stood.basis_at, stood.basis_at, calendar=calendar, frozen_by=correction.before)
    else:
        anew = freeze(level, was.opened_at, calendar)
    steps = tuple(accumulate((*was.steps_at[: stood.fired], *anew.steps_at[stood.fired :]), max))
    return Schedule(was.opened_at, anew.due_at, steps, calendar.is_provisional(max((anew.due_at, *steps))))
