"""What of a history falls to which run of which flow: reports and closings become known when the intake runs next."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from deployments.replay.history import History
from deployments.replay.hours import Hours
from models.rules.intake import Key

INTAKE, WATCH, NIGHTLY, REPORT, MORNING = "intake", "watch", "nightly", "report", "morning"
DAILY = (NIGHTLY, REPORT, MORNING)
"""What runs whether anything came or not. The watch runs where something is due; nothing is ever sent."""


@dataclass
class Arrivals:
    """What one run of the intake learns: the history's rows just raised, and those just closed, by their place in it."""

    raised: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)


@dataclass(frozen=True, order=True)
class Run:
    """A run of a flow; at one instant they go in the order of the schedules."""

    at: datetime
    order: int
    flow: str


class Agenda:
    """The runs of a history's days."""

    def __init__(self, history: History, hours: Hours) -> None:
        self._hours = hours
        self._on = lru_cache(maxsize=64)(hours.on)
        self.arrivals: dict[datetime, Arrivals] = defaultdict(Arrivals)
        for number, row in enumerate(history.lived):
            self.arrivals[self.next_run(INTAKE, row.report.happened_at)].raised.append(number)
            if row.closed_at is not None:
                self.arrivals[self.next_run(INTAKE, row.closed_at)].closed.append(number)
        self._by_day: dict[date, list[datetime]] = defaultdict(list)
        for at in sorted(self.arrivals):
            self._by_day[self._date(at)].append(at)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last local day on which the history has anything."""
        return min(self._by_day), max(self._by_day)

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
