"""Files of rows in every form and encoding, read by a mapping."""

import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.errors import InvalidInput
from models.rules.fields import Subject
from tasks.encodings import decoded
from tasks.mappings import MappingInvalid
from tasks.sources import opened
from tests.rules.properties import quick
from tests.tasks.files import CHARACTERS, HEADS, JSON_ROW, MAPPING, READ, ROW, fields_of, only, source, table, workbook


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


def test_json_lines_without_a_line_are_a_file_without_rows(folder: Path) -> None:
    assert list(source(folder, "", "a.jsonl").lines()) == []
    (line,) = source(folder, "{\n", "a.jsonl").lines()
    assert line.faults == {"row": "not_json"}


def test_a_quote_never_closed_is_told_by_the_line_it_stands_in(folder: Path) -> None:
    with pytest.raises(InvalidInput) as error:
        list(source(folder, table(ROW) + '2,"open\n3,x\n4,x\n').lines())
    assert str(error.value.facts["error"]).startswith("4: ")


def test_columns_of_a_spreadsheet_may_be_called_by_numbers(folder: Path) -> None:
    mapping = MAPPING.replace("column: 网格", 'column: "2026"')
    heads = [2026 if each == "网格" else each for each in HEADS]
    assert only(folder, workbook(ROW, heads=heads), "a.xlsx", mapping).fields["grid"] == "g-7"  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["编号,name\n0,姚赖", "编号,name\n0,贺é", "id,姓名\n0,plain\n", "id,姓名\n0,龚"])
def test_a_short_file_as_spreadsheets_here_save_it_is_no_utf_16(written: str) -> None:
    assert decoded(written.encode("gb18030")).text == written
