"""An office: when people work on a working day, in the season it is, and from when what arrives outside counts."""

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from models.vocabulary import Counting

Windows = tuple[tuple[time, time], ...]
"""Local clock times from which to which an office is open: ascending, disjoint; none crosses midnight."""


@dataclass(frozen=True)
class Season:
    """A part of every year with windows of its own: from one (month, day) to another, both in it.

    One that ends before it begins runs over new year.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    windows: Windows

    def covers(self, day: date) -> bool:
        """Whether a day lies in it."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True)
class Office:
    """When people work on a working day, and from when what arrives outside counts.

    In a season its windows stand for the usual ones; no two seasons share a day.
    """

    zone: ZoneInfo
    windows: Windows
    before_opening: Counting = Counting.AS_IS
    after_close: Counting = Counting.NEXT_OPENING
    day_off: Counting = Counting.NEXT_OPENING
    seasons: tuple[Season, ...] = ()

    def windows_on(self, day: date) -> Windows:
        """The windows of a day, were it worked."""
        return next((season.windows for season in self.seasons if season.covers(day)), self.windows)
