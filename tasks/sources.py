"""Reading any file of rows by a mapping: line by line the cells as they stand and the fields they make."""

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Entries
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from models.errors import InvalidInput
from models.rules.cells import plain, row_reader
from models.rules.fields import ROW, Subject, fields
from models.rules.instants import Wrong
from models.rules.mapping import UNFILLED, FieldSource, MappingText
from notifications.locale import LOCALES, text
from tasks.mappings import Mapping, read_mapping
from tasks.tables import Form, Table, table
from tasks.wording import words

__all__ = ["Line", "Source", "builtin", "opened", "read_mapping", "rows"]


class Line(NamedTuple):
    """A row: the number of its line (in CSV that on which it ends), its cells as they stand, what they say by field.

    `faults`: by field the key of the sentence that says why it can't be taken; such a field is not among `fields`.
    """

    number: int
    cells: Any
    fields: dict[str, Any]
    faults: dict[str, Any]


@dataclass(frozen=True)
class Source:
    """An opened file of rows with its mapping."""

    table: Table
    mapping: Mapping

    @property
    def left_out(self) -> list[str]:
        """The columns the mapping makes nothing of, in order."""
        used = self.mapping.text.columns
        below = {column.rpartition(".")[0] for column in self.table.columns if "." in column}
        return [each for each in self.table.columns if each and each not in used and each not in below]

    @property
    def absent(self) -> list[str]:
        """The keys the mapping reads which no line of JSON has: what is empty everywhere is left out there."""
        return [each for each in self.mapping.text.columns if self.table.columns and not self.table.columns[each]]

    def meant(self, line: Line, field: str) -> str:
        """What the mapping made of a field by looking it up or by a prefix; nothing where it did not."""
        source, value = self.mapping.text.fields.get(field), line.fields.get(field)
        if source is None or not (source.looks_up or source.prefix is not None):
            return ""
        if field in line.fields:
            return value if isinstance(value, str) else ""
        said = self.written(line, field).strip()
        for lookup in self.mapping.readers[field].lookups:
            said = lookup.get(said, source.otherwise or "")
        return said

    def written(self, line: Line, field: str) -> str:
        """What stands in the columns of a field, to be shown to who imports; nothing where it may be about a person."""
        about = fields(self.mapping.subject).get(field)
        if about is None or about.private or ROW in line.faults or field not in self.mapping.text.fields:
            return ""
        cells = (plain(self.table.pick(column)(line.cells)) for column in self.mapping.text.fields[field].reads)
        return " ".join(str(cell) for cell in cells if not isinstance(cell, Wrong))

    def lines(self) -> Iterator[Line]:
        """The rows.

        :raises InvalidInput: when the file can't be read on.
        """
        read = row_reader(self.mapping.readers, self.table.pick)
        for number, row, cells in self.table.read():
            if type(row) is Wrong:
                yield Line(number, cells, {}, {ROW: row.why})
            else:
                yield Line(number, cells, *read(row))


def rows(file: Path, mapping: Mapping) -> Iterator[Line]:
    """The rows of a file.

    :raises InvalidInput: when it can't be read.
    :raises MappingInvalid: when the mapping names columns it does not have.
    """
    return opened(file, mapping).lines()


def opened(
    file: Path,
    mapping: Mapping | Subject,
    written: bytes | None = None,
    *,
    zone: str | None = None,
    tell_heads: bool = True,
) -> Source:
    """Open a file of rows.

    :param mapping: the mapping, or what the file is about: then its columns are called as the product calls them.
    :param written: what is in it, if that is read already.
    :param zone: without a mapping, that of times which name none.
    :param tell_heads: whether an error may name the columns there are; without heads the file begins with somebody.
    :raises InvalidInput: when it can't be read, or, without a mapping, lacks a column.
    :raises MappingInvalid: when the mapping names columns it does not have.
    """
    given = mapping if isinstance(mapping, Mapping) else None
    found = table(file, file.read_bytes() if written is None else written, given.text if given else None)
    if given is None:
        return Source(found, builtin(file, Subject(str(mapping)), found.columns, zone))
    needed = _left_in(given, found.columns) if found.form is Form.JSONL else given.text.columns
    wrong = {column: fault for column in needed if (fault := _lack(column, found.columns, tell=tell_heads))}
    if wrong:
        raise given.lacking(wrong)
    return Source(found, given)


def _left_in(mapping: Mapping, columns: Counter[str]) -> list[str]:
    """The keys JSON lines can't do without: empty ones are left out there, but some fields may not be empty.

    Of no rows, there are no keys.
    """
    about = fields(mapping.subject)
    asked = [
        column
        for name, source in mapping.text.fields.items()
        for column in source.reads
        if column == UNFILLED
        or (about[name].required and source.default is None and not any(columns[each] for each in source.reads))
    ]
    return list(dict.fromkeys(asked)) if columns else []


def _lack(column: str, columns: Counter[str], *, tell: bool) -> dict[str, str]:
    if not columns[column]:
        kind = "mapping.not_filled_in" if column == UNFILLED else "mapping.no_column"
        known = {"kind": kind, "known": ", ".join(filter(None, columns))}
        return known if tell else {"kind": "mapping.no_such_column"}
    return {"kind": "mapping.column_twice"} if columns[column] > 1 else {}


def builtin(file: Path, subject: Subject, columns: Entries[str, int], zone: str | None = None) -> Mapping:
    """The mapping of a file whose columns are called as the product calls its fields, in either language.

    :raises InvalidInput: when it lacks one that every row must have, or has one twice.
    """
    called = {text(f"intake.column.{name}", locale): name for name in fields(subject) for locale in LOCALES}
    named: dict[str, list[str]] = {}
    for column in columns:
        written = column.strip().lower()
        named.setdefault(called.get(written, written), []).append(column)
    missing = [each.name for each in fields(subject).values() if each.required and each.name not in named]
    if missing:
        raise InvalidInput(why="columns", file=file.name, missing=_listed(missing), columns=_listed(fields(subject)))
    twice = [name for name in fields(subject) if sum(columns[each] for each in named.get(name, ())) > 1]
    if twice:
        raise InvalidInput(why="column_twice", file=file.name, columns=_listed(twice))
    sources = {name: FieldSource(column=named[name][0]) for name in fields(subject) if name in named}
    return Mapping(file, subject, MappingText(zone=zone, fields=sources))


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(words(f"intake.column.{name}") for name in columns)
