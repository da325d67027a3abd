import socket
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from models.actions.guards import NIGHTS
from models.database import engine
from models.queries.rulebook import rulebook
from models.queries.units import unit
from models.tables.registry import METADATA
from tests.deployments.cli_world import Shell, run_night, small_county

AT = ("--at", "2026-03-03 02:30")
AFTER = ("--at", "2026-03-03 03:00")


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_cli_nightly")


@pytest.fixture(scope="module")
def wangge(url: str) -> Shell:
    shell = Shell({"WANGGE_DATABASE_URL": url, "WANGGE_PREFECT_PORT": str(closed_port())})
    shell.report("2026-03-02 09:00")
    shell.report("2026-03-02 10:00", grid="west-1", by="W03")
    shell.report("2026-03-02 11:00", grid="west-1", by="W03")
    return shell


def closed_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def contents(url: str) -> dict[str, Any]:
    with Session(engine(url)) as session:
        return {
            table.name: session.scalars(
                select(func.md5(func.string_agg(text("t::text"), text("E'\\n' ORDER BY t::text")))).select_from(
                    table.alias("t")
                )
            ).one()
            for table in METADATA.sorted_tables
        }


def test_a_dry_run_tells_what_the_night_would_do_and_changes_nothing(url: str, wangge: Shell) -> None:
    before = contents(url)
    told = wangge("nightly", "--dry-run", *AT, "--json").data
    assert [(each["community"], each["counts"]["assigned"]) for each in told] == [("东街", 1), ("西街", 2), ("河县", 0)]
    assert told[0]["doings"] == [
        {
            "number": "东街-2026-0001",
            "action": "assign",
            "duty": None,
            "step": None,
            "does": None,
            "post": {"unit": "东街第1网格", "role": "grid_worker"},
            "person": "李青",
        }
    ]
    table = wangge.fine("nightly", "--dry-run", *AT)
    listed, counted = ([line.split() for line in part.splitlines() if line.strip()][2:] for part in parts(table))
    assert listed == [
        ["东街", "东街-2026-0001", "派单", "东街第1网格专职网格员", "李青"],
        ["西街", "西街-2026-0001", "派单", "西街第1网格专职网格员", "赵强"],
        ["西街", "西街-2026-0002", "派单", "西街第1网格专职网格员", "赵强"],
    ]
    assert [line[:2] for line in counted] == [
        ["东街", "1"],
        ["西街", "2"],
        ["河县", "0"],
        ["合计", "3"],
        ["以上只是预演，什么也没有改变。"],
    ]
    assert contents(url) == before


def parts(told: str) -> tuple[str, str]:
    """The list of what would be done, and the table of the communities."""
    at_heading = told.index("\n", told.rindex("西街-2026-0002"))
    return told[:at_heading], told[at_heading:]


def test_a_long_list_is_cut_and_says_so(wangge: Shell) -> None:
    told = wangge.fine("nightly", "--dry-run", "--limit", "2", *AT)
    assert "西街-2026-0002" not in told
    assert "只列了 2 项，共 3 项；用 --limit 可多列，0 为全部。" in told


def test_only_the_communities_named_are_previewed(wangge: Shell) -> None:
    told = wangge("nightly", "--dry-run", "--community", "西街", *AT, "--json").data
    assert [each["community"] for each in told] == ["西街"]
    assert wangge.refused("nightly", "--dry-run", "--community", "南街", *AT) == "没有社区“南街”。"


def test_a_community_another_run_has_is_told_so(url: str, wangge: Shell) -> None:
    with Session(engine(url)) as session:
        west = unit(session, rulebook(session, None).county.id, "west").id
        session.execute(select(func.pg_advisory_xact_lock(NIGHTS, west)))
        told = wangge("nightly", "--dry-run", *AT, "--json").data
        assert [each["counts"] is None for each in told] == [False, True, False]
        assert "占用" in wangge.fine("nightly", "--dry-run", *AT)


def test_what_a_dry_run_predicts_is_what_the_night_does(url: str, wangge: Shell) -> None:
    predicted = wangge("nightly", "--dry-run", *AT, "--json").data
    run_night(url, "2026-03-03 02:30")
    with Session(engine(url)) as session:
        done = session.execute(
            text("SELECT u.name, n.counts FROM night_log n JOIN units u ON u.id = n.community_id")
        ).all()
    assert {each["community"]: each["counts"] for each in predicted} == {each.name: each.counts for each in done}
    again = wangge("nightly", "--dry-run", *AFTER, "--json").data
    assert [each["counts"]["steps"] + each["counts"]["assigned"] for each in again] == [0, 0, 0]


def test_without_prefect_no_night_is_run(url: str, wangge: Shell) -> None:
    before = contents(url)
    port = wangge.environment["WANGGE_PREFECT_PORT"]
    assert wangge.refused("nightly", code=4) == (
        f"Prefect 连不上（http://127.0.0.1:{port}/api）。请看 wangge up 是否还在运行，或检查 WANGGE_PREFECT_PORT。"
    )
    assert contents(url) == before
