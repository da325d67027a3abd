"""A mapping as it is written: from which columns of somebody's file each field comes, and how it is to be read.

Nothing is guessed: what a mapping does not say is a fault of the mapping or of the row, never a likely meaning.
"""

import codecs
import re
from datetime import UTC, datetime, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from models.rules.pack_values import Count, Written, Zone, as_written

CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?")
ISO = "iso"
UNFILLED = "?"
"""In the start of a mapping, what stands where somebody has still to say which column is meant."""
HOURS = frozenset("HIcXsT")
"""The letters behind a ``%`` by which a form of writing times names a time of day."""
OFFSETS = frozenset("z")
SAMPLE = datetime(2026, 11, 28, 23, 45, tzinfo=UTC)
"""An evening of a day that can be no month: what a form loses of it, it leaves open."""


def directives(form: str) -> frozenset[str]:
    """The letters behind the ``%`` signs of a form of writing times."""
    return frozenset(re.findall(r"%-?(.)", form))


def names_a_time(form: str) -> bool:
    """Whether a form of writing times has a time of day; ISO may."""
    return form == ISO or bool(directives(form) & HOURS)


def _clock(written: str) -> time:
    if not CLOCK.fullmatch(written):
        raise ValueError(written)
    return time.fromisoformat(written)


def _encoding(written: str) -> str:
    """The name of a character encoding Python knows.

    :raises KeyError: when there is none of the name.
    """
    try:
        found = codecs.lookup(written)
    except LookupError as error:
        raise KeyError(written) from error
    if not getattr(found, "_is_text_encoding", True):
        raise KeyError(written)
    return found.name


def _form(written: str) -> str:
    """A form of writing times: ``iso``, or one with the letters of strptime that tells the day, and the hour of 24.

    The name of a zone (``%Z``) strptime passes over.
    """
    if written != ISO and ("Z" in directives(written) or not _tells(written)):
        raise ValueError(written)
    return written


def _tells(form: str) -> bool:
    try:
        read = datetime.strptime(SAMPLE.strftime(form), form)  # noqa: DTZ007 -- as it is written
    except re.error:  # the same letter twice
        return False
    return read.date() == SAMPLE.date() and (not names_a_time(form) or read.hour == SAMPLE.hour)


def _source(written: object) -> object:
    """The short way to write a field's mapping: the name of its column alone."""
    return {"column": written} if isinstance(written, str) else written


Delimiter = Annotated[str, Field(strict=True, min_length=1, max_length=1)]
Text = Annotated[str, Field(strict=True)]
Clock = Annotated[time, as_written("clock", _clock), PlainSerializer(str)]
Encoding = Annotated[str, as_written("encoding", _encoding)]
Form = Annotated[str, as_written("form", _form)]
Sheet = Annotated[int, Field(strict=True, ge=1)] | Text


class LookupFile(Written):
    """A CSV file beside the mapping: what stands in the key's column means what stands in the value's."""

    file: Text
    key: Text
    value: Text


class FieldSource(Written):
    """Where a field comes from, and how what stands there is read.

    In this order: the columns' cells without blanks around them, those that mean nothing left out; joined; looked up in
    the file, then in the mapping; the prefix put before; read as the time, day or word it has to be.
    """

    column: Text | None = None
    columns: tuple[Text, ...] = ()
    join: Text | None = None
    value: Text | None = None
    default: Text | None = None
    empty: tuple[Text, ...] = ()
    lookup_file: LookupFile | None = None
    lookup: dict[str, Text] | None = None
    otherwise: Text | None = None
    prefix: Text | None = None
    formats: tuple[Form, ...] = ()
    zone: Zone | None = None
    clock: Clock | None = None
    fold: Literal["first", "second"] | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it is made of."""
        return self.columns or ((self.column,) if self.column is not None else ())

    @property
    def looks_up(self) -> bool:
        """Whether what stands in the file means something else."""
        return self.lookup is not None or self.lookup_file is not None


class CsvText(Written):
    """How a CSV file is written. `heads`: the line of the columns' names, from 1."""

    delimiter: Delimiter = ","
    encoding: Encoding | None = None
    heads: Count = 1


class Spreadsheet(Written):
    """Where the table stands in a spreadsheet: the sheet's name, or its number from 1; `heads` as in CSV."""

    sheet: Sheet | None = None
    heads: Count = 1


class JsonLines(Written):
    """How a file of JSON lines is written."""

    encoding: Encoding | None = None


class MappingText(Written):
    """A whole mapping. `zone` is that of times which name none, `empty` what stands for nothing in any column."""

    zone: Zone | None = None
    empty: tuple[Text, ...] = ()
    csv: CsvText = CsvText()
    xlsx: Spreadsheet = Spreadsheet()
    jsonl: JsonLines = JsonLines()
    fields: dict[str, Annotated[FieldSource, BeforeValidator(_source)]]

    def zone_of(self, name: str) -> str | None:
        """The zone of a field's times which name none."""
        return self.fields[name].zone or self.zone

    @property
    def columns(self) -> dict[str, None]:
        """All columns it reads, in order."""
        return dict.fromkeys(column for source in self.fields.values() for column in source.reads)
