"""Spreadsheets with errors in their cells: nothing is taken for empty that is not."""

import csv
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter

from tasks.broken_cells import broken_cells
from tasks.rejects import Rejected, set_aside
from tests.tasks.files import HEADS, ROW, source, workbook


def test_an_error_in_a_cell_is_that_rows_fault_and_no_empty_cell(folder: Path) -> None:
    rows = [list(ROW) for _ in range(4)]
    rows[0][2], rows[1][3], rows[2] = "#N/A", "=A1&A2", ["#REF!"] * len(ROW)
    opened = source(folder, workbook(*rows), "a.xlsx")
    read = list(opened.lines())
    assert [(each.number, each.faults) for each in read[:2]] == [
        (2, {"grid": "broken_cell"}),
        (3, {"severity": "broken_cell"}),
    ]
    assert read[2].faults["summary"] == "broken_cell"
    assert (read[3].faults, len(read)) == ({}, 4)
    aside = set_aside(opened, b"", [Rejected(read[0], dict(read[0].faults))])
    assert aside is not None
    (kept,) = csv.DictReader(aside.read_text(encoding="utf-8-sig").splitlines()[:2])
    assert kept["网格"] == ""


def test_cells_are_found_wherever_the_table_stands_and_whichever_sheet_is_meant() -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("b")
    for column in (1, 26, 27, 703):
        sheet[f"{get_column_letter(column)}5"] = "#N/A"
    sheet["B6"], sheet["C6"] = "text", 1
    out = BytesIO()
    book.save(out)
    assert broken_cells(out.getvalue(), 0) == {}
    assert broken_cells(out.getvalue(), 1) == {5: (0, 25, 26, 702)}
    assert broken_cells(b"an old book", 0) == {}


def test_what_is_broken_beside_the_table_is_nobodys_fault(folder: Path) -> None:
    out = BytesIO()
    book = openpyxl.Workbook()
    for row in (["", "", *HEADS], ["", "=A1", *ROW]):
        book.worksheets[0].append(row)
    book.save(out)
    assert [each.faults for each in source(folder, out.getvalue(), "a.xlsx").lines()] == [{}]
