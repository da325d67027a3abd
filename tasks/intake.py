"""Taking in one file of the drop folder: good rows into the ledger, bad rows set aside, the file out of the way."""

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from prefect.runtime import task_run

from models.database import transaction
from models.errors import InvalidInput
from models.queries.intake import known
from models.rules.fields import Subject
from models.settings import settings
from models.vocabulary import Severity
from notifications.wording import masked
from tasks.county import current_book
from tasks.mappings import Mapping, MappingInvalid, read_mapping
from tasks.rejects import set_aside
from tasks.reports import take_reports
from tasks.sources import opened
from tasks.tables import FORMS
from tasks.wording import locale
from tasks.work import unit_of_work

# Seconds a file must have lain untouched: who copies over a network writes every few seconds, and the next run is near.
SETTLED = 10.0
MAPPING = "mapping.yaml"


class StillWritten(InvalidInput):
    """The file changed while it was read: somebody is still writing it, or took it away."""

    @property
    def key(self) -> str:
        """Its sentence stands with the intake's."""
        return "intake.refusal.still_written"


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


def waiting_files(folder: str | None, mapping: Path | None = None) -> list[Path]:
    """The files that wait, by name; one just written is left for the next run, it may not be whole yet.

    :param mapping: what it looks things up in may lie there too, and waits for nothing.
    """
    place, apart = inbox(folder), _looked_up(mapping) if mapping else set()
    found = (each for each in place.iterdir() if each.suffix.lower() in FORMS) if place.is_dir() else ()
    return sorted(each for each in found if _settled(each) and each.resolve() not in apart)


def _looked_up(mapping: Path) -> set[Path]:
    try:
        return {each.resolve() for each in read_mapping(mapping, Subject.REPORTS).lookup_files}
    except MappingInvalid:  # each file will say so
        return set()


def _settled(file: Path) -> bool:
    """Whether a file has lain untouched for a while; a time to come is another clock's, or nobody's."""
    try:
        return abs(time.time() - file.stat().st_mtime) >= SETTLED
    except FileNotFoundError:  # somebody took it away
        return False


def mapping_for(folder: str | None, mapping: str | None) -> Path | None:
    """The mapping for the files of a drop folder: the one named, else ``mapping.yaml`` in it, if there is one."""
    if mapping:
        return Path(mapping)
    own = inbox(folder) / MAPPING
    return own if own.exists() else None


def _called() -> str:
    """How a run is called: like its file, but for numbers that lead to a person."""
    file: Path = task_run.parameters["file"]
    return masked(file.name, locale())


@unit_of_work(_called)
def take_in(file: Path, now: datetime, mapping: Path | None = None) -> TakenIn:
    """Take a file in. Killed at any instant and run again, no row comes twice.

    :param mapping: how its columns are to be read; None: they are called as the product calls them.
    :raises InvalidInput: when the file can't be read by the mapping; it stays where it is.
    :raises MappingInvalid: when the mapping can't be used, or names columns the file does not have.
    :raises StillWritten: when it changed meanwhile; nothing is taken, it stays for the next run.
    """
    by: Mapping | Subject = read_mapping(mapping, Subject.REPORTS) if mapping else Subject.REPORTS
    before = _stamp(file)
    written = file.read_bytes()
    with transaction() as session:
        book = current_book(session)
        source = opened(file, by, written, zone=book.county.zone, tell_heads=False)
        source.mapping.check_targets(known(session, book, now))
        took = take_reports(session, book, source.lines(), now)
        urgent = any(issue.severity is Severity.URGENT for issue in took.issues)
        if _stamp(file) != before:
            raise StillWritten(file=file.name)
    set_aside(source, written, took.rejected)
    _move(file, "done")
    return TakenIn(file.name, len(took.issues), took.known, len(took.rejected), urgent)


def _stamp(file: Path) -> tuple[int, int]:
    """What changes when somebody writes a file: size and time.

    :raises StillWritten: when it is gone.
    """
    try:
        seen = file.stat()
    except FileNotFoundError as error:
        raise StillWritten(file=file.name) from error
    return seen.st_size, seen.st_mtime_ns


def _move(file: Path, folder: str) -> None:
    """Out of the drop folder; a name that is taken gets a number."""
    target = file.parent / folder
    target.mkdir(mode=0o700, exist_ok=True)
    names = (target / (f"{file.stem}-{n}{file.suffix}" if n else file.name) for n in range(10_000))
    file.rename(next(name for name in names if not name.exists()))
