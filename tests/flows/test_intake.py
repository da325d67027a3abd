"""The intake: what becomes of the files in the drop folder."""

import csv
import json
import os
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.forms import IntakeForm
from flows.intake import intake
from models.errors import InvalidInput
from tasks.intake import StillWritten, TakenIn, take_in, waiting_files
from tasks.reports import take_reports
from tasks.wording import reason
from tests.county import at
from tests.flows.conftest import RunFlow, Town

NOW = at("2026-03-02 12:00")
HEADER = "来源编号,提出时间,网格,类别,轻重,内容,来源,上报人编号"
GOOD = "A-1,2026-03-02 09:30,东街第1网格,路灯照明,一般,楼道灯不亮,12345,W01"
NOWHERE = "A-2,2026-03-02T09:40:00+08:00,,roads,,路上有坑,12345,W01"
URGENT = "A-3,2026-03-02 11:55,east-2,safety,紧急,井盖缺失,12345,W02"
BAD = "A-4,昨天,南街第1网格,路灯照明,一般,灯不亮,12345,W01"
NO_ONE = "A-5,2026-03-02 10:00,east-1,lighting,ordinary,灯不亮,12345,W99"


def drop(town: Town, name: str, *lines: str, encoding: str = "utf-8", folder: str = "inbox") -> Path:
    file = town.home / folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes("\n".join(lines).encode(encoding))
    settle(file)
    return file


def settle(file: Path) -> None:
    """As if the file had lain there for an hour."""
    os.utime(file, (file.stat().st_mtime - 3600,) * 2)


def taken(file: Path, now: datetime = NOW) -> TakenIn:
    """A file taken in without a flow around it."""
    return take_in.fn(file, now)


def issues(town: Town) -> list[tuple[str, str, str, str]]:
    return town.ask("""
        SELECT i.external_id, u.name, c.key, i.severity FROM issues i
        JOIN units u ON u.id = i.unit_id JOIN categories c ON c.id = i.category_id ORDER BY 1""")


TAKEN = [
    ("A-1", "东街第1网格", "lighting", "ordinary"),
    ("A-2", "河县", "roads", "ordinary"),
    ("A-3", "东街第2网格", "safety", "urgent"),
]


def rejects(town: Town) -> list[dict[str, str]]:
    with next((town.home / "rejected").iterdir()).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def test_good_rows_are_taken_and_bad_ones_set_aside_with_what_is_wrong(town: Town, run: RunFlow) -> None:
    file = drop(town, "三月.csv", HEADER, GOOD, NOWHERE, BAD, URGENT, NO_ONE)
    end = run(intake, IntakeForm(now=NOW))
    assert end.is_completed()
    assert end.message == "1 个文件：收入 3 件，此前已收 0 件，退回 2 行"
    assert issues(town) == TAKEN
    bad, no_one = rejects(town)
    assert (bad["行号"], bad["来源编号"], bad["内容"]) == ("4", "A-4", "灯不亮")
    assert bad["错误"] == "网格: 县里没有这一项; 提出时间: 不是时间，应如 2026-03-02 09:30"
    assert (no_one["行号"], no_one["错误"]) == ("6", "上报人编号: 县里没有这一项")
    assert not file.exists()
    assert (file.parent / "done" / "三月.csv").exists()


def test_an_urgent_row_is_assigned_at_once_and_its_time_counts_from_when_it_was_raised(town: Town) -> None:
    assert taken(drop(town, "a.csv", HEADER, URGENT)).urgent
    duties = dict(town.ask("SELECT kind, opened_at FROM duties WHERE post_id IS NOT NULL"))
    assert duties["act"] == at("2026-03-02 11:55")
    assert "sign" in duties


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_come_as_spreadsheets_save_them(town: Town, encoding: str) -> None:
    file = drop(town, "a.csv", HEADER, GOOD, NOWHERE, URGENT, encoding=encoding)
    assert taken(file) == TakenIn("a.csv", taken=3, known=0, rejected=0, urgent=True)
    assert issues(town) == TAKEN


def test_the_reject_file_is_for_its_owner_alone_and_can_be_mended_and_dropped_again(town: Town) -> None:
    taken(drop(town, "a.csv", HEADER, GOOD, BAD))
    (rejected,) = (town.home / "rejected").iterdir()
    assert stat.S_IMODE(rejected.stat().st_mode) == 0o600
    assert stat.S_IMODE(rejected.parent.stat().st_mode) == 0o700
    mended = rejected.read_text(encoding="utf-8-sig").replace("南街", "西街").replace("昨天", "2026-03-01 10:00")
    again = taken(drop(town, "mended.csv", mended, encoding="utf-8-sig"))
    assert (again.taken, again.rejected) == (1, 0)
    assert issues(town)[-1][:2] == ("A-4", "西街第1网格")


def test_what_comes_twice_is_taken_once(town: Town) -> None:
    first = taken(drop(town, "a.csv", HEADER, GOOD, GOOD, BAD))
    assert first == TakenIn("a.csv", taken=1, known=1, rejected=1, urgent=False)
    again = taken(drop(town, "a.csv", HEADER, GOOD, GOOD, BAD))
    assert again == TakenIn("a.csv", taken=0, known=2, rejected=1, urgent=False)
    assert town.ask("SELECT count(*) FROM issues") == [1]
    assert len(list((town.home / "rejected").iterdir())) == 1
    assert {each.name for each in (town.home / "inbox" / "done").iterdir()} == {"a.csv", "a-1.csv"}


def test_a_row_from_the_future_is_set_aside(town: Town) -> None:
    early = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
    assert taken(drop(town, "a.csv", HEADER, GOOD), early).rejected == 1
    assert rejects(town)[0]["错误"] == "提出时间: 晚于收取的时刻"


UNREADABLE = {
    "a picture": (b"\x89PNG\r\n\x1a\n\xff\xff\xff", "编码认不出"),
    "columns missing": ("内容,网格\n灯不亮,东街第1网格\n".encode(), "缺少列：来源编号, 提出时间, 类别, 上报人编号"),
    "empty": (b"", "缺少列"),
    "a quote left open": (f'{HEADER}\nA-1,"2026'.encode(), "读不了"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_cannot_be_taken_is_refused_with_the_reason_and_stays(town: Town, kind: str) -> None:
    bad = drop(town, "a.csv")
    written, said = UNREADABLE[kind]
    bad.write_bytes(written)
    with pytest.raises(InvalidInput) as refusal:
        taken(bad)
    assert said in reason(refusal.value)
    assert bad.exists()


def test_one_that_cannot_be_taken_is_named_with_its_reason_and_stops_no_other(town: Town, run: RunFlow) -> None:
    drop(town, "1-坏.csv", "内容,网格")
    drop(town, "2-好.csv", HEADER, GOOD)
    end = run(intake, IntakeForm(now=NOW))
    assert end.is_failed()
    said = (
        "2 个文件：收入 1 件，此前已收 0 件，退回 0 行；没有收取，仍在收件夹：1-坏.csv (文件 1-坏.csv 缺少列：来源编号"
    )
    assert (end.message or "").startswith(said)
    assert [external_id for external_id, *_ in issues(town)] == ["A-1"]


def test_several_files_are_taken_by_name_and_another_folder_can_be_named(town: Town, run: RunFlow) -> None:
    drop(town, "b.csv", HEADER, NOWHERE, folder="elsewhere")
    drop(town, "a.csv", HEADER, GOOD, folder="elsewhere")
    drop(town, "left.csv", HEADER, URGENT)
    end = run(intake, IntakeForm(now=NOW, folder=str(town.home / "elsewhere")))
    assert end.message == "2 个文件：收入 2 件，此前已收 0 件，退回 0 行"
    assert town.ask("SELECT external_id FROM issues ORDER BY id") == ["A-1", "A-2"]


def test_nothing_in_the_folder_or_no_folder_is_nothing_to_do(town: Town, run: RunFlow) -> None:
    assert run(intake, IntakeForm(now=NOW)).message == "0 个文件：收入 0 件，此前已收 0 件，退回 0 行"


def test_an_id_given_to_two_things_loses_neither(town: Town) -> None:
    gas = "1,2026-03-02 11:00,east-1,safety,紧急,燃气泄漏,,W01"
    taken(drop(town, "a.csv", HEADER, "1,2026-03-02 09:00,east-1,lighting,,灯不亮,,W01"))
    assert taken(drop(town, "b.csv", HEADER, gas)) == TakenIn("b.csv", taken=0, known=0, rejected=1, urgent=False)
    assert rejects(town)[0]["错误"] == "来源编号: 这个来源用同一编号报过另一件事：时间或内容不同"
    twice = taken(drop(town, "c.csv", HEADER, GOOD, GOOD.replace("09:30", "09:31"), GOOD))
    assert (twice.taken, twice.known, twice.rejected) == (1, 1, 1)


def test_a_file_just_written_is_left_for_the_next_run_and_capitals_are_a_csv_too(town: Town) -> None:
    fresh = drop(town, "fresh.csv", HEADER, GOOD)
    os.utime(fresh)
    assert waiting_files(None) == []
    capitals = drop(town, "C.CSV", HEADER, GOOD)
    assert waiting_files(None) == [capitals]


def test_of_a_file_that_changes_while_it_is_read_nothing_is_taken(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    file, take = drop(town, "a.csv", HEADER, GOOD), take_reports

    def meanwhile(*given: Any) -> Any:
        with file.open("a") as opened:
            opened.write(f"\n{NOWHERE}")
        return take(*given)

    monkeypatch.setattr("tasks.intake.take_reports", meanwhile)
    with pytest.raises(StillWritten) as refusal:
        taken(file)
    assert reason(refusal.value).startswith("文件 a.csv 在读取时还在变动")
    assert issues(town) == []
    assert file.exists()


def test_a_row_the_calendar_is_too_short_for_stops_no_other(town: Town) -> None:
    with town.ledger() as (_, book):
        last = book.calendar.last
    late = f"A-9,{last} 09:00,east-1,lighting,,灯不亮,12345,W01"
    took = taken(drop(town, "a.csv", HEADER, GOOD, late), at(f"{last} 10:00"))
    assert (took.taken, took.rejected) == (1, 1)
    assert rejects(town)[0]["错误"].startswith("提出时间: 县里日历太短")


def test_a_name_two_grids_share_stops_no_other_row(town: Town) -> None:
    town.ask("UPDATE units SET name = '东街第1网格' WHERE key = 'west-1'")
    took = taken(drop(town, "a.csv", HEADER, GOOD, URGENT))
    assert (took.taken, took.rejected) == (1, 1)
    assert rejects(town)[0]["错误"].startswith("网格: 不止一个单位")


MAPPED = """\
zone: Asia/Shanghai
fields:
  external_id: no
  happened_at: {column: at, formats: ["%Y/%m/%d %H:%M"]}
  grid: {column: grid, prefix: east-}
  category: {value: lighting}
  severity: {value: ordinary}
  summary: text
  source: {value: city}
  reported_by: {value: W01}
"""
MAPPED_ROWS = [
    {"no": "B-1", "at": "2026/3/2 9:30", "grid": 1, "text": "灯不亮"},
    {"no": "B-2", "at": "2026/3/2", "grid": 2, "text": "灯不亮"},
]


def test_files_of_any_form_are_read_by_the_mapping_in_the_folder(town: Town, run: RunFlow) -> None:
    lines = [json.dumps(row, ensure_ascii=False) for row in MAPPED_ROWS]
    drop(town, "a.jsonl", *lines)
    book = openpyxl.Workbook()
    for cells in (MAPPED_ROWS[0].keys(), ("B-3", "2026/3/2 9:40", 2, "路灯坏了")):
        book.worksheets[0].append(list(cells))
    book.save(town.home / "inbox" / "b.xlsx")
    settle(town.home / "inbox" / "b.xlsx")
    (town.home / "inbox" / "mapping.yaml").write_text(MAPPED)
    end = run(intake, IntakeForm(now=NOW))
    assert end.message == "2 个文件：收入 2 件，此前已收 0 件，退回 1 行"
    assert [(each[0], each[1]) for each in issues(town)] == [("B-1", "东街第1网格"), ("B-3", "东街第2网格")]
    (kept,) = (town.home / "rejected").iterdir()
    assert json.loads(kept.read_text())["错误"] == "提出时间: 不是映射（formats）里写明的任何一种写法"
    assert {each.name for each in (town.home / "inbox" / "done").iterdir()} == {"a.jsonl", "b.xlsx"}


def test_a_mapping_named_in_the_form_that_is_no_good_fails_the_run_with_its_faults(town: Town, run: RunFlow) -> None:
    file = drop(town, "a.csv", "no,at", "B-1,x")
    mapping = town.home / "city.yaml"
    mapping.write_text(MAPPED + "  stage: stage\n")
    end = run(intake, IntakeForm(now=NOW, mapping=str(mapping)))
    assert end.is_failed()
    assert "city.yaml:11: fields.stage: 没有这个字段" in (end.message or "")
    assert file.exists()
    mapping.write_text(MAPPED)
    assert "city.yaml:5: fields.grid.column: 没有“grid”这一列" in (
        run(intake, IntakeForm(now=NOW, mapping=str(mapping))).message or ""
    )
