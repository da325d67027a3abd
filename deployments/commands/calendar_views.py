"""A year of the calendar, and what announced days change of it: as tables and as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from deployments.commands import output
from deployments.commands.options import SHOWN
from deployments.commands.words import called, joined, locale, moment, say
from models.actions.calendars import Imported
from models.queries.calendars import Move, Moves
from models.rules.announcing import Day
from models.rules.pack_values import Weekday
from models.rules.year import Days, year_of
from models.tables.places import County
from notifications import wording

OUTSIDE = ("before_opening", "after_close", "day_off")


@dataclass(frozen=True)
class Found:
    """What an import does, and what it moves."""

    imported: Imported
    moves: Moves

    @property
    def changes(self) -> bool:
        """Whether it does anything at all."""
        return bool(self.imported.years or self.imported.days or self.imported.moved)


def tell_year(county: County, known: Mapping[date, Day], year: int) -> None:
    """Show a year, month by month, and how the office works."""
    months = _months(county, known, year)
    unsure = [day for days in months.values() for day in days.provisional]
    figures = {"county": county.name, "year": year, "working": sum(days.working for days in months.values())}
    output.line("cli.calendar.title", **figures)
    if unsure:
        output.line("cli.calendar.unsure", days=_listed(unsure, year), count=len(unsure))
    output.table(
        ("month", "working_days", "days_off", "adjusted"),
        [_row(month, days, year) for month, days in months.items()],
        wrapped=("days_off", "adjusted"),
    )
    output.facts(_office(county.calendar))


def _months(county: County, known: Mapping[date, Day], year: int) -> dict[int, Days]:
    week = {list(Weekday).index(Weekday(day)) for day in county.calendar["week"]}
    return year_of(known, week, year)


def _row(month: int, days: Days, year: int) -> list[str]:
    unsure = set(days.provisional)
    return [
        say(f"month.{month}"),
        str(days.working),
        *(_sure_and_expected(each, unsure, year) for each in (days.off, days.adjusted)),
    ]


def _sure_and_expected(days: Iterable[date], unsure: set[date], year: int) -> str:
    """Days, those not announced yet marked as expected."""
    split = list(days)
    sure, expected = ([day for day in split if (day in unsure) is wanted] for wanted in (False, True))
    marked = [say("cli.calendar.expected", days=_listed(expected, year))] if expected else []
    return joined([*([_listed(sure, year)] if sure else []), *marked])


def _listed(days: Iterable[date], year: int) -> str:
    return wording.joined_days(days, year, locale())


def _office(rules: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How the office works: its week, hours and seasons, and from when what comes outside counts."""
    week = joined(say(f"weekday.{list(Weekday).index(Weekday(day)) + 1}") for day in rules["week"])
    seasons = [
        (say("cli.calendar.season", since=each["from"], until=each["to"]), each) for each in rules.get("seasons", ())
    ]
    hours = [joined(rules["office"]), *(f"{told} {joined(each['office'])}" for told, each in seasons)]
    return [
        ("week", week),
        *(("office", each) for each in hours),
        *((name, say(f"counting.{rules[name]}")) for name in OUTSIDE),
    ]


def _season(season: Mapping[str, Any]) -> str:
    return say("cli.calendar.season", since=season["from"], until=season["to"], office=joined(season["office"]))


def year_data(county: County, known: Mapping[date, Day], year: int) -> dict[str, Any]:
    """A year for programs."""
    months = _months(county, known, year)

    def all_(name: str) -> list[date]:
        return [day for days in months.values() for day in getattr(days, name)]

    names = ("office", "seasons", "week", *OUTSIDE)
    return {
        "county": county.key,
        "year": year,
        "zone": county.zone,
        "working_days": sum(days.working for days in months.values()),
        **{name: all_(name) for name in ("off", "adjusted", "provisional")},
        **{name: county.calendar.get(name, []) for name in names},
    }


def tell_found(found: Found, zone: str, now: datetime) -> None:
    """Show what announced days change, and what they move."""
    imported = found.imported
    for year in imported.years:
        output.line("cli.calendar.confirmed", year=year)
    for worked in (False, True):
        changed = [day for day, each in imported.days.items() if each is worked]
        if changed:
            output.line(f"cli.calendar.{'now_worked' if worked else 'now_off'}", days=_listed(changed, now.year))
    tell_moves(found.moves, zone, now)


def tell_moves(moves: Moves, zone: str, now: datetime) -> None:
    """Show what moves, what was due first standing first."""
    if moves.first:
        rows = [_move(each, zone, now) for each in moves.first]
        output.table(("number", "duty", "due_before", "due_after"), rows)
    if moves.total > len(moves.first):
        output.line("cli.calendar.more", moved=moves.total, shown=SHOWN)


def _move(move: Move, zone: str, now: datetime) -> list[str]:
    before, after = (moment(at, zone, now) for at in (move.due_before, move.due_after))
    same = move.due_before == move.due_after
    return [move.number, called(move.kind), before, say("cli.calendar.later_steps") if same else after]


def found_data(found: Found, *, kept: bool) -> dict[str, Any]:
    """The same for programs."""
    imported = found.imported
    days = [{"day": day, "worked": worked} for day, worked in imported.days.items()]
    moved = {"moved": imported.moved, "moves": found.moves.first, "imported": kept}
    return {"confirmed_years": imported.years, "days": days, **moved}
