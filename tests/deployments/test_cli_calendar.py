"""``wangge calendar``: a year as people read it, and days announced: shown, asked about, taken over."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from models.database import engine
from tests.deployments.cli_world import Shell, small_county
from tests.deployments.packs import write_pack
from tests.models.ledger import everything

ROOT = Path(__file__).parents[2]
THEN = ("--at", "2026-12-29T11:00")
NOTICE = "day,worked\n2027-01-01,no\n2027-01-04,no\n2027-01-10,yes\n"


@pytest.fixture(scope="module")
def reading(server_url: str) -> Shell:
    """A county nothing is written to."""
    return Shell({"WANGGE_DATABASE_URL": small_county(server_url, "wangge_cli_calendar")})


@pytest.fixture
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_cli_days")


@pytest.fixture
def wangge(url: str) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": url, "WANGGE_REHEARSAL": "1"})


def notice(folder: Path, written: str = NOTICE, name: str = "notice.csv") -> str:
    (folder / name).write_text(written, encoding="utf-8")
    return str(folder / name)


def rows(url: str) -> dict[str, list[str]]:
    with Session(engine(url)) as session:
        return everything(session)


def lines(told: str) -> list[str]:
    return [" ".join(line.split()) for line in told.splitlines() if line.strip(" ─")]


def test_a_year_is_shown_month_by_month_with_how_the_office_works(reading: Shell) -> None:
    told = lines(reading.fine("calendar", "show", "--year", "2026"))
    assert told[0] == "河县 2026 年：工作日 248 天。"
    assert told[2:5] == ["1月 21 1月1日至3日 1月4日", "2月 16 2月15日至23日 2月14日、2月28日", "3月 22"]
    assert told[11] == "10月 18 10月1日至7日 10月10日"
    assert told[14:16] == ["工作周 周一、周二、周三、周四、周五", "办公时间 08:30-12:00、14:00-17:30"]
    assert told[-1] == "休息日报来 从下一次上班起算"


def test_what_is_only_expected_is_marked(reading: Shell) -> None:
    told = lines(reading.fine("calendar", "show", "--year", "2027"))
    assert told[:2] == [
        "河县 2027 年：工作日 260 天。",
        "尚未公布、只是预计的：1月1日至12月31日（365 天）。公布后请运行 wangge calendar import 文件。",
    ]
    assert told[3] == "1月 20 1月1日至3日（预计）"


def test_a_year_as_data(reading: Shell) -> None:
    year = reading("calendar", "show", "--year", "2026", "--json").data
    assert (year["county"], year["year"], year["working_days"], year["provisional"]) == ("river", 2026, 248, [])
    assert year["adjusted"] == ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
    assert year["off"][:4] == ["2026-01-01", "2026-01-02", "2026-01-03", "2026-02-15"]
    assert (year["office"], year["seasons"]) == (["08:30-12:00", "14:00-17:30"], [])


def test_a_year_the_calendar_does_not_have_is_told(reading: Shell) -> None:
    assert reading.refused("calendar", "show", "--year", "2030") == "日历里没有 2030 年，现有 2025 至 2027 年。"
    assert "“soon”" in reading.refused("calendar", "show", "--year", "soon", code=2)


def test_a_preview_shows_what_would_move_and_moves_nothing(url: str, wangge: Shell, tmp_path: Path) -> None:
    number = wangge.report("2026-12-29T10:00")
    before = rows(url)
    told = lines(wangge.fine("calendar", "import", notice(tmp_path), "--dry-run", *THEN))
    assert told == [
        "2027 年从此算已公布；通知里没有列出的日子按平常的工作周。",
        "改为放假：2027年1月4日。",
        "改为上班：2027年1月10日。",
        "编号 责任 原到期 改为",
        f"{number} 办理 2027年1月4日 周一 10:00 2027年1月5日 周二 10:00",
        "以上只是预演：会变动 1 项责任；什么也没有改变。",
    ]
    assert rows(url) == before


def test_unless_it_is_agreed_to_nothing_is_imported(url: str, wangge: Shell, tmp_path: Path) -> None:
    wangge.report("2026-12-29T10:00")
    before = rows(url)
    said = wangge("calendar", "import", notice(tmp_path), *THEN)  # nobody answers
    assert (said.code, "改为放假：2027年1月4日。" in said.out) == (1, True)
    assert said.err.replace(" \n", "\n") == "有 1 项责任变动。导入这些日子吗？ [y/N]:\n没有作任何改动。\n"
    assert rows(url) == before


def test_what_is_agreed_to_is_imported_once(url: str, wangge: Shell, tmp_path: Path) -> None:
    number = wangge.report("2026-12-29T10:00")
    file = notice(tmp_path)
    said = wangge("calendar", "import", file, *THEN, typed="y\n")
    assert (said.code, said.out.splitlines()[-1]) == (0, "已导入，变动 1 项责任；原来的时间留在各自的经过里。")
    shown = " ".join(lines(wangge.fine("issue", "show", number))[-2:])
    assert "重算时限 按规定 办理原定 2027年1月4日 周一 10:00 到期，因日历更正重算" in shown
    before = rows(url)
    assert wangge.fine("calendar", "import", file, *THEN) == "日历本来就是这样，没有改动。\n"
    assert rows(url) == before
    assert lines(wangge.fine("calendar", "show", "--year", "2027"))[:3] == [
        "河县 2027 年：工作日 260 天。",
        "月份 工作日 周末以外放假（含相连周末） 调休上班",
        "1月 20 1月1日至4日 1月10日",
    ]


def test_without_asking_as_data(wangge: Shell, tmp_path: Path) -> None:
    number = wangge.report("2026-12-29T10:00")
    done = wangge("calendar", "import", notice(tmp_path), "--yes", "--json", *THEN).data
    assert done == {
        "confirmed_years": [2027],
        "days": [{"day": "2027-01-04", "worked": False}, {"day": "2027-01-10", "worked": True}],
        "moved": 1,
        "moves": [
            {
                "number": number,
                "kind": "act",
                "due_before": "2027-01-04T10:00:00+08:00",
                "due_after": "2027-01-05T10:00:00+08:00",
            }
        ],
        "imported": True,
    }


def test_a_closure_of_a_few_days_is_a_file_of_a_few_lines(wangge: Shell, tmp_path: Path) -> None:
    number = wangge.report("2026-03-02T10:00")
    file = notice(tmp_path, "2026-03-03: no # flood\n2026-03-04: false\n2026-03-07: yes\n", "flood.yaml")
    told = lines(wangge.fine("calendar", "import", file, "--yes", "--at", "2026-03-02T12:00"))
    assert told[:2] == ["改为放假：3月3日至4日。", "改为上班：3月7日。"]
    # Thursday, Friday, and Saturday the 7th.
    assert told[3] == f"{number} 办理 3月5日 周四 10:00 3月7日 周六 10:00"
    told = lines(wangge.fine("calendar", "show", "--year", "2026"))
    assert told[0] == "河县 2026 年：工作日 247 天。"
    assert told[4] == "3月 21 3月3日至4日 3月7日"


def test_a_file_as_excel_in_china_saves_it_is_read(reading: Shell, tmp_path: Path) -> None:
    file = tmp_path / "放假安排.csv"
    file.write_bytes("日期,上班\n2027-01-01,否\n2027-01-10,是\n\n".encode("gb18030"))
    assert "改为上班：2027年1月10日。" in reading.fine("calendar", "import", str(file), "--dry-run")


@pytest.mark.parametrize(
    ("named", "written", "faults"),
    [
        (
            "days.csv",
            "day,worked\n2027-02-30,no\n2027-03-01,maybe\n2027-03-02,no\n2027-03-02,yes\n2029-01-01,no\n2027-03-03\n",
            [
                "days.csv:2: day: “2027-02-30”不是日期；应如 2027-01-01",
                "days.csv:3: worked: “maybe”应为 yes 或 no，即当天上不上班",
                "days.csv:5: day: “2027-03-02”重复，第 4 行已经有了",
                "days.csv:6: day: 2029 年与日历接不上：现有 2025 至 2027 年，只能接前一年或后一年",
                "days.csv:7: worked: “”应为 yes 或 no，即当天上不上班",
            ],
        ),
        (
            "days.yaml",
            "2027-02-30: no\n2027-03-01: maybe\n2027-03-02: no\n2027-03-02: yes\n",
            [
                "days.yaml:1: 2027-02-30: “2027-02-30”不是日期；应如 2027-01-01",
                "days.yaml:2: 2027-03-01: “maybe”应为 yes 或 no，即当天上不上班",
                "days.yaml:4: 2027-03-02: “2027-03-02”在同一处写了两次，第一次在第 3 行",
            ],
        ),
        ("days.yaml", "- 2027-03-01\n", ["days.yaml:1: 应为“字段: 值”的形式"]),
        ("days.csv", "day,worked\n", ["days.csv: 文件里一天也没有"]),
    ],
)
def test_all_that_is_wrong_with_a_file_is_told_at_once(
    reading: Shell, tmp_path: Path, named: str, written: str, faults: list[str]
) -> None:
    before = rows(reading.environment["WANGGE_DATABASE_URL"])
    first, *told = reading.refused("calendar", "import", notice(tmp_path, written, named), "--yes", code=3).splitlines()
    assert first == f"{tmp_path / named} 里的日子不能导入，共有 {len(faults)} 处问题："
    assert told == faults
    assert rows(reading.environment["WANGGE_DATABASE_URL"]) == before


def test_a_file_without_the_columns_or_that_is_not_there_is_told(reading: Shell, tmp_path: Path) -> None:
    file = notice(tmp_path, "date;off\n2027-01-01;yes\n")
    assert reading.refused("calendar", "import", file, code=3).startswith("文件 notice.csv 缺少列：日期, 上班。")
    assert str(tmp_path / "none.csv") in reading.refused("calendar", "import", str(tmp_path / "none.csv"), code=3)


def pack(folder: Path, closures: str) -> str:
    """The county's own pack, with days on which it closes."""
    county = (ROOT / "tests" / "small_county" / "county.yaml").read_text(encoding="utf-8")
    policy = (ROOT / "deployments" / "counties" / "gucheng" / "policy.yaml").read_text(encoding="utf-8")
    return str(write_pack(folder, county.replace("  week:", f"  closures: [{closures}]\n  week:"), policy))


def test_a_pack_with_other_days_tells_what_they_move_before_and_when_it_is_loaded(
    url: str, wangge: Shell, tmp_path: Path
) -> None:
    number, folder = wangge.report("2026-03-02T10:00"), pack(tmp_path, "2026-03-04")
    moved = f"{number} 办理 3月5日 周四 10:00 3月6日 周五 10:00"
    before = rows(url)
    told = lines(wangge.fine("pack", "diff", folder).replace("2026年", ""))
    assert told[-3:] == ["日历会变，有 1 项责任将重算。", "编号 责任 原到期 改为", moved]
    assert wangge("pack", "diff", folder, "--json").data["counted_anew"] == 1
    assert rows(url) == before
    told = lines(wangge.fine("pack", "load", folder).replace("2026年", ""))
    assert told[1:] == ["日历变了，1 项责任重算；原来的时间留在各自的经过里。", "编号 责任 原到期 改为", moved]
    assert wangge("pack", "load", folder, "--json").data["counted_anew"] == 0


def test_what_was_announced_is_no_difference_to_a_pack(wangge: Shell, tmp_path: Path) -> None:
    folder = pack(tmp_path, "")
    wangge.fine("calendar", "import", notice(tmp_path, "2027-01-04: no\n2026-03-04: no\n", "days.yaml"), "--yes")
    assert wangge.fine("pack", "diff", folder) == "河县没有变动：载入后和现在一样。\n"
    wangge.fine("pack", "load", folder)
    year = wangge("calendar", "show", "--year", "2027", "--json").data
    assert (year["off"], year["provisional"]) == (["2027-01-02", "2027-01-03", "2027-01-04"], [])
