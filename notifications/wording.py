"""How times, lengths of time, posts and persons are put into words; the words themselves are in the locale."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models.rules import privacy
from notifications.locale import label, text


def moment(at: datetime, zone: str, now: datetime, locale: str) -> str:
    """An instant as local date, weekday and clock; the year only when it isn't the year of ``now``."""
    local = at.astimezone(ZoneInfo(zone))
    day = _dated(local.date(), now.astimezone(ZoneInfo(zone)).year, locale)
    return text("when.moment", locale, day=day, weekday=weekday(local.date(), locale), clock=f"{local:%H:%M}")


def day_and_weekday(day: date, year: int, locale: str) -> str:
    """A date with its weekday; the year only when it isn't ``year``."""
    return text("when.day_and_weekday", locale, day=_dated(day, year, locale), weekday=weekday(day, locale))


def weekday(day: date, locale: str) -> str:
    """The short name of a date's weekday."""
    return text(f"weekday.{day.isoweekday()}", locale)


def joined_days(days: Iterable[date], year: int, locale: str) -> str:
    """Dates in as few words as they allow: "1-7 Oct, 11 Oct"; a year only where it changes from ``year``."""
    told = []
    for first, last in _runs(days):
        told.append(_run(first, last, year, locale))
        year = last.year
    return text("when.comma", locale).join(told)


def _run(first: date, last: date, year: int, locale: str) -> str:
    opening = _dated(first, year, locale)
    if first == last:
        return opening
    if (first.year, first.month) == (last.year, last.month):
        closing = _dated(last, year, locale)
        return text("when.run_in_a_month", locale, opening=opening, closing=closing, day=first.day, last=last.day)
    return text("when.run", locale, opening=opening, closing=_dated(last, first.year, locale))


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and day.toordinal() == runs[-1][1].toordinal() + 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _dated(day: date, year: int, locale: str) -> str:
    key = "when.date" if day.year == year else "when.date_of_a_year"
    return text(key, locale, day=day.day, month=text(f"month.{day.month}", locale), year=day.year)


def allowance(amount: float, unit: str, locale: str) -> str:
    """A limit as policy grants it: "3 working days"."""
    return _counted("allowance", unit, amount, locale)


def share(part: int, whole: int, locale: str) -> str:
    """A part of a whole in per cent; a dash where there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else text("when.none", locale)


def span(length: Mapping[str, int | bool], locale: str) -> str:
    """A length of time, to the minute: ``days``, ``hours``, ``minutes``, and whether only office time (``working``)."""
    working = bool(length["working"])
    units = {"days": "working_days" if working else "days", "hours": "hours", "minutes": "minutes"}
    told = [_counted("span", unit, length[name], locale) for name, unit in units.items() if length[name]]
    if not told:
        return text("span.under_a_minute", locale)
    whole = text("span.space", locale).join(told)
    return text("span.of_office_time", locale, span=whole) if working and not length["days"] else whole


def _counted(subject: str, unit: str, amount: float, locale: str) -> str:
    number = "one" if amount == 1 else "many"
    return text(f"{subject}.{unit}.{number}", locale, amount=f"{amount:g}")


def post(of: Mapping[str, str], locale: str) -> str:
    """A post as people call it: the unit and the role, once when the role is called like the unit."""
    role = label("role", of["role"], locale)
    return role if role == of["unit"] else text("who.post", locale, unit=of["unit"], role=role)


def masked(written: str, locale: str) -> str:
    """Somebody's words without the numbers by which a person could be rung up or identified."""
    return privacy.masked(written, text("who.number_left_out", locale))
