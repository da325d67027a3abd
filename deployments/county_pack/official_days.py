"""The official days off and adjusted work days of China, from the library ``chinesecalendar``.

It refuses a year it lacks; other libraries answer for one not yet announced, silently and wrongly.
"""

from datetime import date

from chinese_calendar import constants


def known_years() -> range:
    """The years the library has, without gaps."""
    return range(min(constants.holidays).year, max(constants.holidays).year + 1)


def days_off(years: tuple[int, ...]) -> set[date]:
    """The announced days off of some years, weekends inside a holiday among them."""
    return {day for day in constants.holidays if day.year in years}


def days_worked(years: tuple[int, ...]) -> set[date]:
    """The days off work of a weekend that are worked instead of a day off elsewhere."""
    return {day for day in constants.workdays if day.year in years}
