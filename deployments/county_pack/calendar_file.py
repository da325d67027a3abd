"""A file of announced days, CSV or YAML: read as a whole, and all that is wrong with it told at once."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from io import StringIO
from pathlib import Path

from models.errors import InvalidInput
from models.rules.announcing import demand_no_gap
from models.rules.pack_values import day
from notifications.locale import LOCALES, text
from tasks.faults import Faulty
from tasks.written import Finding, Place, read

YAML = {".yaml", ".yml"}
COLUMNS = ("day", "worked")
WORDS = {"yes": True, "no": False, "true": True, "false": False}


class DaysInvalid(Faulty):
    """A file of days can't be used; `faults` says all that is wrong with it."""

    @property
    def key(self) -> str:
        """The locale key of the sentence above the faults."""
        return "cli.calendar.refused"


def announced_days(file: Path, known: Mapping[date, object], locale: str) -> dict[date, bool]:
    """The days a file lists, and whether they are worked.

    :param known: the days the calendar has.
    :raises DaysInvalid: with all its faults at once.
    :raises InvalidInput: when its columns are others.
    """
    rows, findings = _yaml(file) if file.suffix.lower() in YAML else (_csv(file, locale), [])
    listed: dict[date, tuple[Place, bool]] = {}
    for at, worked in rows:
        findings += _taken(at, worked, listed)
    findings += _gaps(listed, set(known))
    if not rows and not findings:
        findings.append(Finding(file.name, 0, "", "no_days", {}))
    if findings:
        raise DaysInvalid(file, findings, locale)
    return {each: worked for each, (_, worked) in listed.items()}


def _yaml(file: Path) -> tuple[list[tuple[Place, Place]], list[Finding]]:
    """A mapping of days to yes or no; a day stands where its value stands."""
    top, findings = read(file)
    entries = top.entries() if top else {}
    return [(Place(each.file, each.line, each.field, key), each) for key, each in entries.items()], findings


def _csv(file: Path, locale: str) -> list[tuple[Place, Place]]:
    """The columns day and worked, also as people call them."""
    try:
        reader = csv.reader(StringIO(_decoded(file.read_bytes()), newline=""), strict=True)
        columns = [_column(name) for name in next(reader, [])]
        numbered = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(why="unreadable", file=file.name, error=str(error)) from error
    called = {name: text(f"calendar.{name}", locale) for name in COLUMNS}
    missing = ", ".join(each for name, each in called.items() if name not in columns)
    if missing:
        raise InvalidInput(why="columns", file=file.name, missing=missing, columns=", ".join(called.values()))
    return [_row(file.name, line, dict(zip(columns, cells, strict=False))) for line, cells in numbered]


def _row(file: str, line: int, cells: Mapping[str, str]) -> tuple[Place, Place]:
    at, worked = (Place(file, line, name, cells.get(name, "").strip()) for name in COLUMNS)
    return at, worked


def _decoded(written: bytes) -> str:
    """The text of a file in UTF-8, or in GB 18030, as Excel in China saves it."""
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError:
        return written.decode("gb18030")


def _column(written: str) -> str:
    called = {text(f"calendar.{name}", locale).lower(): name for name in COLUMNS for locale in LOCALES}
    return called.get(written.strip().lower(), written.strip().lower())


def _taken(at: Place, worked: Place, listed: dict[date, tuple[Place, bool]]) -> list[Finding]:
    """Take a row, unless something is wrong with it."""
    meant, word = _day(at.value), _worked(worked.value)
    wrong = [at.found("day")] if meant is None else []
    if meant in listed:
        wrong.append(at.found("duplicate", first=listed[meant][0].line))
    if word is None:
        wrong.append(worked.found("worked"))
    if meant is not None and word is not None:
        listed.setdefault(meant, (at, word))
    return wrong


def _day(written: object) -> date | None:
    try:
        return day(written)
    except ValueError:
        return None


def _worked(written: object) -> bool | None:
    spoken = {text(f"calendar.{word}", locale): word == "yes" for word in ("yes", "no") for locale in LOCALES}
    return written if isinstance(written, bool) else {**WORDS, **spoken}.get(str(written).strip().lower())


def _gaps(listed: Mapping[date, tuple[Place, bool]], known: set[date]) -> Iterator[Finding]:
    """Years that would leave a gap in the calendar, each told once, at its first day."""
    for year in sorted({each.year for each in listed}):
        own = [each for each in listed if each.year == year]
        try:
            demand_no_gap(known, year)
        except InvalidInput as error:
            first = min((listed[each][0] for each in own), key=lambda place: place.line)
            yield first.found("year_beyond", **{name: fact for name, fact in error.facts.items() if name != "why"})
        else:
            known |= set(own)
