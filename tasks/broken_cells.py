"""Cells of a spreadsheet that hold no value: an error, a formula never worked out. calamine reads both as empty."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from io import BytesIO
from posixpath import join, normpath
from zipfile import ZipFile, is_zipfile

WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHEET = re.compile(rb"<(?:\w+:)?sheet\s([^>]*)>")
RELATION = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
FAILED = re.compile(rb'<(?:\w+:)?c\s([^>]*\bt="e"[^>]*)>')
UNCOUNTED = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)><(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<v></v>)?</(?:\w+:)?c>"
)
PLACE = re.compile(rb"([A-Z]+)(\d+)")
LETTERS = 26

Broken = Mapping[int, tuple[int, ...]]
"""By the number of a row, from 1, the places of its broken cells, from 0."""


def broken_cells(written: bytes, sheet: int) -> Broken:
    """The broken cells of a sheet.

    :param sheet: its place in the book, from 0.
    """
    found: dict[int, list[int]] = defaultdict(list)
    for cell in _broken(_sheet(written, sheet)):
        place = PLACE.fullmatch(cell.get(b"r", b""))
        if place and cell.get(b"t") != b"str":  # a text may be worked out to be empty
            found[int(place[2])].append(_column(place[1]))
    return {number: tuple(places) for number, places in found.items()}


def _broken(xml: bytes) -> Iterator[Mapping[bytes, bytes]]:
    """The attributes of the cells; most sheets have none, and are not searched for long."""
    if b't="e"' in xml:
        yield from (_attributes(each[1]) for each in FAILED.finditer(xml))
    if b"<f" in xml or b":f" in xml:
        yield from (_attributes(each[1]) for each in UNCOUNTED.finditer(xml))


def _sheet(written: bytes, number: int) -> bytes:
    """The text of a sheet, by way of the book's relations; nothing where there is none, as in books of other kinds."""
    if not is_zipfile(BytesIO(written)):
        return b""
    with ZipFile(BytesIO(written)) as book:
        if not {WORKBOOK, RELATIONS} <= set(book.namelist()):
            return b""
        sheets = [_attributes(each[1]) for each in SHEET.finditer(book.read(WORKBOOK))]
        relations = (_attributes(each[1]) for each in RELATION.finditer(book.read(RELATIONS)))
        targets = {each[b"Id"]: each[b"Target"].decode() for each in relations}
        path = normpath(join("/xl", targets.get(sheets[number].get(b"r:id", b""), ""))).lstrip("/")
        return book.read(path) if path in book.namelist() else b""


def _attributes(written: bytes) -> dict[bytes, bytes]:
    return dict(ATTRIBUTE.findall(written))


def _column(letters: bytes) -> int:
    """The place of a column: A is 0, AA 26."""
    number = 0
    for letter in letters:
        number = number * LETTERS + letter - ord("A") + 1
    return number - 1
