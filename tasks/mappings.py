"""Mappings as files: read with their look-ups, and all that is wrong with one told at once."""

import csv
from collections.abc import Iterator
from collections.abc import Mapping as Entries
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models import vocabulary
from models.rules.cells import FieldReader, field_readers
from models.rules.fields import Says, Subject, fields
from models.rules.intake import Known
from models.rules.mapping import LookupFile, MappingText
from notifications.locale import LOCALES, label
from tasks.encodings import decoded
from tasks.faults import Faulty, shape_finding
from tasks.mapping_checks import mapping_findings, target_findings, value_findings
from tasks.wording import locale
from tasks.written import Finding, Place, read

LISTS = {
    Says.SEVERITY: vocabulary.Severity,
    Says.STAGE: vocabulary.Stage,
    Says.RATING: vocabulary.Rating,
    Says.ROLE: vocabulary.Role,
    Says.FLAGS: vocabulary.KeyHousehold,
}
SPOKEN: dict[str, dict[str, str]] = {
    kind: {str(each): str(each) for each in words}
    | {label(kind, each, spoken): str(each) for spoken in LOCALES for each in words}
    for kind, words in LISTS.items()
}
"""By list of the vocabulary, its words by what people call them in either language, and by themselves."""


class MappingInvalid(Faulty):
    """A mapping can't be used, or not for this file."""

    @property
    def key(self) -> str:
        """The locale key of the sentence above the faults."""
        return "mapping.refused"


@dataclass(frozen=True)
class Mapping:
    """A mapping that is sound by itself, with what its look-up files say by field.

    `top` is its text, for faults that only a file of rows brings to light; None for a mapping nobody wrote.
    """

    file: Path
    subject: Subject
    text: MappingText
    lookups: Entries[str, Entries[str, str]] = field(default_factory=dict)
    top: Place | None = None

    @cached_property
    def readers(self) -> dict[str, FieldReader]:
        """How each field is read."""
        return field_readers(self.text, fields(self.subject), self.lookups, SPOKEN)

    @property
    def lookup_files(self) -> list[Path]:
        """The files it looks things up in."""
        asked = (source.lookup_file for source in self.text.fields.values())
        return [self.file.parent / each.file for each in asked if each is not None]

    def check_targets(self, known: Known) -> None:
        """Hold what the mapping itself names against the county.

        :raises MappingInvalid: it names grids or categories the county does not know.
        """
        wrong = list(target_findings(self.top, self.readers, known)) if self.top else []
        if wrong:
            raise MappingInvalid(self.file, wrong, locale())

    def lacking(self, columns: Entries[str, Any]) -> "MappingInvalid":
        """What it is when a file has no such columns, or twice, by column the fault and its facts."""
        top = self.top or Place(self.file.name, 0, "", {})
        findings = [
            found
            for name, source in self.text.fields.items()
            for column in source.reads
            if column in columns
            for found in [_column_place(top, name, column).found(**columns[column])]
        ]
        return MappingInvalid(self.file, findings, locale())


def read_mapping(file: Path, subject: Subject = Subject.ISSUES) -> Mapping:
    """Read a mapping and the files it looks things up in.

    :raises MappingInvalid: with all its faults at once.
    """
    top, findings = read(file)
    if top is None:
        raise MappingInvalid(file, findings, locale())
    findings += mapping_findings(top, subject)
    text, misshapen = _shaped(top)
    findings += misshapen
    lookups = dict(_looked_up(file.parent, top, text, findings)) if text else {}
    if text is None or findings:
        raise MappingInvalid(file, findings, locale())
    mapping = Mapping(file, subject, text, lookups, top)
    wrong = list(value_findings(top, mapping.readers))
    if wrong:
        raise MappingInvalid(file, wrong, locale())
    return mapping


def _shaped(top: Place) -> tuple[MappingText | None, list[Finding]]:
    written = top.plain()
    if isinstance(fields := written.get("fields"), dict):
        written["fields"] = {str(name): source for name, source in fields.items()}
    for source in (written.get("fields") or {}).values() if isinstance(written.get("fields"), dict) else ():
        if isinstance(source, dict) and isinstance(source.get("lookup"), dict):
            source["lookup"] = {str(key): value for key, value in source["lookup"].items()}
    try:
        return MappingText.model_validate(written), []
    except ValidationError as error:
        return None, [shape_finding(each, top, each["loc"]) for each in error.errors(include_url=False)]


def _looked_up(
    folder: Path, top: Place, text: MappingText, findings: list[Finding]
) -> Iterator[tuple[str, dict[str, str]]]:
    """What the look-up files say, by field; what is wrong with them is added to the findings."""
    for name, source in text.fields.items():
        if source.lookup_file is not None:
            place = top.get("fields").get(name).get("lookup_file")
            yield name, _lookup(folder, source.lookup_file, place, findings)


def _lookup(folder: Path, asked: LookupFile, place: Place, findings: list[Finding]) -> dict[str, str]:
    try:
        reader = csv.DictReader(StringIO(decoded((folder / asked.file).read_bytes()).text, newline=""), strict=True)
        rows = list(reader)
    except OSError as error:
        findings.append(place.get("file").found("mapping.no_lookup_file", problem=error.strerror))
        return {}
    except (UnicodeDecodeError, csv.Error) as error:
        findings.append(place.get("file").found("mapping.no_lookup_file", problem=str(error)))
        return {}
    heads = {(each or "").strip(): each for each in reader.fieldnames or ()}
    lacking = [which for which in ("key", "value") if getattr(asked, which) not in heads]
    findings += [place.get(which).found("mapping.no_column", known=", ".join(heads)) for which in lacking]
    return {} if lacking else _entries(rows, heads[asked.key], heads[asked.value], place, findings)


def _entries(rows: list[dict[str, str]], key: str, value: str, place: Place, findings: list[Finding]) -> dict[str, str]:
    """The entries of a look-up; a key that means two things means nothing."""
    found: dict[str, str] = {}
    for row in rows:
        written, meant = ((row[each] or "").strip() for each in (key, value))
        if found.setdefault(written, meant) != meant:
            findings.append(place.get("key").found("mapping.lookup_twice", written=written))
    return found


def _column_place(top: Place, name: str, column: str) -> Place:
    """Where a mapping names a column."""
    place = top.get("fields").get(name)
    listed = next((each for each in place.get("columns").items() if each.value == column), None)
    return listed or (place.get("column") if place.entries() else place)
