"""Days announced: which days a notice settles, and how each is then worked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from models.errors import InvalidInput


@dataclass(frozen=True)
class Day:
    """How a calendar has a day; one that isn't confirmed is expected only."""

    worked: bool
    confirmed: bool


def announced(
    known: Mapping[date, Day], listed: Mapping[date, bool], usual: Callable[[date], bool]
) -> dict[date, bool]:
    """The days that are sure from now on, and whether they are worked.

    Days listed of a year that is confirmed already correct it, and the others stay. What is listed of a year that isn't
    is that year's notice: its other days are as usual, whatever was expected.

    :param usual: whether a day is worked that no notice mentions.
    :raises InvalidInput: when a year would leave a gap in the calendar.
    """
    settled: dict[date, bool] = {}
    for year in sorted({day.year for day in listed}):
        demand_no_gap({*known, *settled}, year)
        days = list(days_of_year(year))
        if not all(day in known and known[day].confirmed for day in days):
            settled |= {day: usual(day) for day in days}
        settled |= {day: worked for day, worked in listed.items() if day.year == year}
    return settled


def overlaid(
    days: Iterable[tuple[date, bool, bool]], announced_days: Mapping[date, bool]
) -> list[tuple[date, bool, bool]]:
    """The days of a pack, each (day, worked, confirmed); what was announced meanwhile stays as it was announced."""
    return [(day, announced_days.get(day, worked), sure or day in announced_days) for day, worked, sure in days]


def demand_no_gap(known: set[date], year: int) -> None:
    """Refuse a year that is neither in the calendar nor next to it.

    :raises InvalidInput: likewise.
    """
    first, last = min(known).year, max(known).year
    if not first - 1 <= year <= last + 1:
        raise InvalidInput(why="calendar_gap", year=year, first=first, last=last)


def days_of_year(year: int) -> Iterator[date]:
    """All the days of a year."""
    return map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()))
