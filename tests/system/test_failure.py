"""One community's night fails for real: the others are done, the run is red and names it, Retry does only that one."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from prefect.client.schemas.objects import FlowRun

from tests.system.operator import System

pytestmark = pytest.mark.timeout(300)

UNIT = "杏林"


@pytest.fixture(scope="module")
def red(system: System) -> Iterator[FlowRun]:
    """A night on which the database refuses one community."""
    (unit,) = system.ask("SELECT id FROM units WHERE name = :name AND community_id = id", name=UNIT)
    system.ask("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'index is corrupt'; END $$""")
    system.ask(f"""
        CREATE TRIGGER refuse BEFORE INSERT ON night_log FOR EACH ROW
        WHEN (NEW.community_id = {unit}) EXECUTE FUNCTION refuse()""")
    yield system.run("nightly", now=system.tonight())
    system.ask("DROP TRIGGER IF EXISTS refuse ON night_log")


def night_of(run: FlowRun) -> date:
    return date.fromisoformat(run.name.rpartition(" ")[2])


def test_the_others_are_done_and_the_run_is_red_and_names_the_one(system: System, red: FlowRun) -> None:
    assert red.state is not None
    assert red.state.is_failed()
    message = red.state.message or ""
    assert message.startswith("13 个单位完成")
    assert f"失败：{UNIT} (" in message
    assert "index is corrupt" in message
    failed = {task.name for task in system.tasks(red.id) if task.state and task.state.is_failed()}
    assert failed == {UNIT}
    assert set(system.written(night_of(red))) == system.units() - {UNIT}


def test_retry_in_the_browser_does_only_that_one(system: System, red: FlowRun, page: Page) -> None:
    before = system.written(night_of(red))
    system.ask("DROP TRIGGER refuse ON night_log")
    page.goto(f"/runs/flow-run/{red.id}")
    state = page.locator(".state-badge").first
    expect(state).to_have_text("Failed")
    page.get_by_role("button", name="Retry").click()
    page.get_by_role("dialog").get_by_role("button", name="Retry").click()
    expect(state).to_have_text("Completed", timeout=60_000)
    green = system.ended(red.id)
    assert green.state is not None
    assert (green.state.message or "").startswith("1 个单位完成（此前已完成 13 个）")
    after = system.written(night_of(red))
    assert set(after) == system.units()
    assert {name: after[name] for name in before} == before
    again = system.nights(red.id)
    assert sorted(again) == sorted([*system.units(), UNIT]), "a second task for the one, none for the others"
