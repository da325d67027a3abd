"""A file dropped into the inbox, and the chain of events an urgent row in it sets off."""

import csv
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.county import ZONE
from tests.system.operator import System, until

pytestmark = pytest.mark.timeout(300)

HEADER = "来源编号,提出时间,网格,类别,轻重,内容,来源,上报人编号"


def reports() -> str:
    """Three rows: an urgent one raised yesterday, one that lies nowhere, one that can't be taken."""
    raised = (datetime.now(UTC) - timedelta(hours=26)).astimezone(ZONE)
    rows = (
        f"T-1,{raised:%Y-%m-%d %H:%M},帝奥第1网格,安全隐患,紧急,井盖缺失，已有人摔倒,12345,K001",
        f"T-2,{raised:%Y-%m-%d %H:%M},,路灯照明,,路口没有路灯,12345,K001",
        f"T-3,{raised:%Y-%m-%d %H:%M},月亮第1网格,路灯照明,一般,灯不亮,12345,K001",
    )
    return "\n".join((HEADER, *rows))


def drop(system: System, *names: str) -> Path:
    inbox = system.home / "inbox"
    inbox.mkdir(exist_ok=True)
    for name in names:
        file = inbox / name
        file.write_text(reports(), encoding="utf-8-sig")
        os.utime(file, (file.stat().st_mtime - 60,) * 2)  # one just written is left for the next run
    return inbox


def new_runs(system: System, flow: str, since: datetime) -> list[str]:
    """The messages of a flow's runs begun since and ended."""
    found = [run for run in system.runs(flow) if run.created and run.created > since]
    return [run.state.message or "" for run in found if run.state and run.state.is_completed()]


def test_an_urgent_row_starts_the_watch_its_messages_are_sent_and_rows_dropped_twice_come_once(system: System) -> None:
    began, inbox = datetime.now(UTC), drop(system, "热线.csv", "热线（再发）.csv")
    taken = system.run("intake")
    assert taken.state is not None
    assert taken.state.message == "2 个文件：收入 2 件，此前已收 2 件，退回 2 行"
    assert system.ask("SELECT count(*) FROM issues WHERE external_id LIKE 'T-%'") == [2]
    assert list(inbox.glob("*.csv")) == []
    (watched,) = until(lambda: new_runs(system, "watch", began))
    assert not watched.startswith("紧急时限：0 步")
    until(lambda: new_runs(system, "dispatch", began))
    (number,) = system.ask("SELECT number FROM issues WHERE external_id = 'T-1'")
    told = [each for each in (system.home / "messages").rglob("*.md") if number in each.read_text(encoding="utf-8")]
    assert told, "whoever is to act hears of it within the minute"


def test_a_row_that_cannot_be_taken_is_set_aside_for_its_owner_alone(system: System) -> None:
    for rejected in (system.home / "rejected").glob("热线*"):
        assert stat.S_IMODE(rejected.stat().st_mode) == 0o600
        with rejected.open(encoding="utf-8-sig", newline="") as opened:
            (row,) = csv.DictReader(opened)
        assert (row["行号"], row["来源编号"], row["错误"]) == ("4", "T-3", "网格: 县里没有这一项")
