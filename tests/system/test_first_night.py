"""The first night, as it stands in Prefect and as an administrator sees it in the browser."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.county import ZONE
from tests.system.operator import FLOWS, System

pytestmark = pytest.mark.timeout(300)


def first_night(system: System) -> str:
    (night,) = system.ask("SELECT min(ran_at) FROM night_log WHERE night = (SELECT max(night) FROM night_log)")
    return f"{night.astimezone(ZONE):%Y-%m-%d}"


def test_the_night_ran_through_its_deployment_a_task_to_each_unit_named_by_it(system: System) -> None:
    (night,) = system.runs("nightly")
    assert night.name == f"nightly {first_night(system)}"
    assert night.state is not None
    assert night.state.is_completed()
    assert (night.state.message or "").startswith(f"{len(system.units())} 个单位完成（此前已完成 0 个）")
    assert sorted(system.nights(night.id)) == sorted(system.units())
    assert len(system.units()) == 14


def test_the_report_is_one_artifact_that_names_every_unit(system: System) -> None:
    answer = system.client.request("GET", "/artifacts/{key}/latest", path_params={"key": "night-report"})
    report = answer.json()["data"]
    assert report.startswith("# ")
    assert [name for name in system.units() if name not in report] == []


def test_an_administrator_finds_the_night_by_its_name_and_the_units_in_it(system: System, page: Page) -> None:
    name = f"nightly {first_night(system)}"
    page.goto("/runs")
    page.get_by_role("searchbox", name="Search by flow run name").fill(name)
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_text("Completed").first).to_be_visible()
    page.get_by_text("Task Runs", exact=True).click()
    for unit in ("帝奥", "第十三社区"):
        page.get_by_placeholder("Search by run name").fill(unit)
        expect(page.get_by_role("link", name=unit, exact=True)).to_be_visible()


def test_an_administrator_opens_the_report_and_reads_it(system: System, page: Page) -> None:
    page.goto("/artifacts/key/night-report")
    page.locator("a[href*='/artifacts/artifact/']").first.click()
    expect(page.get_by_role("heading", name="夜报")).to_be_visible()
    expect(page.get_by_role("heading", name="需要您来办")).to_be_visible()
    for unit in system.units():
        expect(page.get_by_role("cell", name=unit, exact=True).first).to_be_attached()


def test_the_run_forms_are_titled_in_chinese(system: System, page: Page) -> None:
    for flow in FLOWS:
        deployment = system.client.read_deployment_by_name(f"{flow}/{flow}")
        schema = json.dumps(deployment.parameter_openapi_schema, ensure_ascii=False)
        assert "按此时刻运行" in schema
        assert "直接点 Submit" in schema
    nightly = system.client.read_deployment_by_name("nightly/nightly")
    page.goto(f"/deployments/deployment/{nightly.id}/run")
    for words in ("可以全部留空：直接点 Submit", "按此时刻运行", "社区 (Optional)", "只预演"):
        expect(page.get_by_text(words)).to_be_visible()
