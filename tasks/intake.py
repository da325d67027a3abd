"""Taking in one file of reports: good rows into the ledger, bad rows into a reject file, the file out of the way."""

import csv
import os
import time
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from io import StringIO
from pathlib import Path

from sqlalchemy.orm import Session

from models.actions.reporting import Report, calendar_reaches, report_all, told_before
from models.database import transaction
from models.errors import InvalidInput
from models.queries.intake import category_names, known
from models.queries.rulebook import Rulebook
from models.rules.intake import COLUMNS, REQUIRED, IntakeRow, Known, Rejected, clashing, read_row
from models.settings import settings
from models.vocabulary import Severity
from notifications.locale import LOCALES, label, text
from tasks.county import current_book
from tasks.wording import words
from tasks.work import unit_of_work

PRIVATE = 0o600
# Seconds a file must have lain untouched: who copies over a network writes every few seconds, and the next run is near.
SETTLED = 10.0
COLUMNS_BY_WORD = {text(f"intake.column.{name}", locale): name for locale in LOCALES for name in COLUMNS}
SEVERITIES = {label("severity", each, locale): str(each) for locale in LOCALES for each in Severity}


class StillWritten(InvalidInput):
    """The file changed while it was read: somebody is still writing it, or took it away."""

    @property
    def key(self) -> str:
        """Its sentence stands with the intake's."""
        return "intake.refusal.still_written"


@dataclass(frozen=True)
class Line:
    """A line that can be read: its number, its cells as they came, what they say."""

    number: int
    cells: Mapping[str, str]
    row: IntakeRow

    def rejected(self, **faults: str) -> Rejected:
        """The line as one that can't be taken after all."""
        return Rejected(self.number, self.cells, faults)


@dataclass(frozen=True)
class TakenIn:
    """What became of a file: new issues, rows known before, rows rejected; whether something urgent was new."""

    file: str
    taken: int
    known: int
    rejected: int
    urgent: bool


def inbox(folder: str | None) -> Path:
    """The drop folder: the one named, else ``inbox`` in the home."""
    return Path(folder) if folder else settings().home / "inbox"


def waiting_files(folder: str | None) -> list[Path]:
    """The CSV files that wait, by name; one just written is left for the next run, it may not be whole yet."""
    return sorted(each for each in inbox(folder).glob("*.[cC][sS][vV]") if _settled(each))


def _settled(file: Path) -> bool:
    """Whether a file has lain untouched for a while; a time to come is another clock's, or nobody's."""
    try:
        return abs(time.time() - file.stat().st_mtime) >= SETTLED
    except FileNotFoundError:  # somebody took it away
        return False


@unit_of_work("{file.name}")
def take_in(file: Path, now: datetime) -> TakenIn:
    """Take a file in. Killed at any instant and run again, no row comes twice.

    :raises InvalidInput: when the file is no CSV with the columns asked for; it stays where it is.
    :raises StillWritten: when it changed meanwhile; nothing is taken, it stays for the next run.
    """
    before = _stamp(file)
    written = file.read_bytes()
    with transaction() as session:
        book = current_book(session)
        spoken = {"category": category_names(session, book.county.id), "severity": SEVERITIES}
        lines, rejected = _read(file.name, written, known(session, book, now), spoken)
        reports, unfit = _fitting(session, book, lines, now)
        issues = report_all(session, book, reports, now=now)
        urgent = any(issue.severity is Severity.URGENT for issue in issues)
        if _stamp(file) != before:
            raise StillWritten(file=file.name)
    rejected = sorted([*rejected, *unfit], key=lambda row: row.line)
    _set_aside(file, written, rejected)
    _move(file, "done")
    return TakenIn(file.name, len(issues), len(reports) - len(issues), len(rejected), urgent)


def _stamp(file: Path) -> tuple[int, int]:
    """What changes when somebody writes a file: size and time.

    :raises StillWritten: when it is gone.
    """
    try:
        seen = file.stat()
    except FileNotFoundError as error:
        raise StillWritten(file=file.name) from error
    return seen.st_size, seen.st_mtime_ns


def _fitting(
    session: Session, book: Rulebook, lines: Sequence[Line], now: datetime
) -> tuple[list[Report], list[Rejected]]:
    """The reports that fit the ledger and the calendar, and the lines that don't.

    A source that gives one id to two things must not lose the second: it is rejected, not known. The first stands.
    """
    rows = [line.row for line in lines]
    told = told_before(session, book, {row.key for row in rows})
    reports, rejected = [], []
    for line, odd in zip(lines, clashing(rows, told), strict=True):
        report = _report(line.row)
        if odd:
            rejected.append(line.rejected(external_id="clash"))
        elif line.row.key not in told and not calendar_reaches(book, report, now=now):
            rejected.append(line.rejected(happened_at="calendar"))
        else:
            reports.append(report)
    return reports, rejected


def _read(
    file: str, written: bytes, against: Known, spoken: Mapping[str, Mapping[str, str]]
) -> tuple[list[Line], list[Rejected]]:
    """Lines that can be read and lines that can't, as they came.

    :param spoken: by column the keys of what people may write instead.
    """
    good, rejected = [], []
    for line, cells in _lines(file, written):
        meant = {name: spoken.get(name, {}).get(cell.strip(), cell) for name, cell in cells.items()}
        read = read_row(line, meant, against)
        if isinstance(read, IntakeRow):
            good.append(Line(line, cells, read))
        else:
            rejected.append(replace(read, cells=cells))
    return good, rejected


def _lines(file: str, written: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with the number of the line they end on; columns by their name, in words or as the field is called."""
    try:
        reader = csv.reader(StringIO(_decoded(written), newline=""), strict=True)
        names = [_column(each) for each in next(reader, [])]
        missing = [name for name in REQUIRED if name not in names]
        if missing:
            raise InvalidInput(why="columns", file=file, missing=_listed(missing), columns=_listed(COLUMNS))
        for cells in reader:
            if any(cells):
                yield reader.line_num, dict(zip(names, cells, strict=False))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(why="unreadable", file=file, error=str(error)) from error


def _decoded(written: bytes) -> str:
    """The text of a file in UTF-8, or in GB 18030, as Excel in China saves it."""
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError:
        if written.startswith(BOM_UTF8):
            raise
        return written.decode("gb18030")


def _column(written: str) -> str:
    called = written.strip().lower()
    return COLUMNS_BY_WORD.get(called, called)


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(words(f"intake.column.{name}") for name in columns)


def _report(row: IntakeRow) -> Report:
    return Report(
        grid=row.grid,
        category=row.category,
        severity=row.severity,
        summary=row.summary,
        happened_at=row.happened_at,
        by=row.reported_by,
        source=row.source,
        external_id=row.external_id,
    )


def _set_aside(file: Path, written: bytes, rejected: Sequence[Rejected]) -> None:
    """Keep the bad rows as they came, each with what was wrong: to be mended and dropped again.

    The name holds the file's fingerprint: run again, the same file is written; another file of the name loses nothing.
    """
    if not rejected:
        return
    fingerprint = sha256(written).hexdigest()[:8]
    target = settings().home / "rejected" / f"{file.stem}-{fingerprint}.csv"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # With a byte order mark, or Excel takes it for something else.
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE), "w", encoding="utf-8-sig") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(words(f"intake.column.{name}") for name in ("line", "faults", *COLUMNS))
        for row in rejected:
            writer.writerow([row.line, _told(row), *(row.cells.get(name, "") for name in COLUMNS)])


def _told(row: Rejected) -> str:
    """What was wrong with a row, in words."""
    said = (f"{words(f'intake.column.{name}')}: {words(f'intake.fault.{why}')}" for name, why in row.faults.items())
    return "; ".join(said)


def _move(file: Path, folder: str) -> None:
    """Out of the drop folder; a name that is taken gets a number."""
    target = file.parent / folder
    target.mkdir(mode=0o700, exist_ok=True)
    names = (target / (f"{file.stem}-{n}{file.suffix}" if n else file.name) for n in range(10_000))
    file.rename(next(name for name in names if not name.exists()))
