"""The small values a pack writes as text: keys, days, windows of the day, allowances, zones."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from models.rules.escalation import Timing
from models.rules.worktime import Allowance
from models.vocabulary import TimeUnit

T = TypeVar("T")
WINDOW = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
DAY_OF_YEAR = re.compile(r"\d\d-\d\d")
LEAP_YEAR = 2000
LONGEST = 9999
HUNDREDTH = 100


class Written(BaseModel):
    """What a pack writes: never changed after loading, and no field that isn't known."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class Weekday(StrEnum):
    """The days of the week, in order."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


@dataclass(frozen=True)
class Window:
    """From one local clock time to another; one that ends before it starts runs over midnight."""

    opens: time
    closes: time

    @classmethod
    def parse(cls, written: str) -> "Window":
        """Read ``08:30-12:00``.

        :raises ValueError: on anything else, or an empty window.
        """
        match = WINDOW.fullmatch(written.strip())
        if not match:
            raise ValueError(written)
        window = cls(time.fromisoformat(match[1]), time.fromisoformat(match[2]))
        if window.opens == window.closes:
            raise ValueError(written)
        return window

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    @property
    def hours(self) -> Fraction:
        """How long a window within one day is; negative for one that runs over midnight."""
        return Fraction((self.closes.hour - self.opens.hour) * 60 + self.closes.minute - self.opens.minute, 60)


@dataclass(frozen=True, order=True)
class DayOfYear:
    """A day that comes every year; the 29th of February in leap years."""

    month: int
    day: int

    @classmethod
    def parse(cls, written: str) -> "DayOfYear":
        """Read ``06-01``.

        :raises ValueError: on anything else, or a day no year has.
        """
        if not DAY_OF_YEAR.fullmatch(written.strip()):
            raise ValueError(written)
        read = date.fromisoformat(f"{LEAP_YEAR}-{written.strip()}")
        return cls(read.month, read.day)

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"


def allowance(written: str) -> Allowance:
    """Read ``3 working_days``: at most 9999 units, with at most two decimals.

    :raises ValueError: on anything else.
    """
    read = Allowance.parse(written)
    if read.amount > LONGEST or HUNDREDTH % read.amount.denominator:
        raise ValueError(written)
    return read


def natural_days(written: str) -> Allowance:
    """Read ``365 natural_days``: no other unit.

    :raises ValueError: on anything else.
    """
    read = allowance(written)
    if read.unit is not TimeUnit.NATURAL_DAYS:
        raise ValueError(written)
    return read


def timing(written: str) -> Timing:
    """Read when a step falls: ``75%``, ``opened +4 working_hours``, ``-2 urgent_hours``, ``due``, ``+1 working_days``.

    :raises ValueError: on anything else.
    """
    read = Timing.parse(written)
    if read.allowance:
        allowance(str(read.allowance))
    return read


def day(written: object) -> date:
    """Read a day: a YAML date, or the same in quotes.

    :raises ValueError: on anything else.
    """
    if isinstance(written, date) and not isinstance(written, datetime):
        return written
    if isinstance(written, str):
        return date.fromisoformat(written)
    raise ValueError(written)


def attempt(parse: Callable[[str], T], written: object) -> T | None:
    """What a text says; None when it is no text or says nothing `parse` understands."""
    try:
        return parse(written) if isinstance(written, str) else None
    except (ValueError, KeyError, ZeroDivisionError, OSError):  # the last two: 1/0, a zone that is a folder
        return None


def as_written(kind: str, parse: Callable[[str], object]) -> PlainValidator:
    """The validator of a text that `parse` understands; `kind` names the sentence that tells what else was written."""

    def read(value: object) -> object:
        parsed = attempt(parse, value)
        if parsed is None:
            raise PydanticCustomError(kind, kind)
        return parsed

    return PlainValidator(read)


def _read_day(value: object) -> date:
    try:
        return day(value)
    except ValueError as error:
        raise PydanticCustomError("day", "day") from error


def _zone(written: str) -> str:
    return ZoneInfo(written).key


def _timing_text(written: str) -> str:
    timing(written)
    return written.strip()


Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Count = Annotated[int, Field(strict=True, ge=1)]
Year = Annotated[int, Field(strict=True, ge=2000, le=2100)]
Day = Annotated[date, BeforeValidator(_read_day)]
Span = Annotated[Window, as_written("window", Window.parse), PlainSerializer(str)]
YearDay = Annotated[DayOfYear, as_written("day_of_year", DayOfYear.parse), PlainSerializer(str)]
NaturalDays = Annotated[Allowance, as_written("natural_days", natural_days), PlainSerializer(str)]
Limit = Annotated[Allowance, as_written("allowance", allowance), PlainSerializer(str)]
At = Annotated[str, as_written("timing", _timing_text)]
Zone = Annotated[str, as_written("zone", _zone)]
