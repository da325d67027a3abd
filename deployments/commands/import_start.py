"""The start of a mapping: every field explained, the columns of a file filled in where they are called like one."""

import csv
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineWorkbook

from deployments.commands.words import joined, say
from models.rules.fields import Field, Says, Subject, fields
from models.rules.mapping import UNFILLED, CsvText, MappingText, Spreadsheet
from notifications.locale import LOCALES, text
from tasks.encodings import decoded
from tasks.tables import Form, form_of, in_words, table

OPEN = f'"{UNFILLED}"'
"""Where something is missing: the mapping is refused until it is filled in."""
FINER = {(Subject.HOUSEHOLDS, "grid"): "home_grid"}
"""Fields that are explained otherwise than those of the name elsewhere."""
DELIMITERS = ",;\t|"


def start(subject: Subject, file: Path | None, zone: str) -> str:
    """The text of a mapping to begin with.

    :param zone: the IANA name to suggest.
    :raises InvalidInput: when the file can't be read.
    """
    columns, how = _read(file) if file else ([], [])
    name = file.name if file else say("cli.value.file")
    told = {"subject": say(f"mapping.subject.{subject}"), "kind": subject, "file": name}
    lines = [say("mapping.new.start", **told).rstrip("\n")]
    if columns:
        listed = (" ".join(column.split()) for column in columns)  # of several lines, the others were no comment
        lines += [f"#\n# {say('mapping.new.columns')}", *(f"#   {column}" for column in listed)]
    lines += ["", *_whole_file(subject, zone), *how, "", "fields:"]
    return "\n".join([*lines, *_fields(subject, columns)]) + "\n"


def _whole_file(subject: Subject, zone: str) -> Iterator[str]:
    if any(each.says is Says.INSTANT for each in fields(subject).values()):
        yield f"zone: {zone} # {say('mapping.new.zone')}"
    yield f'empty: ["NULL"] # {say("mapping.new.empty")}'


def _fields(subject: Subject, columns: list[str]) -> Iterator[str]:
    """Each field with what it is; one that may be left out is left out unless a column is called like it."""
    for each in fields(subject).values():
        must = say(f"mapping.new.{'required' if each.required else 'told'}") if each.required or each.told else ""
        column = next((column for column in columns if column.strip().lower() in _called(each)), None)
        written = OPEN if column is None else json.dumps(column, ensure_ascii=False)
        about = say(f"mapping.about.{FINER.get((subject, each.name), each.name)}")
        out = "" if must or column is not None else "# "
        yield f"  {out}{each.name}: {written} # {f'[{must}] ' if must else ''}{about}"


def _called(field: Field) -> set[str]:
    return {field.name, *(text(f"intake.column.{field.name}", locale).lower() for locale in LOCALES)}


def _read(file: Path) -> tuple[list[str], list[str]]:
    with in_words(file):
        return _columns(file)


def _columns(file: Path) -> tuple[list[str], list[str]]:
    """The columns of a file, and the lines of the mapping that say how it is written."""
    written, form = file.read_bytes(), form_of(file)
    if form is Form.XLSX:
        names = CalamineWorkbook.from_filelike(BytesIO(written)).sheet_names
        asked = MappingText(fields={}, xlsx=Spreadsheet(sheet=1))
        more = f"; {say('mapping.new.sheets', names=joined(names[1:]))}" if names[1:] else ""
        sheet = json.dumps(names[0], ensure_ascii=False)
        how = [f"xlsx: {{sheet: {sheet}, heads: 1}} # {say('mapping.new.xlsx')}{more}"]
    elif form is Form.CSV:
        delimiter = _delimiter(decoded(written).text.partition("\n")[0])
        asked = MappingText(fields={}, csv=CsvText(delimiter=delimiter))
        how = [f"csv: {{delimiter: {json.dumps(delimiter)}, heads: 1}} # {say('mapping.new.csv')}"]
    else:
        asked, how = MappingText(fields={}), []
    return [column for column in table(file, written, asked).columns if column], how


def _delimiter(heads: str) -> str:
    """What seems to stand between the columns' names; it is written down to be looked at."""
    try:
        return csv.Sniffer().sniff(heads, DELIMITERS).delimiter
    except csv.Error:
        return ","
