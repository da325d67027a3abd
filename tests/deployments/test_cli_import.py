"""Files from elsewhere by command, read by a mapping."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import make_url, text

from models.database import engine
from models.rules.fields import FIELDS, Subject
from tests.deployments.cli_world import Said, Shell, small_county
from tests.residents import KEY

AT = ("--at", "2026-03-04 12:00")
HEAD = "srnumber;opened;type;council;address"
ROWS = """\
1-1;3/2/2026 9:30:05;6;1;15 MAIN ST
1-2;3/2/2026 9:40;7;2;NULL
1-3;3/2/2026;6;1;17 MAIN ST
1-4;2 March;9;5;19 MAIN ST
1-5;3/1/2026 8:00;7;0;21 MAIN ST
"""
TYPES = "type_id,type_name,agency\n6,Lamp out,4\n7,Pothole,2\n"
MAPPING = """\
# From the city's request system.
zone: America/Los_Angeles
empty: ["NULL"]
csv: {delimiter: ";"}
fields:
  external_id: srnumber
  happened_at:
    column: opened
    formats: ["%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"]
  grid:
    column: council
    prefix: east-
    empty: ["0"]
  category:
    column: type
    lookup_file: {file: types.csv, key: type_id, value: type_name}
    lookup:
      Lamp out: lighting
      Pothole: roads
  severity: {value: 一般}
  summary: {columns: [type, address], join: " at "}
  source: {value: city}
  reported_by: {value: W01}
"""


@pytest.fixture(scope="module")
def county(server_url: str) -> str:
    """The small county, to be copied: that takes less time than making it anew."""
    url = small_county(server_url, "wangge_cli_import")
    engine(url).dispose()
    return url


@pytest.fixture
def url(server_url: str, county: str) -> Iterator[str]:
    name = f"wangge_cli_import_copy_{os.getpid()}"
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f'CREATE DATABASE {name} TEMPLATE "{make_url(county).database}"'))
        own = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        yield own
        engine(own).dispose()
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def wangge(url: str, tmp_path: Path) -> Shell:
    (tmp_path / "types.csv").write_text(TYPES)
    (tmp_path / "map.yaml").write_text(MAPPING)
    (tmp_path / "rows.csv").write_text(f"{HEAD}\n{ROWS}")
    return Shell({"WANGGE_DATABASE_URL": url, "WANGGE_HOME": str(tmp_path / "home")})


def issues(url: str) -> list[tuple[str, str, str, str, str]]:
    with engine(url).connect() as connection:
        rows = connection.execute(
            text("""
            SELECT i.external_id, u.key, c.key, i.summary, i.happened_at FROM issues i
            JOIN units u ON u.id = i.unit_id JOIN categories c ON c.id = i.category_id ORDER BY 1""")
        )
        return [(*row[:4], row[4].isoformat()) for row in rows]


def brought_in(wangge: Shell, folder: Path, *more: str, subject: str = "issues", rows: str = "rows.csv") -> Said:
    mapping = ("--mapping", str(folder / "map.yaml"))
    return wangge("import", subject, str(folder / rows), *mapping, "--by", "C01", *AT, *more)


def test_good_rows_come_in_bad_ones_are_kept_and_the_exit_code_says_so(wangge: Shell, url: str, tmp_path: Path) -> None:
    said = brought_in(wangge, tmp_path)
    assert (said.code, said.err) == (3, "")
    assert said.out.startswith("rows.csv：编码 UTF-8\n收入 3 行，此前已收 0 行，退回 2 行。\n")
    assert issues(url) == [
        ("1-1", "east-1", "lighting", "6 at 15 MAIN ST", "2026-03-02T17:30:05+00:00"),
        ("1-2", "east-2", "roads", "7", "2026-03-02T17:40:00+00:00"),
        ("1-5", "river", "roads", "7 at 21 MAIN ST", "2026-03-01T16:00:00+00:00"),
    ]


def test_the_rejected_rows_mended_come_in_by_the_same_mapping(wangge: Shell, url: str, tmp_path: Path) -> None:
    (kept,) = [Path(brought_in(wangge, tmp_path, "--json").data["reject_file"])]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    written = kept.read_text(encoding="utf-8-sig")
    form, unknown = "提出时间: 不是映射（formats）里写明的任何一种写法", "类别: 对照表里没有这一项"
    assert written.splitlines() == [
        f"行号;错误;{HEAD}",
        f"4;{form};1-3;3/2/2026;6;1;17 MAIN ST",
        f'5;"网格: 县里没有这一项; {form}; {unknown}";1-4;2 March;9;5;19 MAIN ST',
    ]
    mended = tmp_path / "mended.csv"
    mended.write_text(written.replace("3/2/2026;6", "3/2/2026 7:00;6"), encoding="utf-8")
    said = brought_in(wangge, tmp_path, "--json", rows="mended.csv").data
    assert (said["taken"], said["rejected"]) == (1, 1)
    assert [each[0] for each in issues(url)] == ["1-1", "1-2", "1-3", "1-5"]


def test_a_dry_run_says_what_would_be_and_writes_nothing(wangge: Shell, url: str, tmp_path: Path) -> None:
    said = brought_in(wangge, tmp_path, "--dry-run")
    assert (said.code, said.err) == (3, "")
    assert said.out.splitlines() == [
        "rows.csv：编码 UTF-8",
        "预演，什么也没有写入：会收入 3 行，此前已收 0 行，会退回 2 行。",
        "阶段：提事 3 件；其中已超期 0 件。",
        "  2 行：提出时间: 不是映射（formats）里写明的任何一种写法",
        "  1 行：网格: 县里没有这一项",
        "  1 行：类别: 对照表里没有这一项",
        "  第 4 行：提出时间: 不是映射（formats）里写明的任何一种写法",
        "  第 5 行：网格: 县里没有这一项、提出时间: 不是映射（formats）里写明的任何一种写法、类别: 对照表里没有这一项",
    ]
    assert issues(url) == []
    assert not (tmp_path / "home").exists()


def test_what_comes_again_comes_to_nothing_and_the_same_id_with_something_else_is_rejected(
    wangge: Shell, url: str, tmp_path: Path
) -> None:
    brought_in(wangge, tmp_path)
    (tmp_path / "rows.csv").write_text(f"{HEAD}\n{ROWS.replace('15 MAIN', '16 MAIN')}1-2;3/2/2026 9:41;7;2;NULL\n")
    said = brought_in(wangge, tmp_path, "--json").data
    assert (said["taken"], said["known"], said["rejected"]) == (0, 2, 4)
    clashes = [each["line"] for each in said["faults"] if each["field"] == "external_id"]
    assert clashes == [2, 7]
    assert len(issues(url)) == 3


def test_a_stock_comes_in_with_its_stages_and_what_is_over_is_passed_over(
    wangge: Shell, url: str, tmp_path: Path
) -> None:
    mapping = MAPPING + '  signed_at: {column: signed, formats: ["%m/%d/%Y %H:%M"]}\n  closed_at: closed\n'
    (tmp_path / "map.yaml").write_text(mapping.replace("reported_by: {value: W01}", 'reported_by: {value: ""}'))
    head = f"{HEAD};signed;closed"
    rows = (
        "1-1;1/5/2026 9:30;6;1;A;1/5/2026 10:00;",
        "1-2;1/5/2026 9:40;7;2;B;;2026-01-06T12:00",
        "1-3;1/5/2026 9:50;7;2;C;;",
    )
    (tmp_path / "rows.csv").write_text("\n".join([head, *rows]))
    said = brought_in(wangge, tmp_path, "--live-at", "2026-03-01T08:00")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[1:] == [
        "收入 3 行，此前已收 0 行，退回 0 行。",
        "阶段：提事 1 件、办事 1 件、销号 1 件；其中已超期 2 件。",
        "其中 1 件按来源记录销号。",
    ]
    with engine(url).connect() as connection:
        lives = connection.execute(text("SELECT DISTINCT live_at FROM issues WHERE stage <> 'closed'")).scalars().all()
    assert [each.isoformat() for each in lives] == ["2026-03-01T00:00:00+00:00"]


def test_a_mapping_that_is_no_good_is_told_line_by_line(wangge: Shell, url: str, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAPPING.replace("  external_id: srnumber\n", "").replace("council", "area"))
    said = brought_in(wangge, tmp_path)
    assert (said.code, said.out) == (3, "")
    assert said.err.splitlines() == [
        f"映射 {tmp_path}/map.yaml 不能使用，共有 1 处错误：",
        "map.yaml:5: fields.external_id: 必填的字段，映射里没有写它从哪里来",
    ]
    (tmp_path / "map.yaml").write_text(MAPPING.replace("council", "area"))
    said = brought_in(wangge, tmp_path, "--json")
    assert said.data["faults"][0]["line"] == 11
    assert issues(url) == []


def test_only_who_holds_a_post_at_the_top_imports(wangge: Shell, tmp_path: Path) -> None:
    words = ("import", "issues", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.yaml"), *AT)
    assert wangge.refused(*words, code=3).startswith("请用 --by 写明谁来导入")
    assert wangge.refused(*words, "--by", "W01").startswith("W01 不能导入全县的数据")


def csv_file(folder: Path, name: str, *lines: str) -> str:
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def counts(said: Said) -> tuple[int, int, int]:
    return said.data["taken"], said.data["known"], said.data["rejected"]


def faults(said: Said) -> dict[tuple[int, str], str]:
    return {(each["line"], each["field"]): each["fault"].partition(": ")[2] for each in said.data["faults"]}


def test_people_are_made_known_once_and_a_number_is_one_persons(wangge: Shell, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "people.csv", "工号,姓名", "W01,李青", "N01,新人", "N01,新人", "W02,别人", "N02,")
    said = wangge("import", "people", file, "--by", "C01", "--json", *AT)
    assert (said.code, counts(said)) == (3, (1, 2, 2))
    assert faults(said) == {(5, "code"): "这个编号已经是另一个人的", (6, "name"): "必填，却是空的"}
    again = wangge("import", "people", file, "--by", "C01", "--json", *AT)
    assert counts(again) == (0, 3, 2)


def test_postings_follow_one_another_and_what_contradicts_is_rejected(wangge: Shell, url: str, tmp_path: Path) -> None:
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
    with engine(url).connect() as connection:
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
    wangge: Shell, url: str, tmp_path: Path
) -> None:
    with engine(url).begin() as connection:
        connection.execute(text("DELETE FROM postings"))
    people = csv_file(tmp_path, "people.csv", "code,name", "C01,郑岩")
    postings = csv_file(tmp_path, "postings.csv", "code,unit,role,from_on", "C01,river,county_commander,2025-01-01")
    assert wangge.refused("import", "absences", people, *AT, code=3).startswith("文件 people.csv 缺少列")
    for kind, file in (("people", people), ("postings", postings)):
        assert wangge("import", kind, file, *AT).code == 0
    assert wangge.refused("import", "people", people, *AT, code=3).startswith("请用 --by 写明谁来导入")
    assert counts(wangge("import", "people", people, "--by", "C01", "--json", *AT)) == (0, 1, 0)


def test_a_household_comes_whole_or_not_at_all_and_nobody_is_named(wangge: Shell, url: str, tmp_path: Path) -> None:
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
    assert not any(name in said.out for name in ("李桂兰", "赵", "13800138001", "131126"))
    again = wangge("import", "households", file, "--by", "C01", "--json", *AT).data
    assert again["registered"] == {"new": 0, "changed": 0, "same": 1, "came": 0, "left": 0}


def test_who_raised_an_issue_is_kept_in_the_private_room(wangge: Shell, url: str, tmp_path: Path) -> None:
    wangge.environment["WANGGE_ROOM_KEY"] = KEY
    (tmp_path / "map.yaml").write_text(MAPPING + "  reporter_name: who\n  reporter_phone: phone\n")
    rows = ("1-1;3/2/2026 9:30;6;1;A by Wang Fang;Wang Fang;13812345678", "1-2;3/2/2026 9:40;7;2;B;;12")
    (tmp_path / "rows.csv").write_text("\n".join([f"{HEAD};who;phone", *rows]))
    said = brought_in(wangge, tmp_path, "--json")
    assert counts(said) == (1, 0, 1)
    assert list(faults(said)) == [(3, "reporter_phone")]
    with engine(url).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM raised_by")).scalar_one() == 1
    assert "Wang" not in issues(url)[0][3]


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
    said = brought_in(wangge, tmp_path, rows="a.csv").err
    assert "map.yaml:28: fields.external_id: 没有“?”这一列；有：工号, name, 备注" in said


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_every_field_is_explained_in_the_start_of_a_mapping(wangge: Shell, locale: str) -> None:
    wangge.environment["WANGGE_LOCALE"] = locale
    for subject in Subject:
        started = wangge.fine("import", "new", str(subject))
        assert [each.name for each in FIELDS[subject] if f'{each.name}: "?"' not in started] == []


def test_a_spreadsheet_and_json_lines_come_in_by_the_command_itself(wangge: Shell, url: str, tmp_path: Path) -> None:
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
    with engine(url).connect() as connection:
        named = connection.execute(text("SELECT code FROM people WHERE code IN ('X01', '7', 'J01') ORDER BY 1"))
        assert named.scalars().all() == ["7", "J01", "X01"]
