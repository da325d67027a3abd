"""A file of reports read, mapped and held against a county, in each form; writing them into the ledger apart.

The file has the columns of a city's request system, every second row a time of its own, look-ups, a joined text.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl

from models.rules.intake import Known
from tasks.mappings import read_mapping
from tasks.reports import read_reports
from tasks.sources import opened
from tests.bench.measuring import Line, interleaved, seconds

HEADS = ("request", "number", "opened", "closed", "type", "agency", "source", "area", "address", "lat", "lon", "note")
FIRST = datetime(2026, 1, 1, 8, tzinfo=UTC)
TYPES = ("lamp", "pothole", "rubbish", "noise")
MAPPING = """\
zone: Asia/Shanghai
empty: ["NULL"]
fields:
  external_id: number
  happened_at: {column: opened, formats: ["%Y/%m/%d %H:%M:%S", iso]}
  closed_at: {column: closed, formats: ["%Y/%m/%d %H:%M:%S", iso]}
  grid: {column: area, prefix: area-, empty: ["0"]}
  category: {column: type, lookup_file: {file: types.csv, key: code, value: name}}
  severity: {value: ordinary}
  summary: {columns: [type, address, note], join: ", "}
  source: {value: city}
  reported_by: {value: W01}
"""
KNOWN = Known(
    grids={f"area-{n}" for n in range(1, 112)},
    categories={each: each for each in TYPES},
    reporters={"W01"},
    since=datetime(2025, 1, 1, tzinfo=UTC),
    now=datetime(2027, 1, 1, tzinfo=UTC),
)
FORMS = {"CSV": "rows.csv", "JSON lines": "rows.jsonl", "XLSX": "rows.xlsx"}
A_SECOND = 20_000
"""So many rows a second are to be read, mapped and held against the county."""


def importing(home: Path, count: int, rounds: int) -> Iterator[Line]:
    """A line a form; a spreadsheet is held against openpyxl's reading alone."""
    files = written(home, count)
    turns: list[Callable[[], Mapping[str, float]]] = [
        *(lambda form=form, file=file: {form: seconds(lambda: _read(file))} for form, file in files.items()),
        lambda: {"openpyxl": seconds(lambda: _bare(files["XLSX"]))},
    ]
    taken = interleaved(turns, rounds)
    for form in ("CSV", "JSON lines"):
        what = f"{count:,} rows of {form} read, mapped, held against a county; {count / taken[form]:,.0f} a second"
        yield Line(what, taken[form], most=count / A_SECOND)
    what = f"the same of XLSX, against openpyxl's bare read; {count / taken['XLSX']:,.0f} a second"
    yield Line(what, taken["XLSX"], taken["openpyxl"], most_times=2)


def _read(file: Path) -> None:
    source = opened(file, read_mapping(file.parent / "mapping.yaml"))
    good, rejected = read_reports(source.lines(), KNOWN)
    if not good or rejected:
        raise AssertionError(rejected[:1])


def _bare(file: Path) -> None:
    for sheet in openpyxl.load_workbook(file, read_only=True):
        for _ in sheet.iter_rows(values_only=True):
            pass


def written(home: Path, count: int) -> dict[str, Path]:
    """The same rows in each form, beside the mapping that reads them all."""
    home.mkdir(exist_ok=True)
    (home / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    (home / "types.csv").write_text("code,name\n" + "".join(f"{n},{name}\n" for n, name in enumerate(TYPES)))
    files, rows = {form: home / name for form, name in FORMS.items()}, [_row(n) for n in range(count)]
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADS, *rows])
    files["CSV"].write_text(out.getvalue(), encoding="utf-8")
    objects = (json.dumps(dict(zip(HEADS, row, strict=True)), ensure_ascii=False) for row in rows)
    files["JSON lines"].write_text("\n".join(objects), encoding="utf-8")
    files["XLSX"].write_bytes(_workbook(rows))
    return files


def _row(n: int) -> tuple[str, ...]:
    opened_at = FIRST + timedelta(seconds=n // 2 * 97)
    closed = "" if n % 20 == 0 else f"{opened_at + timedelta(hours=n % 90):%Y-%m-%d %H:%M:%S}"
    place = (f"{n % 900} Main Street, {n % 7}", "34.05", "-118.24")
    opened_on = f"{opened_at:%Y/%m/%d %H:%M:%S}"
    return (str(n), f"R-{n:07}", opened_on, closed, str(n % 4), "2", "8", str(n % 112), *place, "楼道灯不亮" * 3)


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("rows")
    for row in (HEADS, *rows):
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
