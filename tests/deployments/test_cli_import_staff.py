"""People, postings, absences and households from elsewhere by command, and the start of a mapping."""

import json
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import text

from models.database import engine
from models.rules.fields import FIELDS, Subject
from tests.deployments.cli_world import Shell, counts, csv_file, faults
from tests.residents import KEY

AT = ("--at", "2026-03-04 12:00")


@pytest.fixture
def wangge(river_copy: str, tmp_path: Path) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": river_copy, "WANGGE_HOME": str(tmp_path / "home")})


def test_people_are_made_known_once_and_a_number_is_one_persons(wangge: Shell, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "people.csv", "工号,姓名", "W01,李青", "N01,新人", "N01,新人", "W02,别人", "N02,")
    said = wangge("import", "people", file, "--by", "C01", "--json", *AT)
    assert (said.code, counts(said)) == (3, (1, 2, 2))
    assert faults(said) == {(5, "code"): "这个编号已经是另一个人的", (6, "name"): "必填，却是空的"}
    again = wangge("import", "people", file, "--by", "C01", "--json", *AT)
    assert counts(again) == (0, 3, 2)


def test_postings_follow_one_another_and_what_contradicts_is_rejected(
    wangge: Shell, river_copy: str, tmp_path: Path
) -> None:
    rows = (
        "W02,东街第1网格,专职网格员,2026-03-10,",
        "W03,east-2,grid_worker,2024-01-01,2024-07-01",
        "W03,east-2,grid_worker,2024-01-01,2024-08-01",
        "W01,east-2,grid_worker,2025-06-01,2025-07-01",
        "W99,east-2,grid_worker,2026-03-10,",
        "W01,月亮,grid_worker,2026-03-10,",
        "W01,east-2,first_secretary,2026-03-10,",
        "W01,east-2,英雄,昨天,",
    )
    file = csv_file(tmp_path, "postings.csv", "工号,单位,岗位,起始日期,截止日期", *rows)
    said = wangge("import", "postings", file, "--by", "C01", "--json", *AT)
    assert counts(said) == (2, 0, 6)
    clash = "和已登记的任职矛盾：同一天起任、止日不同，或那段时间另有人在任"
    assert faults(said) == {
        (4, "until_on"): clash,
        (5, "from_on"): clash,
        (6, "code"): "县里没有这一项",
        (7, "unit"): "没有单位“月亮”，或同名的不止一个；请写它的标识。",
        (8, "role"): "east-2 没有“第一书记”这个岗位。",
        (9, "role"): "县里没有这一项",
        (9, "from_on"): "不是日期，应如 2026-03-02",
    }
    again = wangge("import", "postings", file, "--by", "C01", "--json", *AT)
    assert counts(again) == (0, 2, 6)
    with engine(river_copy).connect() as connection:
        held = connection.execute(
            text("""
            SELECT p.code, h.from_on::text, h.until_on::text FROM postings h
            JOIN people p ON p.id = h.person_id JOIN posts o ON o.id = h.post_id JOIN units u ON u.id = o.unit_id
            WHERE o.role = 'grid_worker' AND u.key IN ('east-1', 'east-2') ORDER BY u.key, h.from_on""")
        ).all()
    assert [tuple(each) for each in held] == [
        ("W01", "2025-01-01", "2026-03-10"),
        ("W02", "2026-03-10", None),
        ("W03", "2024-01-01", "2024-07-01"),
        ("W02", "2025-01-01", None),
    ]


def test_absences_go_by_the_rules_of_absences(wangge: Shell, tmp_path: Path) -> None:
    rows = (
        "W01,2026-03-10,2026-03-12,探亲,W02",
        "W01,2026-03-11,2026-03-13,探亲,W02",
        "W02,2026-01-10,2026-01-12,探亲,",
        "W02,2026-03-10,2026-03-12,探亲,W02",
    )
    file = csv_file(tmp_path, "absences.csv", "工号,起始日期,截止日期,事由,代理人工号", *rows)
    said = wangge("import", "absences", file, "--by", "C01", "--json", *AT)
    assert counts(said) == (1, 0, 3)
    assert [(line, field) for line, field in faults(said)] == [(3, "from_on"), (4, "until_on"), (5, "deputy")]
    assert counts(wangge("import", "absences", file, "--by", "C01", "--json", *AT)) == (0, 1, 3)


def test_a_county_in_which_nobody_has_a_post_begins_with_people_and_postings(
    wangge: Shell, river_copy: str, tmp_path: Path
) -> None:
    with engine(river_copy).begin() as connection:
        connection.execute(text("DELETE FROM postings"))
    people = csv_file(tmp_path, "people.csv", "code,name", "C01,郑岩")
    postings = csv_file(tmp_path, "postings.csv", "code,unit,role,from_on", "C01,river,county_commander,2025-01-01")
    assert wangge.refused("import", "absences", people, *AT, code=3).startswith("文件 people.csv 缺少列")
    for kind, file in (("people", people), ("postings", postings)):
        assert wangge("import", kind, file, *AT).code == 0
    assert wangge.refused("import", "people", people, *AT, code=3).startswith("请用 --by 写明谁来导入")
    assert counts(wangge("import", "people", people, "--by", "C01", "--json", *AT)) == (0, 1, 0)


def test_a_household_comes_whole_or_not_at_all_and_nobody_is_named(
    wangge: Shell, river_copy: str, tmp_path: Path
) -> None:
    wangge.environment["WANGGE_ROOM_KEY"] = KEY
    rows = (
        "H-1,east-1,3号楼,2单元,101,独居老人、残疾人,李桂兰,138 0013 8001,131126195203074125",
        "H-1,east-1,3号楼,2单元,101,独居老人、残疾人,李建国,13900139002,",
        "H-2,east-1,10号楼,1单元,1001,,赵小满,,131126201506010021",
        "H-2,east-1,10号楼,1单元,1001,,赵大满,,",
        "H-3,east-9,10号楼,1单元,1001,,,,",
        "H-4,east-1,4号楼,1单元,1,,,,",
        "H-4,east-1,5号楼,1单元,1,,,,",
        "H-5,east-1,4号楼,1单元,2,富户,,12,",
    )
    heads = "external_id,grid,building,staircase,room,flags,name,phone,id_number"
    file = csv_file(tmp_path, "households.csv", heads, *rows)
    said = wangge("import", "households", file, "--by", "C01", "--json", *AT)
    assert (said.code, counts(said)) == (3, (2, 0, 6))
    assert said.data["registered"] == {"new": 1, "changed": 0, "same": 0, "came": 2, "left": 0}
    assert {each[:2] for each in faults(said)} == {
        (4, "id_number"),
        (5, "external_id"),
        (6, "grid"),
        (7, "external_id"),
        (8, "external_id"),
        (9, "flags"),
        (9, "name"),
        (9, "phone"),
    }
    assert not any(name in said.out for name in ("李桂兰", "赵", "13800138001", "131126", "“12”"))
    again = wangge("import", "households", file, "--by", "C01", "--json", *AT).data
    assert again["registered"] == {"new": 0, "changed": 0, "same": 1, "came": 0, "left": 0}


def test_the_start_of_a_mapping_explains_itself_and_is_refused_until_it_is_filled_in(
    wangge: Shell, tmp_path: Path
) -> None:
    out, file = tmp_path / "start.yaml", csv_file(tmp_path, "a.csv", "工号;name;备注", "W77;新人;x")
    wangge.fine("import", "new", "people", file, "--out", str(out))
    assert 'csv: {delimiter: ";", heads: 1}' in out.read_text(encoding="utf-8")
    assert wangge("import", "people", file, "--mapping", str(out), "--by", "C01", *AT).code == 0
    started = wangge.fine("import", "new", "issues", file)
    assert '  external_id: "?" # [必填] 来源自己的编号' in started
    (tmp_path / "map.yaml").write_text(started, encoding="utf-8")
    said = wangge("import", "issues", file, "--mapping", str(tmp_path / "map.yaml"), "--by", "C01", *AT).err
    assert (
        "map.yaml:28: fields.external_id: 还没有填：请写列名，或写常量 {value: 常量}；有这些列：工号, name, 备注"
        in said
    )


def test_a_mapping_may_be_begun_before_there_is_a_county(tmp_path: Path) -> None:
    wangge = Shell({"WANGGE_HOME": str(tmp_path)})
    assert 'zone: "?"' in wangge.fine("import", "new", "issues")


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_every_field_is_explained_in_the_start_of_a_mapping(wangge: Shell, locale: str) -> None:
    wangge.environment["WANGGE_LOCALE"] = locale
    for subject in Subject:
        started = wangge.fine("import", "new", str(subject))
        assert [each.name for each in FIELDS[subject] if f'{each.name}: "?"' not in started] == []


def test_a_spreadsheet_and_json_lines_come_in_by_the_command_itself(
    wangge: Shell, river_copy: str, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (("工号", "姓名"), ("X01", "表中人"), (7, "数字")):
        book.worksheets[0].append(row)
    book.save(tmp_path / "people.xlsx")
    lines = [json.dumps({"code": "J01", "name": "行中人"}), "{"]
    file = csv_file(tmp_path, "people.jsonl", *lines)
    said = wangge.process("import", "people", str(tmp_path / "people.xlsx"), "--by", "C01", *AT)
    assert (said.code, said.out, said.err) == (0, "收入 2 行，此前已收 0 行，退回 0 行。\n", "")
    said = wangge.process("import", "people", file, "--by", "C01", *AT)
    assert said.code == 3
    assert said.out.splitlines()[:3] == [
        "people.jsonl：编码 UTF-8",
        "收入 1 行，此前已收 0 行，退回 1 行。",
        "  1 行：整行: 不是 JSON 对象",
    ]
    with engine(river_copy).connect() as connection:
        named = connection.execute(text("SELECT code FROM people WHERE code IN ('X01', '7', 'J01') ORDER BY 1"))
        assert named.scalars().all() == ["7", "J01", "X01"]
