"""Files of rows in every form and encoding, read by a mapping."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.rules.fields import Subject
from models.settings import settings
from tasks.encodings import decoded
from tasks.mappings import MappingInvalid, read_mapping
from tasks.rejects import Rejected, set_aside
from tasks.sources import Line, Source, opened, rows
from tests.rules.properties import quick

MAPPING = """\
zone: Asia/Shanghai
fields:
  external_id: 编号
  happened_at: {column: 时间, formats: ["%Y/%m/%d %H:%M", iso]}
  grid: {column: 网格, prefix: "g-", empty: ["0", "无"]}
  category: {value: roads}
  severity: {column: 轻重, default: major}
  summary: {columns: [主题, 详情], join: "："}
  source: {value: city}
  reported_by: {value: ""}
"""
HEADS = ("编号", "时间", "网格", "轻重", "主题", "详情")
ROW = ("A-1", "2026/3/2 9:30", "7", "紧急", "路灯", "不亮，\n已三天")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WANGGE_LOCALE", "zh_CN")
    monkeypatch.setenv("WANGGE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def table(*cells: Sequence[object], heads: Sequence[str] = HEADS, delimiter: str = ",") -> str:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows([heads, *cells])
    return out.getvalue()


def workbook(*cells: Sequence[object], heads: Sequence[str] = HEADS, more: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "明细"  # type: ignore[union-attr]
    for row in (heads, *cells):
        book.active.append(row)  # type: ignore[union-attr]
    for name in more:
        book.create_sheet(name)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def source(folder: Path, written: str | bytes, name: str = "rows.csv", mapping: str = MAPPING) -> Source:
    file = folder / name
    file.write_bytes(written.encode() if isinstance(written, str) else written)
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    return opened(file, read_mapping(folder / "map.yaml"))


def only(folder: Path, written: str | bytes, name: str = "rows.csv", mapping: str = MAPPING) -> Line:
    (line,) = source(folder, written, name, mapping).lines()
    return line


READ = {
    "external_id": "A-1",
    "happened_at": datetime.fromisoformat("2026-03-02T01:30:00+00:00"),
    "grid": "g-7",
    "category": "roads",
    "severity": "urgent",
    "summary": "路灯：不亮，\n已三天",
    "source": "city",
    "reported_by": None,
}
JSON_ROW = json.dumps(dict(zip(HEADS, ROW, strict=True)), ensure_ascii=False)


@pytest.mark.parametrize(
    ("name", "written", "line"),
    [
        ("rows.csv", table(ROW).encode(), 3),
        ("rows.CSV", table(ROW).encode("gb18030"), 3),
        ("rows.jsonl", f"\n{JSON_ROW}\n".encode(), 2),
        ("rows.ndjson", JSON_ROW.encode("utf-16"), 1),
        ("rows.xlsx", workbook(ROW), 2),
    ],
)
def test_a_row_says_the_same_in_every_form(name: str, written: bytes, line: int, folder: Path) -> None:
    read = only(folder, written, name)
    assert (read.number, read.fields, read.faults) == (line, READ, {})


def test_empty_cells_are_nothing_or_what_the_mapping_says(folder: Path) -> None:
    read = only(folder, table((" A-1 ", "2026-03-02 9:30", " 0 ", " ", "路灯", "")), mapping=MAPPING)
    assert read.faults == {"happened_at": "form"}
    assert (read.fields["external_id"], read.fields["grid"], read.fields["severity"]) == ("A-1", None, "major")
    assert read.fields["summary"] == "路灯"


def test_what_a_row_lacks_or_has_too_much_is_told_and_stops_no_other(folder: Path) -> None:
    written = table(ROW[:4], ROW, (*ROW, "x"), (*ROW, "", ""), ())
    assert [(line.number, line.faults) for line in source(folder, written).lines()] == [
        (2, {"row": "ragged"}),
        (4, {}),
        (6, {"row": "ragged"}),
        (8, {}),
    ]


def test_json_values_below_others_are_found_along_the_dots(folder: Path) -> None:
    mapping = MAPPING.replace("external_id: 编号", "external_id: who.ids.main").replace("网格,", "a.b,")
    row = {**dict(zip(HEADS, ROW, strict=True)), "who": {"ids": {"main": 17}}, "a.b": "9"}
    read = only(folder, json.dumps(row), "rows.jsonl", mapping)
    assert (read.fields["external_id"], read.fields["grid"], read.faults) == ("17", "g-9", {})


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (True, "true"),
        (None, None),
        (2**53 + 0.0, "digits"),
        ([1], "nested"),
        ({"a": 1}, "nested"),
    ],
)
def test_json_values_are_read_as_they_would_be_typed_or_not_at_all(value: Any, read: str | None, folder: Path) -> None:
    line = only(folder, json.dumps({**dict(zip(HEADS, ROW, strict=True)), "编号": value}), "rows.jsonl")
    assert line.faults.get("external_id", line.fields.get("external_id")) == read


def test_a_line_that_is_no_json_object_is_rejected_alone(folder: Path) -> None:
    found = list(source(folder, f"{JSON_ROW}\n[1]\n{{\n{JSON_ROW}", "rows.jsonl").lines())
    assert [line.faults for line in found] == [{}, {"row": "not_json"}, {"row": "not_json"}, {}]


def test_a_spreadsheets_days_and_times_are_what_they_are(folder: Path) -> None:
    at = datetime.fromisoformat("2026-03-02 09:30:00")
    read = only(folder, workbook((17, at, 7, None, "路灯", time(9, 30))), "rows.xlsx")
    assert (read.fields["external_id"], read.fields["happened_at"]) == ("17", READ["happened_at"])
    assert read.fields["summary"] == "路灯：09:30:00"
    day = only(folder, workbook((17, date(2026, 3, 2), 7, None, "a", "b")), "rows.xlsx")
    assert day.faults == {"happened_at": "no_clock"}
    clocked = MAPPING.replace("iso]}", 'iso], clock: "09:30"}')
    day = only(folder, workbook((17, date(2026, 3, 2), 7, None, "a", "b")), "rows.xlsx", clocked)
    assert day.fields["happened_at"] == READ["happened_at"]


def test_of_several_sheets_the_mapping_says_which(folder: Path) -> None:
    written = workbook(ROW, more=["其他"])
    for sheet in ("明细", 1):
        assert only(folder, written, "rows.xlsx", f"xlsx: {{sheet: {sheet}}}\n{MAPPING}").fields == READ
    for sheet, why in (("", "which_sheet"), ("xlsx: {sheet: 别的}\n", "no_sheet"), ("xlsx: {sheet: 3}\n", "no_sheet")):
        with pytest.raises(InvalidInput) as refusal:
            only(folder, written, "rows.xlsx", sheet + MAPPING)
        assert refusal.value.facts["why"] == why


def test_the_columns_names_may_stand_further_down(folder: Path) -> None:
    above = "三月台账,,,,,\n\n"
    read = only(folder, above + table(ROW, delimiter=","), mapping="csv: {heads: 3}\n" + MAPPING)
    assert (read.number, read.fields) == (5, READ)


def test_columns_the_file_does_not_have_or_has_twice_are_mistakes_of_the_mapping(folder: Path) -> None:
    written = table((*ROW, "a"), heads=(*HEADS[:5], "题", "主题"))
    with pytest.raises(MappingInvalid) as refused:
        source(folder, written)
    assert [str(fault) for fault in refused.value.faults] == [
        "map.yaml:8: fields.summary.columns[0]: “主题”这一列有两个，不知道指哪一个",
        "map.yaml:8: fields.summary.columns[1]: 没有“详情”这一列；有：编号, 时间, 网格, 轻重, 主题, 题",
    ]


def test_columns_nothing_is_made_of_are_named(folder: Path) -> None:
    assert source(folder, table((*ROW, "1"), heads=(*HEADS, "纬度"))).left_out == ["纬度"]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.csv", '编号,"x'),
        ("a.csv", b"\x89PNG\r\n\x1a\n\xff\xff\xff"),
        ("a.xlsx", b"no workbook"),
        ("a.jsonl", b"\xff\xfe\xff"),
        ("a.pdf", b""),
    ],
)
def test_what_cannot_be_read_at_all_is_refused(name: str, written: str | bytes, folder: Path) -> None:
    with pytest.raises(InvalidInput):
        list(source(folder, written, name).lines())


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(CHARACTERS, min_size=1, max_size=60)
ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8-sig", "utf-16": "utf-16"}


@quick(60)
@given(TEXTS, st.sampled_from(sorted(ENCODINGS)))
def test_whatever_is_written_in_unicode_is_read_as_it_was_written(text: str, encoding: str) -> None:
    assume(not text.startswith("\ufeff"))
    found = decoded(text.encode(encoding))
    assert (found.text, found.encoding) == (text, ENCODINGS[encoding])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [table(ROW), "id,name\n1,a\n" * 9, "编号\n"], ids=["rows", "letters", "short"])
def test_encodings_without_a_mark_are_found_out(text: str, encoding: str) -> None:
    found = decoded(text.encode(encoding))
    assert found.text == text
    assert found.encoding == encoding or text.isascii()


def test_an_encoding_the_mapping_fixes_is_the_one(folder: Path) -> None:
    row = ("A-1", "2026/3/2 9:30", "7", "", "Café", "à côté")
    assert only(folder, table(row).encode("gb18030")).fields["summary"] == "Café：à côté"
    mapping = MAPPING.translate(str.maketrans("编号时间网格轻重主题详情", "bhsjwgqzztxq"))
    heads = [head.translate(str.maketrans("编号时间网格轻重主题详情", "bhsjwgqzztxq")) for head in HEADS]
    latin = table(row, heads=heads).encode("latin-1")
    read = only(folder, latin, mapping="csv: {encoding: latin-1}\n" + mapping.replace("：", ": "))
    assert read.fields["summary"] == "Café: à côté"
    with pytest.raises(InvalidInput):
        only(folder, table(row).encode("gb18030"), mapping="csv: {encoding: utf-8}\n" + MAPPING)


CELLS = st.text(CHARACTERS, max_size=12)


@quick(50)
@given(
    rows_written=st.lists(st.tuples(*[CELLS] * len(HEADS)), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_rejected_rows_mended_are_read_as_the_rows_they_were(
    rows_written: list[tuple[str, ...]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = [row for row in rows_written if any(row)]
    assume(cells)
    folder = tmp_path_factory.mktemp("rejects")
    mapping = f"csv: {{delimiter: {json.dumps(delimiter)}}}\n{MAPPING}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANGGE_HOME", str(folder / "home"))
        settings.cache_clear()
        found = source(folder, table(*cells, delimiter=delimiter), mapping=mapping)
        lines = list(found.lines())
        kept = set_aside(found, b"", [Rejected(line, {"row": "ragged"}) for line in lines])
    settings.cache_clear()
    assert kept is not None
    again = list(rows(kept, found.mapping))
    assert [(line.fields, line.faults) for line in again] == [(line.fields, line.faults) for line in lines]


def kept_rows(found: Source) -> Source:
    """All rows rejected, and the reject file opened by the same mapping."""
    kept = set_aside(found, b"", [Rejected(line, {"row": "ragged"}) for line in found.lines()])
    assert kept is not None
    return opened(kept, found.mapping)


def fields_of(found: Source) -> list[Mapping[str, Any]]:
    return [line.fields for line in found.lines()]


def test_rejected_rows_of_a_spreadsheet_are_kept_as_csv_which_the_same_mapping_reads(folder: Path) -> None:
    at = datetime.fromisoformat("2026-03-02 09:30:00")
    found = source(folder, workbook((17, at, 7, None, "路灯", 1.5)), "rows.xlsx", f"xlsx: {{sheet: 明细}}\n{MAPPING}")
    again = kept_rows(found)
    assert again.table.file.endswith(".csv")
    assert fields_of(again) == fields_of(found)
    assert fields_of(kept_rows(again)) == fields_of(found)


def test_rejected_json_lines_stay_json_lines_and_what_was_none_is_kept_as_text(folder: Path) -> None:
    found = source(folder, f"{JSON_ROW}\n{{broken", "rows.jsonl")
    again = kept_rows(found)
    assert next(again.lines()).fields == READ
    lines = (folder / "home" / "rejected" / again.table.file).read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[1])["原文"] == "{broken"
    assert list(json.loads(lines[0]))[:3] == ["行号", "错误", "编号"]
    twice = kept_rows(again)
    assert list(twice.table.columns)[:3] == ["行号", "错误", "编号"]


def test_without_a_mapping_columns_are_called_as_the_product_calls_them_in_either_language(folder: Path) -> None:
    file = folder / "people.csv"
    for heads in ("工号,姓名", "code,NAME", " Code ,姓名,备注"):
        file.write_text(f"{heads}\nW01,李青{',x' * heads.count('备注')}\n", encoding="utf-8")
        assert fields_of(opened(file, Subject.PEOPLE)) == [{"code": "W01", "name": "李青"}]
    for heads, why in (("工号,name,姓名", "column_twice"), ("工号", "columns")):
        file.write_text(f"{heads}\nW01,李青,李青\n", encoding="utf-8")
        with pytest.raises(InvalidInput) as refusal:
            opened(file, Subject.PEOPLE)
        assert refusal.value.facts["why"] == why


def test_json_too_deep_to_be_written_again_is_rejected_as_it_stands(folder: Path) -> None:
    for depth in (300, 1015):
        line = '{"a": ' * depth + "1" + "}" * depth
        deep, sound = source(
            folder, f'{line}\n{{"编号": 1, "时间": "", "网格": "", "轻重": "", "主题": "", "详情": ""}}', "a.jsonl"
        ).lines()
        assert (deep.faults, deep.cells) == ({"row": "not_json"}, line)
        assert sound.fields["external_id"] == "1"
