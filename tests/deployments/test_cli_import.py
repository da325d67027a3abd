"""Files from elsewhere by command, read by a mapping."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import engine
from tests.deployments.cli_world import Said, Shell, counts, faults
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


@pytest.fixture
def wangge(river_copy: str, tmp_path: Path) -> Shell:
    (tmp_path / "types.csv").write_text(TYPES)
    (tmp_path / "map.yaml").write_text(MAPPING)
    (tmp_path / "rows.csv").write_text(f"{HEAD}\n{ROWS}")
    return Shell({"WANGGE_DATABASE_URL": river_copy, "WANGGE_HOME": str(tmp_path / "home")})


def issues(river_copy: str) -> list[tuple[str, str, str, str, str]]:
    with engine(river_copy).connect() as connection:
        rows = connection.execute(
            text("""
            SELECT i.external_id, u.key, c.key, i.summary, i.happened_at FROM issues i
            JOIN units u ON u.id = i.unit_id JOIN categories c ON c.id = i.category_id ORDER BY 1""")
        )
        return [(*row[:4], row[4].isoformat()) for row in rows]


def brought_in(wangge: Shell, folder: Path, *more: str, subject: str = "issues", rows: str = "rows.csv") -> Said:
    mapping = ("--mapping", str(folder / "map.yaml"))
    return wangge("import", subject, str(folder / rows), *mapping, "--by", "C01", *AT, *more)


def test_good_rows_come_in_bad_ones_are_kept_and_the_exit_code_says_so(
    wangge: Shell, river_copy: str, tmp_path: Path
) -> None:
    said = brought_in(wangge, tmp_path)
    assert (said.code, said.err) == (3, "")
    assert said.out.startswith("rows.csv：编码 UTF-8\n收入 3 行，此前已收 0 行，退回 2 行。\n")
    assert issues(river_copy) == [
        ("1-1", "east-1", "lighting", "6 at 15 MAIN ST", "2026-03-02T17:30:05+00:00"),
        ("1-2", "east-2", "roads", "7", "2026-03-02T17:40:00+00:00"),
        ("1-5", "river", "roads", "7 at 21 MAIN ST", "2026-03-01T16:00:00+00:00"),
    ]


def test_the_rejected_rows_mended_come_in_by_the_same_mapping(wangge: Shell, river_copy: str, tmp_path: Path) -> None:
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
    assert [each[0] for each in issues(river_copy)] == ["1-1", "1-2", "1-3", "1-5"]


def test_a_dry_run_says_what_would_be_and_writes_nothing(wangge: Shell, river_copy: str, tmp_path: Path) -> None:
    said = brought_in(wangge, tmp_path, "--dry-run")
    assert (said.code, said.err) == (3, "")
    assert said.out.splitlines() == [
        "rows.csv：编码 UTF-8",
        "预演，什么也没有写入：会收入 3 行，此前已收 0 行，会退回 2 行。",
        "阶段：提事 3 件；其中已超期 0 件。",
        "  2 行：提出时间: 不是映射（formats）里写明的任何一种写法（“3/2/2026”、“2 March”）",
        "  1 行：网格: 县里没有这一项（“5 → east-5”）",
        "  1 行：类别: 对照表里没有这一项（“9”）",
        "  第 4 行：提出时间: 不是映射（formats）里写明的任何一种写法",
        "  第 5 行：网格: 县里没有这一项、提出时间: 不是映射（formats）里写明的任何一种写法、类别: 对照表里没有这一项",
    ]
    assert issues(river_copy) == []
    assert not (tmp_path / "home").exists()


def test_what_comes_again_comes_to_nothing_and_the_same_id_with_something_else_is_rejected(
    wangge: Shell, river_copy: str, tmp_path: Path
) -> None:
    brought_in(wangge, tmp_path)
    (tmp_path / "rows.csv").write_text(f"{HEAD}\n{ROWS.replace('15 MAIN', '16 MAIN')}1-2;3/2/2026 9:41;7;2;NULL\n")
    said = brought_in(wangge, tmp_path, "--json").data
    assert (said["taken"], said["known"], said["rejected"]) == (0, 2, 4)
    clashes = [each["line"] for each in said["faults"] if each["field"] == "external_id"]
    assert clashes == [2, 7]
    assert len(issues(river_copy)) == 3


def test_a_stock_comes_in_with_its_stages_and_what_is_over_is_passed_over(
    wangge: Shell, river_copy: str, tmp_path: Path
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
    with engine(river_copy).connect() as connection:
        lives = connection.execute(text("SELECT DISTINCT live_at FROM issues WHERE stage <> 'closed'")).scalars().all()
    assert [each.isoformat() for each in lives] == ["2026-03-01T00:00:00+00:00"]


def test_a_mapping_that_is_no_good_is_told_line_by_line(wangge: Shell, river_copy: str, tmp_path: Path) -> None:
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
    assert issues(river_copy) == []


def test_only_who_holds_a_post_at_the_top_imports(wangge: Shell, tmp_path: Path) -> None:
    words = ("import", "issues", str(tmp_path / "rows.csv"), "--mapping", str(tmp_path / "map.yaml"), *AT)
    assert wangge.refused(*words, code=3).startswith("请用 --by 写明谁来导入")
    assert wangge.refused(*words, "--by", "W01").startswith("W01 不能导入全县的数据")


def test_who_raised_an_issue_is_kept_in_the_private_room(wangge: Shell, river_copy: str, tmp_path: Path) -> None:
    wangge.environment["WANGGE_ROOM_KEY"] = KEY
    (tmp_path / "map.yaml").write_text(MAPPING + "  reporter_name: who\n  reporter_phone: phone\n")
    rows = ("1-1;3/2/2026 9:30;6;1;A by Wang Fang;Wang Fang;13812345678", "1-2;3/2/2026 9:40;7;2;B;;12")
    (tmp_path / "rows.csv").write_text("\n".join([f"{HEAD};who;phone", *rows]))
    said = brought_in(wangge, tmp_path, "--json")
    assert counts(said) == (1, 0, 1)
    assert list(faults(said)) == [(3, "reporter_phone")]
    with engine(river_copy).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM raised_by")).scalar_one() == 1
    assert counts(brought_in(wangge, tmp_path, "--json")) == (0, 1, 1)
    assert "Wang" not in issues(river_copy)[0][3]
