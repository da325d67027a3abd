"""Whether the calendar in ``county.yaml`` makes sense: office windows, seasons, years and days."""

from collections.abc import Iterator
from datetime import date
from itertools import chain, pairwise

from deployments.county_pack.official_days import known_years
from models.rules.announcing import days_of_year
from models.rules.office import Season
from models.rules.pack_values import LEAP_YEAR, DayOfYear, Window, attempt, day
from tasks.written import Finding, Place, repeated


def calendar_findings(calendar: Place) -> Iterator[Finding]:
    """What makes no sense in the calendar."""
    for place in (calendar, *calendar.get("seasons").items()):
        yield from _office_findings(place.get("office").items())
    yield from _season_findings(calendar.get("seasons").items())
    yield from _repeated_findings(calendar)
    yield from _confirmed_findings(calendar)
    yield from _provisional_findings(calendar)
    yield from _own_day_findings(calendar)


def _office_findings(places: list[Place]) -> Iterator[Finding]:
    """Windows within a day, ascending, apart from each other."""
    read = [(place, window) for place in places if (window := attempt(Window.parse, place.value))]
    for place, window in read:
        if window.hours < 0:
            yield place.found("over_midnight")
    for (_, before), (place, window) in pairwise(read):
        if window.opens < before.closes:
            yield place.found("windows_overlap", before=before)


def _season_findings(places: list[Place]) -> Iterator[Finding]:
    """No day in two seasons."""
    read = [(place, season) for place in places if (season := _season(place))]
    for number, (place, season) in enumerate(read):
        lines = [before.line for before, earlier in read[:number] if any(map(earlier.covers, _covered(season)))]
        if lines:
            yield place.found("seasons_overlap", since=place.text("from"), until=place.text("to"), first=lines[0])


def _season(place: Place) -> Season | None:
    """A season without its hours; None when its ends can't be read."""
    first, last = (attempt(DayOfYear.parse, place.get(name).value) for name in ("from", "to"))
    return Season((first.month, first.day), (last.month, last.day), ()) if first and last else None


def _covered(season: Season) -> Iterator[date]:
    return filter(season.covers, days_of_year(LEAP_YEAR))


def _repeated_findings(calendar: Place) -> Iterator[Finding]:
    lists = ("week", "confirmed", "holidays", "closures", "extra_workdays")
    for places in chain((calendar.get(name) for name in lists), calendar.get("provisional").entries().values()):
        yield from repeated(places.items())


def _confirmed_findings(calendar: Place) -> Iterator[Finding]:
    """Official days exist for confirmed years alone, and only for those the library has."""
    confirmed, holidays = calendar.get("confirmed").items(), calendar.get("holidays")
    years, known = [place.value for place in confirmed], known_years()
    for place in confirmed if holidays.value == "cn" else ():
        if isinstance(place.value, int) and place.value not in known:
            yield place.found("no_official_days", first=known[0], last=known[-1])
    for place, listed in _days(holidays):
        if listed.year not in years:
            yield place.found("year_not_confirmed", year=listed.year)


def _provisional_findings(calendar: Place) -> Iterator[Finding]:
    confirmed = [place.value for place in calendar.get("confirmed").items()]
    for year, places in calendar.get("provisional").entries().items():
        if year in confirmed:
            yield places.found("confirmed_too", year=year)
        for place, expected in _days(places):
            if expected.year != year:
                yield place.found("other_year", year=year)


def _own_day_findings(calendar: Place) -> Iterator[Finding]:
    closed = {day for _, day in _days(calendar.get("closures"))}
    for place, worked in _days(calendar.get("extra_workdays")):
        if worked in closed:
            yield place.found("closed_and_worked")


def _days(places: Place) -> Iterator[tuple[Place, date]]:
    """Those items that are days."""
    for place in places.items():
        if read := attempt(day, str(place.value)):
            yield place, read
