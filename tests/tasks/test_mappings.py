"""A mapping's mistakes: all of them at once, each with file, line and field."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from models.rules.fields import FIELDS, Subject
from models.settings import settings
from tasks.mappings import Mapping, MappingInvalid, read_mapping

SOUND = """\
zone: America/Los_Angeles
empty: ["NULL"]
csv: {delimiter: ";", encoding: gb18030, heads: 2}
xlsx: {sheet: 1}
fields:
  external_id: number
  happened_at: {column: opened, formats: ["%m/%d/%Y %H:%M", iso], clock: "08:00", fold: second}
  closed_at: {column: closed, formats: ["%Y-%m-%dT%H:%M:%S%z"]}
  grid: {column: area, prefix: "g-", empty: ["0"]}
  category: {column: type, lookup_file: {file: types.csv, key: id, value: name}, otherwise: other}
  severity: {column: grave, lookup: {"1": urgent, 2: 一般}, default: ordinary}
  summary: {columns: [type, text], join: ": "}
  source: {value: city}
  reported_by: {value: ""}
"""
TYPES = "id,name\n1,lighting\n2,roads\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WANGGE_LOCALE", "en")
    settings.cache_clear()
    (tmp_path / "types.csv").write_text(TYPES)
    return tmp_path


def mapping(folder: Path, written: str, subject: Subject = Subject.ISSUES) -> Mapping:
    file = folder / "map.yaml"
    file.write_text(written, encoding="utf-8")
    return read_mapping(file, subject)


def faults(folder: Path, written: str, subject: Subject = Subject.ISSUES) -> list[str]:
    with pytest.raises(MappingInvalid) as refused:
        mapping(folder, written, subject)
    return [str(fault) for fault in refused.value.faults]


def test_a_sound_mapping_is_read(folder: Path) -> None:
    read = mapping(folder, SOUND)
    assert read.lookups == {"category": {"1": "lighting", "2": "roads"}}
    assert (read.text.csv.delimiter, read.text.csv.encoding, read.text.csv.heads) == (";", "gb18030", 2)
    assert list(read.text.columns) == ["number", "opened", "closed", "area", "type", "grave", "text"]
    assert read.text.fields["severity"].lookup == {"1": "urgent", "2": "一般"}


@dataclass(frozen=True)
class Slip:
    """A mistake: `old` becomes `new`; the fault is told at the line that then holds `marker`, and says so."""

    old: str
    new: str
    field: str
    said: str
    marker: str = ""


SLIPS = [
    Slip("zone: America/Los_Angeles", "zone: America/Atlantis", "zone", "no time zone"),
    Slip('delimiter: ";"', 'delimiter: ";;"', "csv.delimiter", "too long", "csv:"),
    Slip("encoding: gb18030", "encoding: klingon", "csv.encoding", 'no encoding "klingon"', "csv:"),
    Slip("encoding: gb18030", "encoding: base64", "csv.encoding", 'no encoding "base64"', "csv:"),
    Slip("heads: 2", "heads: 0", "csv.heads", "too small", "csv:"),
    Slip("sheet: 1", "sheets: 1", "xlsx.sheets", "no such field", "xlsx:"),
    Slip("  external_id: number\n", "", "fields.external_id", "does not say where it comes from", "fields:"),
    Slip("  source: {value: city}\n", "", "fields.source", "give a constant, as {value: ", "fields:"),
    Slip("source: {value: city}", "source: a\n  sauce: {value: b}", "fields.sauce", "there are: external_id", "sauce"),
    Slip("source: {value: city}", "source: {value: 7}", "fields.source.value", "put quotes around"),
    Slip("source: {value: city}", "source: {}", "fields.source", "one of column, columns, value"),
    Slip("{value: city}", "{value: city, column: a}", "fields.source.value", "column is given already"),
    Slip("{value: city}", "{value: city, prefix: a}", "fields.source.prefix", "a constant reads no column"),
    Slip("{value: city}", '{column: a, join: ","}', "fields.source.join", "only columns are joined"),
    Slip("{value: city}", "{column: a, otherwise: b}", "fields.source.otherwise", "no lookup or lookup_file"),
    Slip("{value: city}", "{column: a, formats: [iso]}", "fields.source.formats", "the field is no time"),
    Slip("{value: city}", "{column: a, zone: UTC}", "fields.source.zone", "the field is no time"),
    Slip(', join: ": "', "", "fields.summary", "several columns make one field", "summary"),
    Slip("%m/%d/%Y %H:%M", "yesterday", "fields.happened_at.formats[0]", "not a form of times"),
    Slip("%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M", "fields.happened_at.formats[0]", "%I with %p"),
    Slip("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M %Z", "fields.happened_at.formats[0]", "a zone as %z"),
    Slip("%m/%d/%Y %H:%M", "%m/%Y %H:%M", "fields.happened_at.formats[0]", "the whole day"),
    Slip("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M %Y", "fields.happened_at.formats[0]", "not a form of times"),
    Slip('clock: "08:00"', 'clock: "8 am"', "fields.happened_at.clock", "not a time of day"),
    Slip('iso], clock: "08:00"', '"%Y-%m-%d"]', "fields.happened_at.formats[1]", "has no time of day"),
    Slip('", iso], clock', '"], clock', "fields.happened_at.clock", "all forms have a time of day"),
    Slip("fold: second", "fold: third", "fields.happened_at.fold", "first, second"),
    Slip('%S%z"]', '%S%z"], zone: UTC', "fields.closed_at.zone", "all forms have a zone"),
    Slip("file: types.csv", "file: no.csv", "fields.category.lookup_file.file", "No such file"),
    Slip("key: id", "key: code", "fields.category.lookup_file.key", 'no column "code"; there are: id, name'),
    Slip('"1": urgent', '"1": grave', "fields.severity.lookup.1", '"grave" can\'t be taken'),
    Slip("default: ordinary", "default: usual", "fields.severity.default", '"usual" can\'t be taken'),
    Slip("external_id: number", 'external_id: {value: ""}', "fields.external_id.value", "required, but empty"),
    Slip('"1": urgent', '"1": urgent, "1": major', "fields.severity.lookup.1", "twice"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.new or slip.old)
def test_a_mistake_is_told_with_file_line_and_field(slip: Slip, folder: Path) -> None:
    assert slip.old in SOUND
    written = SOUND.replace(slip.old, slip.new, 1)
    marker = slip.marker or slip.new
    line = next(number for number, each in enumerate(written.splitlines(), 1) if marker in each)
    (said,) = faults(folder, written)
    assert said.startswith(f"map.yaml:{line}: {slip.field}: "), said
    assert slip.said in said


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    written = SOUND.replace("America/Los_Angeles", "Atlantis").replace("file: types.csv", "file: no.csv")
    written = written.replace("  external_id: number\n", "").replace("  source: {value: city}\n", "  source: {}\n")
    assert [each.split(": ")[1] for each in faults(folder, written)] == [
        "zone",
        "fields.external_id",
        "fields.source",
    ]


def test_without_a_zone_a_form_that_names_none_is_a_mistake_and_fold_does_nothing(folder: Path) -> None:
    said = faults(folder, SOUND.removeprefix("zone: America/Los_Angeles\n"))
    assert [each.split(": ")[1] for each in said] == ["fields.happened_at.formats[0]", "fields.happened_at.fold"]


def test_a_lookup_file_in_which_a_key_means_two_things_means_nothing(folder: Path) -> None:
    (folder / "types.csv").write_text(TYPES + "1,noise\n2,roads\n")
    (said,) = faults(folder, SOUND)
    assert said == 'map.yaml:10: fields.category.lookup_file.key: "1" means two things in the look-up'


def test_a_lookup_file_may_be_in_any_encoding_and_not_in_any_shape(folder: Path) -> None:
    (folder / "types.csv").write_bytes("id,name\n1,路灯\n".encode("gb18030"))
    assert mapping(folder, SOUND).lookups["category"] == {"1": "路灯"}
    (folder / "types.csv").write_text('id,name\n1,"lamp')
    assert "can't be read" in faults(folder, SOUND)[0]


def test_a_zone_where_nothing_is_a_time_does_nothing(folder: Path) -> None:
    said = faults(folder, "zone: UTC\nfields: {code: a, name: b}\n", Subject.PEOPLE)
    assert said == ["map.yaml:1: zone: does nothing here: no field is a time"]


@pytest.mark.parametrize("written", ["", "fields: 7\n", "- a\n", "fields: {external_id: [a]}\n", "fields: {a: *c}\n"])
def test_what_is_no_mapping_at_all_is_told_too(written: str, folder: Path) -> None:
    assert faults(folder, written)


def test_a_key_keeps_its_zeros(folder: Path) -> None:
    read = mapping(folder, SOUND.replace('"1": urgent', "007: urgent"))
    assert read.text.fields["severity"].lookup == {"007": "urgent", "2": "一般"}


@pytest.mark.parametrize("subject", Subject)
def test_what_every_row_must_have_every_mapping_must_say(subject: Subject, folder: Path) -> None:
    said = faults(folder, "fields: {}\n", subject)
    wanted = [each.name for each in FIELDS[subject] if each.required or each.told]
    assert [each.split(": ")[1] for each in said] == [f"fields.{name}" for name in wanted]
