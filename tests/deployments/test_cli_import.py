"""Files from elsewhere by command, read by a mapping."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import engine
from tests.deployments.cli_world import Said, Shell, small_county

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
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_cli_import")


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
