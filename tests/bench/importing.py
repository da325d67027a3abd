"""A file of reports read, mapped and held against a county, in each form; writing them into the ledger apart.

The file has the columns of a city's request system, every second row a time of its own, look-ups, a joined text.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from time import process_time
from timeit import timeit

import openpyxl
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.people import Appointment, appoint
from models.actions.stock import take_over_stock
from models.database import transaction
from models.queries.intake import known
from models.queries.rulebook import rulebook
from models.rules.intake import Known
from models.tables.places import County, Unit
from models.vocabulary import Role
from tasks.mappings import read_mapping
from tasks.sources import Source, opened
from tasks.stocks import read_stock
from tests.bench.database import a_ledger
from tests.bench.measuring import Line, Turn, interleaved, seconds

HEADS = ("request", "number", "opened", "closed", "type", "agency", "source", "area", "address", "lat", "lon", "note")
FIRST = datetime(2026, 1, 1, 8, tzinfo=UTC)
TYPES = ("lighting", "roads", "sanitation", "noise")
COMMANDER = "C01"
MAPPING = """\
zone: Asia/Shanghai
empty: ["NULL"]
fields:
  external_id: number
  happened_at: {column: opened, formats: ["%Y/%m/%d %H:%M:%S", iso]}
  closed_at: {column: closed, formats: ["%Y/%m/%d %H:%M:%S", iso]}
  grid: {column: area, lookup_file: {file: areas.csv, key: area, value: grid}}
  category: {column: type, lookup_file: {file: types.csv, key: code, value: name}}
  severity: {value: ordinary}
  summary: {columns: [type, address, note], join: ", "}
  source: {value: city}
  reported_by: {value: ""}
"""
KNOWN = Known(
    grids={f"area-{n}" for n in range(1, 112)},
    categories={each: each for each in TYPES},
    reporters=(),
    since=datetime(2025, 1, 1, tzinfo=UTC),
    now=datetime(2027, 1, 1, tzinfo=UTC),
)
FORMS = {"CSV": "rows.csv", "JSON lines": "rows.jsonl", "XLSX": "rows.xlsx"}
A_SECOND = 20_000
"""So many rows a second are to be read, mapped and held against the county."""


def importing(url: str, home: Path, count: int, rounds: int) -> Iterator[Line]:
    """A line a form, a spreadsheet held against openpyxl's reading alone; a line for writing."""
    files = written(home, count)
    turns: list[Turn] = [
        *(partial(_timed, form, partial(_read, file)) for form, file in files.items()),
        partial(_timed, "openpyxl", partial(_bare, files["XLSX"])),
    ]
    taken = interleaved(turns, rounds)
    for form in ("CSV", "JSON lines"):
        what = f"{count:,} rows of {form} read, mapped, held against a county; {count / taken[form]:,.0f} a second"
        yield Line(what, taken[form], most=count / A_SECOND)
    what = f"the same of XLSX, against openpyxl's bare read; {count / taken['XLSX']:,.0f} a second"
    yield Line(what, taken["XLSX"], taken["openpyxl"], most_times=2)
    writing = _writing(url, files["CSV"])
    yield Line(
        f"the same {count:,} written into the ledger, with their history; {count / writing:,.0f} a second", writing
    )


def _writing(url: str, file: Path) -> float:
    """Seconds for taking over rows that are read already."""
    with a_ledger(url, _commander) as own, transaction(own) as session:
        book = rulebook(session, None)
        grids = select(Unit.key).where(Unit.depth == book.lowest).order_by(Unit.key)
        (file.parent / "areas.csv").write_text(_areas(session.scalars(grids).all()))
        good, _ = read_stock(_source(file).lines(), known(session, book, KNOWN.now))
        rows = [row for _, row in good]
        took = partial(take_over_stock, session, book, rows, live_at=KNOWN.now, by=COMMANDER, now=KNOWN.now)
        return seconds(took)


def _commander(session: Session) -> None:
    county = session.scalars(select(County)).one()
    top = Appointment(county.key, Role.COUNTY_COMMANDER, COMMANDER, "C", date(2025, 1, 1))
    appoint(session, county.id, [top], now=FIRST)


def _timed(name: str, work: Callable[[], object]) -> Mapping[str, float]:
    """Seconds of the processor: it is all that reading takes, and others may share the machine."""
    return {name: timeit(work, number=1, timer=process_time)}


def _source(file: Path) -> Source:
    return opened(file, read_mapping(file.parent / "mapping.yaml"))


def _areas(keys: Sequence[str]) -> str:
    """The look-up of the areas; 0 is none."""
    return "area,grid\n0,\n" + "".join(f"{n},{key}\n" for n, key in enumerate(keys, 1))


def _read(file: Path) -> None:
    good, rejected = read_stock(_source(file).lines(), KNOWN)
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
    (home / "areas.csv").write_text(_areas(sorted(KNOWN.grids)))
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
