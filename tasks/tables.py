"""Files of rows as tables: CSV, spreadsheets, JSON lines."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO, StringIO
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, WorksheetNotFound

from models.errors import InvalidInput
from models.rules.cells import Pick, Row, plain
from models.rules.instants import Wrong
from models.rules.mapping import MappingText, Spreadsheet
from tasks.broken_cells import broken_cells
from tasks.encodings import Decoded, decoded


class Form(StrEnum):
    """In which form a file holds its rows."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


Rows = Iterator[tuple[int, Row | Wrong, Any]]
"""Of each row the number of its line, what it is, and what it is kept as if it can't be taken."""
DEEP = 200
"""With fewer brackets a line of JSON is never too deep to be written again, which is 254 levels."""
FORMS = {".csv": Form.CSV, ".xlsx": Form.XLSX, ".jsonl": Form.JSONL, ".ndjson": Form.JSONL}
"""The form by the ending of a file's name."""


@dataclass(frozen=True)
class Table:
    """An opened file.

    :param columns: how often each column is there; of JSON the keys and, with dots between, those below them.
    :param above: the lines above the columns' names.
    :param heads: the columns' names as they stand; of JSON none.
    :param decoded: its text; None for a spreadsheet, which has no encoding to be found out.
    :param length: about how many rows there are.
    :param read: what reads the rows from the first on.
    """

    file: str
    form: Form
    columns: Counter[str]
    heads: Sequence[str]
    above: Sequence[Sequence[str]]
    decoded: Decoded | None
    length: int
    read: Callable[[], Rows]

    def pick(self, column: str) -> Pick:
        """What finds a column's cell in a row."""
        if self.form is Form.JSONL:
            return _path(column)
        return itemgetter([head.strip() for head in self.heads].index(column))


def form_of(file: Path) -> Form:
    """The form of a file, by its name.

    :raises InvalidInput: when it is none that can be read.
    """
    try:
        return FORMS[file.suffix.lower()]
    except KeyError as error:
        raise InvalidInput(why="form", file=file.name, known=", ".join(FORMS)) from error


def table(file: Path, written: bytes, text: MappingText | None = None) -> Table:
    """Open a file of rows.

    :param text: the mapping that says how it is written.
    :raises InvalidInput: when it can't be read at all.
    """
    form = form_of(file)
    with in_words(file):
        return OPENERS[form](file.name, written, text or MappingText(fields={}))


@contextmanager
def in_words(file: Path) -> Iterator[None]:
    """Let what keeps a file from being read be told as that.

    :raises InvalidInput: when it can't be read.
    """
    try:
        yield
    except UnicodeError as error:
        raise InvalidInput(why="undecodable", file=file.name, error=str(error)) from error
    except (csv.Error, CalamineError) as error:
        raise InvalidInput(why="unreadable", file=file.name, error=str(error)) from error


def _csv(file: str, written: bytes, text: MappingText) -> Table:
    how, read = text.csv, decoded(written, text.csv.encoding)
    top = list(islice(csv.reader(StringIO(read.text, newline=""), delimiter=how.delimiter, strict=True), how.heads))
    heads = top[how.heads - 1] if len(top) == how.heads else []

    def rows() -> Rows:
        reader = csv.reader(StringIO(read.text, newline=""), delimiter=how.delimiter, strict=True)
        list(islice(reader, how.heads))
        width, before = len(heads), reader.line_num
        try:
            for cells in reader:
                before = reader.line_num
                if len(cells) == width or (not any(cells[width:]) and len(cells) > width):
                    if any(cells):
                        yield reader.line_num, cells, cells
                elif cells:
                    yield reader.line_num, Wrong("ragged"), cells
        except csv.Error as error:
            # Where the row begins: a quote that is never closed takes in all that follows.
            raise InvalidInput(why="unreadable", file=file, error=f"{before + 1}: {error}") from error

    columns = Counter(head.strip() for head in heads)
    return Table(file, Form.CSV, columns, heads, top[: how.heads - 1], read, read.text.count("\n"), rows)


def _xlsx(file: str, written: bytes, text: MappingText) -> Table:
    book = CalamineWorkbook.from_filelike(BytesIO(written))
    sheet = _sheet(file, book, text.xlsx)
    broken, first = broken_cells(written, book.sheet_names.index(sheet.name)), (sheet.start or (0, 0))[1]
    top = [[_head(cell) for cell in row] for row in islice(sheet.iter_rows(), text.xlsx.heads)]
    top += [[]] * (text.xlsx.heads - len(top))

    def rows() -> Rows:
        below = islice(sheet.iter_rows(), text.xlsx.heads, None)
        for number, read in enumerate(below, text.xlsx.heads + 1):
            cells: list[Any] = read
            for place in broken.get(number, ()):
                if 0 <= place - first < len(cells):
                    cells[place - first] = Wrong("broken_cell")
            if cells.count("") < len(cells):
                yield number, cells, cells

    *above, heads = top
    columns = Counter(head.strip() for head in heads)
    return Table(file, Form.XLSX, columns, heads, above, None, sheet.total_height, rows)


def _head(cell: object) -> str:
    """What stands in a cell above the rows, as it would be typed."""
    typed = plain(cell)
    return "" if isinstance(typed, Wrong) else str(typed)


def _sheet(file: str, book: CalamineWorkbook, how: Spreadsheet) -> CalamineSheet:
    """The sheet that is meant; one that has no name is only meant where there is no other."""
    names = book.sheet_names
    if how.sheet is None and len(names) != 1:
        raise InvalidInput(why="which_sheet", file=file, known=", ".join(names))
    try:
        number = how.sheet - 1 if isinstance(how.sheet, int) else names.index(how.sheet or names[0])
        return book.get_sheet_by_index(number)
    except (ValueError, WorksheetNotFound) as error:
        raise InvalidInput(why="no_sheet", file=file, sheet=how.sheet, known=", ".join(names)) from error


def _jsonl(file: str, written: bytes, text: MappingText) -> Table:
    read = decoded(written, text.jsonl.encoding)
    lines = read.text.split("\n")

    def rows() -> Rows:
        for number, line in enumerate(lines, 1):
            if line.strip():
                row = _object(line)
                yield number, row, line if isinstance(row, Wrong) else row

    columns: Counter[str] = Counter()
    for _, row, _ in rows():
        if type(row) is dict and not (row.keys() <= columns.keys() and dict not in map(type, row.values())):
            columns |= Counter(dict.fromkeys(_keys(row), 1))
    return Table(file, Form.JSONL, columns, [], [], read, len(lines), rows)


def _object(line: str) -> Any:
    try:
        row = orjson.loads(line)
        if line.count("{") + line.count("[") > DEEP:
            orjson.dumps(row)  # what can be read deeper than written could not be kept
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return Wrong("not_json")
    return row if isinstance(row, dict) else Wrong("not_json")


def _keys(row: dict[str, Any], above: str = "") -> Iterable[str]:
    """The keys of an object and, with dots between, of those in it."""
    for key, value in row.items():
        yield above + key
        if type(value) is dict:
            yield from _keys(value, f"{above}{key}.")


def _path(column: str) -> Pick:
    """What finds a value in an object: under the key as it is, else along the dots."""
    steps = column.split(".")

    def pick(row: Any) -> Any:
        if column in row:
            return row[column]
        for step in steps:
            row = row.get(step) if isinstance(row, dict) else None
        return row

    return pick


OPENERS = {Form.CSV: _csv, Form.XLSX: _xlsx, Form.JSONL: _jsonl}
