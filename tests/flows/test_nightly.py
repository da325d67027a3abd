"""The night: what it says when it went well, when a community is busy, when one fails, and as a preview."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from prefect.artifacts import Artifact
from prefect.client.schemas.objects import State
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.orm import Session

from flows.forms import NightForm
from flows.nightly import nightly
from models.actions import auditing, guards, side_exits
from models.actions.guards import NIGHTS
from models.actions.reporters import remember_reporters
from models.database import engine
from models.rules.households import Reporter
from tests.county import at
from tests.flows.conftest import RunFlow, Town
from tests.models.ledger import everything
from tests.residents import ROOM

NIGHT = at("2026-03-03 02:30")
LATER = at("2026-03-03 05:00")


@pytest.fixture
def busy_day(town: Town) -> Town:
    """Two issues in the east, one in the west, one on no grid, all raised the day before the night."""
    town.reported("2026-03-02 09:00", grid="east-1")
    town.reported("2026-03-02 09:30", grid="east-2")
    town.reported("2026-03-02 10:00", grid="west-1")
    town.reported("2026-03-02 10:30", grid=None)
    return town


def rows(town: Town) -> dict[str, list[object]]:
    with Session(engine(town.url)) as session:
        return everything(session)


def test_a_night_that_went_well_says_what_it_did(busy_day: Town, run: RunFlow) -> None:
    end = run(nightly, NightForm(now=NIGHT))
    assert end.is_completed()
    assert end.message == "3 个单位完成（此前已完成 0 个）：派单 3 件，提醒 0 次，上报升级 0 次，无主 1 件"
    assert busy_day.nights() == {"east": NIGHT, "west": NIGHT, "river": NIGHT}


def test_run_again_the_same_night_it_finds_nothing_to_do(busy_day: Town, run: RunFlow) -> None:
    run(nightly, NightForm(now=NIGHT))
    before = rows(busy_day)
    end = run(nightly, NightForm(now=LATER))
    assert end.is_completed()
    assert end.message == "0 个单位完成（此前已完成 3 个）：派单 0 件，提醒 0 次，上报升级 0 次，无主 0 件"
    assert rows(busy_day) == before


def test_a_busy_community_is_waited_for_then_named_for_a_retry(
    busy_day: Town, run: RunFlow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "PATIENCE", timedelta(milliseconds=50))
    with engine(busy_day.url).begin() as other_run:
        (east,) = busy_day.ask("SELECT id FROM units WHERE key = 'east'")
        other_run.execute(text(f"SELECT pg_advisory_xact_lock({NIGHTS}, {east})"))
        end = run(nightly, NightForm(now=NIGHT))
    assert end.is_failed()
    assert end.message is not None
    assert end.message.startswith("2 个单位完成")
    assert end.message.endswith("；有别的运行占着：东街。点 Retry（重试）只补做这些")
    assert set(busy_day.nights()) == {"west", "river"}


def test_one_that_fails_is_named_with_its_reason_and_run_again_only_that_one_is_done(
    busy_day: Town, run: RunFlow
) -> None:
    busy_day.failing("east")
    red = run(nightly, NightForm(now=NIGHT))
    assert red.is_failed()
    assert red.message is not None
    assert red.message.startswith("2 个单位完成（此前已完成 0 个）：派单 1 件")
    assert "失败：东街 (" in red.message
    assert "the night is cursed" in red.message
    assert set(busy_day.nights()) == {"west", "river"}
    assert busy_day.ask("SELECT count(*) FROM events WHERE action = 'assign'") == [1], "nothing of the failed one stays"
    busy_day.well_again()
    green = run(nightly, NightForm(now=LATER))
    assert green.message == "1 个单位完成（此前已完成 2 个）：派单 2 件，提醒 0 次，上报升级 0 次，无主 0 件"
    assert busy_day.nights() == {"west": NIGHT, "river": NIGHT, "east": LATER}


def test_a_connection_that_broke_is_tried_again_by_itself(busy_day: Town, run: RunFlow) -> None:
    busy_day.failing("east", code="57P01", times=1)  # as when the server is told to shut down
    end = run(nightly, NightForm(now=NIGHT))
    assert end.is_completed()
    assert set(busy_day.nights()) == {"east", "west", "river"}


def test_a_preview_changes_nothing_and_says_what_the_night_then_does(busy_day: Town, run: RunFlow) -> None:
    run(nightly, NightForm(now=NIGHT))
    late = at("2026-03-10 02:30")
    before = rows(busy_day)
    preview = run(nightly, NightForm(now=late, preview=True))
    assert rows(busy_day) == before
    night = run(nightly, NightForm(now=late))
    assert rows(busy_day) != before
    assert preview.message is not None
    assert preview.message.startswith("只是预演，什么也没有改变。")
    assert figures(preview) == figures(night)
    assert "0" not in re.findall(r"\d+", figures(night))[1:], "a night on which much is due"


def figures(end: State[object]) -> str:
    """What a night did, or would do."""
    found = re.search("派单.*无主 \\d+ 件", end.message or "")
    assert found, end.message
    return found.group()


def test_a_preview_is_shown_as_two_tables_row_by_row(busy_day: Town, run: RunFlow) -> None:
    run(nightly, NightForm(now=NIGHT, preview=True))
    assert table("night-preview")[0] == {
        "社区": "东街",
        "编号": "东街-2026-0001",
        "责任": "",
        "第几步": "",
        "会做什么": "派单",
        "给哪个岗位": "东街第1网格专职网格员",
        "现由谁应答": "李青",
    }
    assert len(table("night-preview")) == 3
    assert [(row["社区"], row["派单"]) for row in table("night-preview-communities")] == [
        ("东街", 2),
        ("西街", 1),
        ("河县", 0),
    ]


def test_a_preview_lists_no_more_than_fits_on_a_page(
    busy_day: Town, run: RunFlow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.night.LISTED", 1)
    monkeypatch.setattr("flows.previewing.LISTED", 1)
    run(nightly, NightForm(now=NIGHT, preview=True))
    assert [row["编号"] for row in table("night-preview")] == ["东街-2026-0001"]
    found: Any = Artifact.get("night-preview")
    assert "另有 2 项没有列出" in found.description


def table(key: str) -> list[dict[str, Any]]:
    found: Any = Artifact.get(key)
    rows: list[dict[str, Any]] = json.loads(found.data)
    return rows


def test_what_the_auditor_finds_ends_the_run_red_until_somebody_says_why(busy_day: Town, run: RunFlow) -> None:
    run(nightly, NightForm(now=NIGHT))
    busy_day.ask("ALTER TABLE issues DISABLE TRIGGER USER")
    busy_day.ask("UPDATE issues SET stage = 'acting' WHERE number = '东街-2026-0001'")
    red = run(nightly, NightForm(now=LATER))
    assert red.is_failed()
    assert red.message is not None
    assert red.message.startswith("0 个单位完成（此前已完成 3 个）")
    first = "东街-2026-0001：按经过应在“提事”阶段，台账上却是“办事”。"
    assert red.message.endswith(f"；账目有 1 处疑点未说明，第一处：{first}请看 wangge audit list")
    (key,) = busy_day.ask("SELECT key FROM findings")
    with busy_day.ledger() as (session, book):
        auditing.acknowledge(session, book, key, reason="补录", by="S01", now=LATER)
    assert run(nightly, NightForm(now=LATER)).is_completed()


def test_a_preview_audits_nothing(busy_day: Town, run: RunFlow) -> None:
    busy_day.ask("UPDATE issue_numbers SET last = 9")
    assert run(nightly, NightForm(now=NIGHT, preview=True)).is_completed()
    assert busy_day.ask("SELECT count(*) FROM findings") == [0]
    assert run(nightly, NightForm(now=NIGHT)).is_failed()


def test_an_audit_that_fails_is_named_and_the_others_go_on(busy_day: Town, run: RunFlow) -> None:
    run(nightly, NightForm(now=NIGHT))
    busy_day.ask("UPDATE issues SET stage = 'acting'")
    (east,) = busy_day.ask("SELECT min(id) FROM issues WHERE number LIKE '东街%'")
    busy_day.ask("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$""")
    busy_day.ask(f"""
        CREATE TRIGGER refuse BEFORE INSERT ON findings FOR EACH ROW
        WHEN (NEW.facts ->> 'issue' = '{east}') EXECUTE FUNCTION refuse()""")
    red = run(nightly, NightForm(now=LATER))
    assert red.is_failed()
    assert "；审核没有做成：东街 (" in (red.message or "")
    assert "no room" in (red.message or "")
    assert "账目有 2 处疑点未说明" in (red.message or "")


def test_only_the_communities_named_are_run(busy_day: Town, run: RunFlow) -> None:
    end = run(nightly, NightForm(now=NIGHT, communities=["西街"]))
    assert end.message == "1 个单位完成（此前已完成 0 个）：派单 1 件，提醒 0 次，上报升级 0 次，无主 0 件"
    assert set(busy_day.nights()) == {"west"}


def test_a_community_that_does_not_exist_is_said_and_nothing_is_run(busy_day: Town, run: RunFlow) -> None:
    end = run(nightly, NightForm(now=NIGHT, communities=["西街", "南街"]))
    assert end.is_failed()
    assert end.message == "没有社区“南街”。"
    assert busy_day.nights() == {}


def test_a_time_before_what_is_recorded_is_refused_with_the_reason_said_once(busy_day: Town, run: RunFlow) -> None:
    end = run(nightly, NightForm(now=at("2026-03-01 02:30")))
    assert end.is_failed()
    assert end.message is not None
    assert end.message.count("账上已经记到 2026-03-02") == 1
    assert busy_day.nights() == {}


def test_a_time_without_zone_is_refused_by_the_form() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        NightForm(now=datetime(2026, 3, 3, 2, 30))  # noqa: DTZ001


def test_what_was_kept_long_enough_is_forgotten_after_the_night_and_a_preview_forgets_nothing(
    town: Town, run: RunFlow
) -> None:
    issue = town.reported("2026-03-01 09:00")
    with town.ledger() as (session, book):
        remember_reporters(session, book.county, {issue.id: Reporter("孙梅")}, now=at("2026-03-01 09:00"), keys=ROOM)
        side_exits.withdraw(session, book, issue.number, reason="不办了", by="W01", now=at("2026-03-01 10:00"))
    town.ask("""UPDATE policy_versions SET content = content || '{"privacy": {"reporters": "1 natural_days"}}'""")
    kept = "SELECT count(*) FROM raised_by WHERE name_sealed IS NOT NULL"
    run(nightly, NightForm(now=NIGHT, preview=True))
    assert town.ask(kept) == [1]
    state = run(nightly, NightForm(now=NIGHT))
    assert state.is_completed()
    assert "保存期已满：1 件事项不再留提事人" in (state.message or "")
    assert town.ask(kept) == [0]
    assert "保存期" not in (run(nightly, NightForm(now=NIGHT)).message or "")
