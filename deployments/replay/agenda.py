"""What of a history falls to which run of which flow: reports and closings become known when the intake runs next."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from deployments.replay.history import History
from deployments.replay.hours import Hours

INTAKE, WATCH, NIGHTLY, REPORT, MORNING = "intake", "watch", "nightly", "report", "morning"
DAILY = (NIGHTLY, REPORT, MORNING)
"""What runs whether anything came or not. The watch runs when something is due; nothing is ever sent."""


@dataclass
class Arrivals:
    """What one run of the intake learns: the history's rows just raised, and those just closed, by place."""

    raised: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)


@dataclass(frozen=True, order=True)
class Run:
    """A run of a flow; at one instant they go in the order of the schedules."""

    at: datetime
    order: int
    flow: str


class Agenda:
    """The runs of a history's days.

    :ivar learnt: for each row, when the intake learns that it was raised, and that it was closed.
    """

    def __init__(self, history: History, hours: Hours) -> None:
        self._hours = hours
        self._on = cache(hours.on)
        self.arrivals: dict[datetime, Arrivals] = defaultdict(Arrivals)
        self.learnt: list[tuple[datetime, datetime | None]] = []
        for number, row in enumerate(history.lived):
            raised = self.next_run(INTAKE, row.report.happened_at)
            closed = self.next_run(INTAKE, row.closed_at) if row.closed_at else None
            self.arrivals[raised].raised.append(number)
            if closed:
                self.arrivals[closed].closed.append(number)
            self.learnt.append((raised, closed))
        self._by_day: dict[date, list[datetime]] = defaultdict(list)
        for at in sorted(self.arrivals):
            self._by_day[self._date(at)].append(at)

    def nights(self, most: int | None = None, until: date | None = None) -> list[datetime]:
        """The nights from the first arrival on: so many, up to a day's, or until nothing more arrives."""
        first, last = min(self.arrivals), max(self.arrivals)
        nights: list[datetime] = []
        for at in self._from(NIGHTLY, self._date(first)):
            over = len(nights) == most or (until is not None and self._date(at) > until)
            exhausted = most is None and until is None and bool(nights) and nights[-1] >= last
            if over or exhausted:
                return nights
            if at >= first:
                nights.append(at)
        return nights

    def days(self, last: datetime) -> list[date]:
        """The local days from the first arrival to an instant."""
        span = range(self._date(min(self.arrivals)).toordinal(), self._date(last).toordinal() + 1)
        return [date.fromordinal(number) for number in span]

    def runs(self, day: date) -> list[Run]:
        """The runs of a local day but the watch's, in order."""
        daily = [self._run(flow, at) for flow in DAILY for at in self._on(flow, day)]
        return sorted([*daily, *(self._run(INTAKE, at) for at in self._by_day.get(day, ()))])

    def watch_after(self, due: datetime) -> Run:
        """The first run of the watch that finds what is due at an instant."""
        return self._run(WATCH, self.next_run(WATCH, due))

    def next_run(self, flow: str, after: datetime) -> datetime:
        """The first run of a flow at an instant or later."""
        return next(at for at in self._from(flow, self._date(after)) if at >= after)

    def _from(self, flow: str, day: date) -> Iterator[datetime]:
        """The runs of a flow from a day on."""
        number = day.toordinal()
        while True:
            yield from self._on(flow, date.fromordinal(number))
            number += 1

    def _run(self, flow: str, at: datetime) -> Run:
        return Run(at, self._hours.order(flow), flow)

    def _date(self, at: datetime) -> date:
        return at.astimezone(self._hours.zone).date()
