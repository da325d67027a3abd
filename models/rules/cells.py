"""From the cells of a row to its fields, by a mapping: compiled once a file, then run for every row."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from models.rules.fields import WORDS, Field, Says
from models.rules.instants import Times, Wrong, day
from models.rules.mapping import ISO, FieldSource, MappingText

KEPT = 200_000
"""So many written values are remembered with what they mean; then it is begun anew: a file has no end."""
EXACT = 2**53
"""Up to here a number of a spreadsheet or of JSON is exact; a longer one has lost its last digits before we see it."""
# Several words in one cell, with the comma, semicolon or enumeration mark of either script between them.
BETWEEN_FLAGS = re.compile(r"[,;\uff0c\uff1b\u3001]")

K = TypeVar("K")
V = TypeVar("V")
Row = Any
"""A row as it stands in a file: a list by column, or of JSON a mapping."""
Cell = Any
Pick = Callable[[Row], Cell]
Meaning = Callable[[str | date], Any]


class Memo(dict[K, V], Generic[K, V]):
    """What was worked out once is not worked out again: files repeat what they write."""

    def __init__(self, work: Callable[[K], V]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, key: K) -> V:
        if len(self) >= KEPT:
            self.clear()
        value = self[key] = self._work(key)
        return value


def plain(cell: Cell) -> str | date | Wrong:
    """A cell that is no text: a day or time as it is, a number or a word of JSON as it would be typed."""
    if isinstance(cell, str | date | Wrong):
        return cell
    if isinstance(cell, float):
        return Wrong("digits") if abs(cell) >= EXACT else _number(cell)
    if isinstance(cell, dict | list):
        return Wrong("nested")
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, time) else str(cell).lower()


def _number(cell: float) -> str:
    """A number as it would be typed; spreadsheets know no whole ones."""
    return str(int(cell)) if cell.is_integer() else repr(cell)


@dataclass(frozen=True)
class FieldReader:
    """How one field is read from what stands in its columns."""

    source: FieldSource
    about: Field
    zone: str | None = None
    empty: frozenset[str] = frozenset()
    lookups: Sequence[Mapping[str, str]] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def means(self, written: str | date) -> Any:
        """The value of what is written, a `Wrong`, or None for nothing."""
        if not isinstance(written, str):
            return self.final(written)
        said = written.strip()
        for lookup in (None, *self.lookups):
            if lookup is not None and said not in lookup:
                return Wrong("lookup") if self.source.otherwise is None else self.final(self.source.otherwise)
            said = said if lookup is None else lookup[said]
            if not said or said in self.empty:
                return None if self.source.default is None else self.final(self.source.default)
        return self.final((self.source.prefix or "") + said)

    def final(self, written: str | date) -> Any:
        """The value of a text as the field takes it; None for an empty one."""
        if not written:
            return None
        if self.about.says is Says.INSTANT:
            return self._times.instant(written)
        if self.about.says is Says.DAY:
            return day(self.source.formats or (ISO,), written)
        said = written if isinstance(written, str) else written.isoformat()
        if self.about.says is Says.FLAGS:
            flags = tuple(self.words.get(flag.strip()) for flag in BETWEEN_FLAGS.split(said))
            return Wrong("unknown") if None in flags else flags
        return self.words.get(said, Wrong("unknown")) if self.about.says in WORDS else said

    @cached_property
    def _times(self) -> Times:
        zone, fold = self.zone, self.source.fold
        second = None if fold is None else fold == "second"
        return Times(self.source.formats or (ISO,), ZoneInfo(zone) if zone else None, self.source.clock, second)

    def reading(self, picks: Sequence[Pick]) -> Callable[[Row], Any]:
        """What reads the field from a row."""
        if self.source.value is not None:
            constant = self.final(self.source.value)
            return lambda _: constant
        repeats = self.about.says is not Says.TEXT or self.lookups
        meaning: Meaning = Memo(self.means).__getitem__ if repeats else self.means
        return _single(picks[0], meaning) if len(picks) == 1 else self._joined(picks, meaning)

    def _joined(self, picks: Sequence[Pick], meaning: Meaning) -> Callable[[Row], Any]:
        def read(row: Row) -> Any:
            parts = [plain(pick(row)) for pick in picks]
            wrong = next((part for part in parts if isinstance(part, Wrong)), None)
            if wrong is not None:
                return wrong
            said = (part.strip() if isinstance(part, str) else _iso(part) for part in parts)
            return meaning((self.source.join or "").join(part for part in said if part and part not in self.empty))

        return read


def _iso(at: Any) -> str:
    return at.isoformat(" ") if isinstance(at, datetime) else str(at.isoformat())


def _single(pick: Pick, meaning: Meaning) -> Callable[[Row], Any]:
    def read(row: Row) -> Any:
        cell = pick(row)
        if type(cell) is not str:
            cell = plain(cell)
            if type(cell) is Wrong:
                return cell
        return meaning(cell)

    return read


def field_readers(
    text: MappingText,
    about: Mapping[str, Field],
    lookups: Mapping[str, Mapping[str, str]],
    words: Mapping[str, Mapping[str, str]],
) -> dict[str, FieldReader]:
    """How each field of a mapping is read.

    :param lookups: by field, what its look-up file says.
    :param words: by list of the vocabulary, its words by what people write for them.
    """
    readers = {}
    for name, source in text.fields.items():
        steps = [each for each in (lookups.get(name), source.lookup) if each is not None]
        empty = frozenset(text.empty) | frozenset(source.empty)
        own = words.get(about[name].says, {})
        readers[name] = FieldReader(source, about[name], text.zone_of(name), empty, steps, own)
    return readers


def row_reader(
    readers: Mapping[str, FieldReader], pick: Callable[[str], Pick]
) -> Callable[[Row], tuple[dict[str, Any], dict[str, str]]]:
    """What makes of a row its fields, and of those that can't be taken the keys of the sentences that say why.

    :param pick: what finds the cell of a column in a row.
    """
    reading = [(name, each.reading([pick(column) for column in each.source.reads])) for name, each in readers.items()]

    def read(row: Row) -> tuple[dict[str, Any], dict[str, str]]:
        values, faults = {}, {}
        for name, of in reading:
            value = of(row)
            if type(value) is Wrong:
                faults[name] = value.why
            else:
                values[name] = value
        return values, faults

    return read
