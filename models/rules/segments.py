"""Stretches of real time in which an office is open: what its windows mean on the local clock, clock changes included.

Instants are whole microseconds since the epoch, so that counting over them is exact.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from models.rules.office import Windows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_DAY = EPOCH.date().toordinal()
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


def micros(instant: datetime) -> int:
    """An aware time as a number."""
    since = instant - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def instant_of(number: int) -> datetime:
    """The number as a time, in UTC."""
    return EPOCH + timedelta(microseconds=number)


def clock_micros(clock: time) -> int:
    """How far a clock time stands from midnight on the face of the clock."""
    return (clock.hour * 3600 + clock.minute * 60 + clock.second) * SECOND + clock.microsecond


def scaled(amount: int, share: Fraction) -> int:
    """A share of an amount, to the nearest whole."""
    return (2 * amount * share.numerator + share.denominator) // (2 * share.denominator)


def at_clock(zone: ZoneInfo, day: date, clock: time) -> datetime:
    """The instant of a local clock time; one a clock change skips or repeats is read with the offset before it."""
    first = clock.replace(fold=0) if clock.fold else clock
    return datetime.combine(day, first, tzinfo=zone).astimezone(UTC)


def offset_at(zone: ZoneInfo, number: int) -> int:
    """How far the local clock is ahead of UTC at an instant."""
    return round(instant_of(number).astimezone(zone).utcoffset() / timedelta(microseconds=1))  # type: ignore[operator]


def change_between(zone: ZoneInfo, start: int, end: int) -> int:
    """The instant from which on the offset holds that there is at the end, when it changes once on the way."""
    last = offset_at(zone, end)
    return start + bisect_left(range(start, end), x=True, key=lambda number: offset_at(zone, number) == last)


def open_stretches(zone: ZoneInfo, hours: Iterable[tuple[date, Windows]]) -> Iterator[tuple[int, int]]:
    """From when to when an office is open on its days, in order.

    That is whenever the local clock shows a time within a window: a time a clock change skips is not worked, one it
    repeats is worked twice.
    """
    for day, windows in hours:
        midnight = (day.toordinal() - FIRST_DAY) * DAY
        for start, end, offset in _stretches(zone, day, midnight):
            for opens, closes in windows:
                since = max(start, midnight + clock_micros(opens) - offset)
                until = min(end, midnight + clock_micros(closes) - offset)
                if since < until:
                    yield since, until


def _stretches(zone: ZoneInfo, day: date, midnight: int) -> list[tuple[int, int, int]]:
    """The parts of a day with one offset each: (start, end, offset)."""
    start, end = (micros(at_clock(zone, each, time())) for each in (day, date.fromordinal(day.toordinal() + 1)))
    if end - start == DAY:
        return [(start, end, midnight - start)]
    first, last = offset_at(zone, start), offset_at(zone, end - 1)
    turn = start if first == last else change_between(zone, start, end - 1)
    return [(start, turn, first), (turn, end, last)]
