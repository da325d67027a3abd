"""A year of a calendar at a glance: what is worked, what is off, what is not sure yet."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from models.rules.announcing import Day, days_of_year


@dataclass(frozen=True)
class Days:
    """Some days of a year: how many are worked, which stretches are off that a usual week would work in part, which are
    worked that it would rest, and which are not announced yet.
    """

    working: int
    off: tuple[date, ...]
    adjusted: tuple[date, ...]
    provisional: tuple[date, ...]


def year_of(known: Mapping[date, Day], week: Container[int], year: int) -> dict[int, Days]:
    """Each month of a year.

    :param week: the weekdays usually worked, Monday being 0.
    """
    days = [day for day in days_of_year(year) if day in known]
    off = {day for stretch in _off(days, known) if any(each.weekday() in week for each in stretch) for day in stretch}
    months = {month: [day for day in days if day.month == month] for month in sorted({day.month for day in days})}
    return {month: _of(own, known, week, off) for month, own in months.items()}


def _of(own: list[date], known: Mapping[date, Day], week: Container[int], off: Container[date]) -> Days:
    worked = [day for day in own if known[day].worked]
    return Days(
        len(worked),
        tuple(day for day in own if day in off),
        tuple(day for day in worked if day.weekday() not in week),
        tuple(day for day in own if not known[day].confirmed),
    )


def _off(days: Iterable[date], known: Mapping[date, Day]) -> list[list[date]]:
    """The days off, those in a row together."""
    stretches: list[list[date]] = [[]]
    for day in days:
        if known[day].worked:
            stretches.append([])
        else:
            stretches[-1].append(day)
    return stretches
