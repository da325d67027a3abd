"""The days of a county's years, worked or not: what the calendar table is filled with."""

from datetime import date
from itertools import chain

from deployments.county_pack.official_days import days_off, days_worked
from models.rules.announcing import days_of_year
from models.rules.pack import CalendarRules, CountyPack
from models.rules.pack_values import Weekday


def calendar_days(pack: CountyPack, now_year: int) -> list[tuple[date, bool, bool]]:
    """Every day as (day, worked, confirmed), without gaps, from the first year listed or running to the last one.

    The last is the one after the running year, or later when the pack lists later ones. A year the pack doesn't list is
    provisional, with weekends off alone.
    """
    rules = pack.calendar
    listed = {*rules.confirmed, *rules.provisional}
    years = range(min({*listed, now_year}), max({*listed, now_year + 1}) + 1)
    off, worked = _days_off(rules), _days_worked(rules)
    week = {list(Weekday).index(day) for day in rules.week}
    return [
        (day, day in worked or (day.weekday() in week and day not in off), day.year in rules.confirmed)
        for day in chain.from_iterable(map(days_of_year, years))
    ]


def _days_off(rules: CalendarRules) -> set[date]:
    """Holidays, expected ones, and the county's own closures."""
    own = chain(*rules.provisional.values(), rules.closures)
    if isinstance(rules.holidays, tuple):
        return {*own, *rules.holidays}
    return {*own, *(days_off(rules.confirmed) if rules.holidays == "cn" else ())}


def _days_worked(rules: CalendarRules) -> set[date]:
    """Days worked whatever day of the week they are: adjusted work days unless the county closes, and its own."""
    official = days_worked(rules.confirmed) if rules.holidays == "cn" else set()
    return (official - {*rules.closures}) | {*rules.extra_workdays}
