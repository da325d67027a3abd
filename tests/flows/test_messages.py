"""Morning and dispatch: one message a person, in a file anybody can read; and the report of the night."""

import stat
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client

from flows.dispatch import dispatch
from flows.forms import DispatchForm, MorningForm, NightForm, ReportForm
from flows.morning import morning
from flows.nightly import nightly
from flows.report import report
from tests.county import at
from tests.flows.conftest import RunFlow, Town

NIGHT = at("2026-03-03 02:30")
MORNING = at("2026-03-03 07:45")
OPEN = at("2026-03-03 08:00")


@pytest.fixture
def after_the_night(town: Town, run: RunFlow) -> Town:
    """Two issues in the east and one in the west, assigned in the night."""
    town.reported("2026-03-02 09:00", grid="east-1")
    town.reported("2026-03-02 09:30", grid="east-1")
    town.reported("2026-03-02 10:00", grid="west-1")
    run(nightly, NightForm(now=NIGHT))
    return town


def files(town: Town) -> dict[str, Path]:
    return {str(each.relative_to(town.home)): each for each in town.home.rglob("messages/river/*/*")}


def test_each_person_gets_one_readable_file(after_the_night: Town, run: RunFlow) -> None:
    composed = run(morning, MorningForm(now=MORNING))
    assert composed.message == "2 人收到今晨消息，共 3 条事项；0 条暂无人可告知"
    sent = run(dispatch, DispatchForm(now=OPEN))
    assert sent.is_completed()
    assert sent.message == "已送出 2 条，待再试 0 条，失败 0 条"
    written = files(after_the_night)
    assert set(written) == {"messages/river/2026-03-03/W01-1.md", "messages/river/2026-03-03/W03-1.md"}
    first = written["messages/river/2026-03-03/W01-1.md"]
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    said = first.read_text(encoding="utf-8")
    assert said.startswith("3月3日 周二 您有 2 件事\n\n李青，您好。")
    assert said.count("楼道灯不亮（东街第1网格）") == 2


def test_told_once_and_sent_once(after_the_night: Town, run: RunFlow) -> None:
    run(morning, MorningForm(now=MORNING))
    assert run(morning, MorningForm(now=OPEN)).message == "0 人收到今晨消息，共 0 条事项；0 条暂无人可告知"
    run(dispatch, DispatchForm(now=OPEN))
    assert run(dispatch, DispatchForm(now=OPEN)).message == "已送出 0 条，待再试 0 条，失败 0 条"


def test_nothing_is_sent_in_the_quiet_hours(after_the_night: Town, run: RunFlow) -> None:
    run(morning, MorningForm(now=at("2026-03-03 06:00")))
    assert run(dispatch, DispatchForm(now=MORNING)).message == "已送出 0 条，待再试 0 条，失败 0 条"
    assert run(dispatch, DispatchForm(now=OPEN)).message == "已送出 2 条，待再试 0 条，失败 0 条"


def test_what_could_not_be_sent_is_sent_by_the_next_run(after_the_night: Town, run: RunFlow) -> None:
    run(morning, MorningForm(now=MORNING))
    in_the_way = after_the_night.home / "messages"
    in_the_way.write_text("not a folder")
    failed = run(dispatch, DispatchForm(now=OPEN))
    assert failed.message == "已送出 0 条，待再试 2 条，失败 0 条"
    in_the_way.unlink()
    assert run(dispatch, DispatchForm(now=OPEN)).message == "已送出 2 条，待再试 0 条，失败 0 条"
    outcomes = after_the_night.ask("SELECT outcome, count(*) FROM deliveries GROUP BY 1 ORDER BY 1")
    assert outcomes == [("retry", 2), ("sent", 2)]


def test_the_report_is_an_artifact_that_names_every_unit(after_the_night: Town, run: RunFlow) -> None:
    end = run(report, ReportForm(now=MORNING))
    assert end.message == "2026-03-03 夜报已生成"
    with get_client(sync_client=True) as client:
        found = client.request("GET", "/artifacts/{key}/latest", path_params={"key": "night-report"}).json()
    assert UUID(found["flow_run_id"])
    said = found["data"]
    assert said.startswith("# 河县 · 3月3日 周二夜报")
    assert all(name in said for name in ("东街", "西街", "河县"))
    assert "新派单 **3** 件" in said


def test_a_night_that_left_one_out_is_reported_as_such(after_the_night: Town, run: RunFlow) -> None:
    after_the_night.ask(
        "DELETE FROM night_log WHERE community_id = (SELECT id FROM units WHERE key = 'west') AND night = '2026-03-03'"
    )
    run(report, ReportForm(now=MORNING))
    with get_client(sync_client=True) as client:
        found = client.request("GET", "/artifacts/{key}/latest", path_params={"key": "night-report"}).json()
    assert "**1 个没有完成：西街**" in found["data"]
