"""`wangge audit`: looking now, listing what was found, saying why it may stand."""

import pytest
from sqlalchemy import text

from models.database import engine
from tests.deployments.cli_world import Shell, run_night, small_county

AT = ("--at", "2026-03-03 03:00")
LATER = ("--at", "2026-03-03 04:00")
FOUND = "东街-2026-0001：按经过应在“提事”阶段，台账上却是“办事”。"


@pytest.fixture
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_cli_audit")


@pytest.fixture
def wangge(url: str) -> Shell:
    shell = Shell({"WANGGE_DATABASE_URL": url})
    shell.report("2026-03-02 09:00")
    shell.report("2026-03-02 10:00", grid="west-1", by="W03")
    run_night(url, "2026-03-03 02:30")
    return shell


def spoil(url: str) -> None:
    with engine(url).begin() as connection:
        connection.execute(text("ALTER TABLE issues DISABLE TRIGGER USER"))
        connection.execute(text("UPDATE issues SET stage = 'acting' WHERE number = '东街-2026-0001'"))


def test_a_ledger_without_fault_is_said_to_be_so(wangge: Shell) -> None:
    told = wangge.fine("audit", "run", *AT)
    assert [line.split() for line in told.splitlines() if line.strip()][2:] == [
        ["东街", "1", "0"],
        ["西街", "1", "0"],
        ["河县", "0", "0"],
        ["全县总账", "2", "0"],
        ["账目没有疑点。"],
    ]
    assert wangge.fine("audit", "list") == "账目没有疑点。\n"


def test_what_is_found_is_told_listed_and_allowed_with_a_reason(url: str, wangge: Shell) -> None:
    spoil(url)
    said = wangge("audit", "run", *AT)
    assert said.code == 1
    assert "按经过应在“提事”阶段" in said.out
    (listed,) = wangge("audit", "list", "--json").data
    assert (listed["kind"], listed["sentence"], listed["reason"]) == ("stage", FOUND, None)
    assert listed["found_at"] == "2026-03-03T03:00:00+08:00"
    key = listed["key"]
    told = wangge.fine("audit", "acknowledge", key, "--by", "S01", "--reason", "补录", *LATER)
    assert told == f"已写明缘由：{key}。\n"
    assert wangge.fine("audit", "run", *LATER).endswith("账目没有疑点。\n")
    (settled,) = wangge("audit", "list", "--settled", "--json").data
    assert (settled["reason"], settled["acknowledged_at"]) == ("补录", "2026-03-03T04:00:00+08:00")
    assert "补录" in wangge.fine("audit", "list", "--settled")


def test_as_data_it_tells_how_much_was_looked_at(url: str, wangge: Shell) -> None:
    spoil(url)
    told = wangge("audit", "run", "--everything", *AT, "--json").data
    assert told["looked_at"]["东街"] == {"issues": 1, "findings": 1}
    assert [each["sentence"] for each in told["findings"]] == [FOUND]


def test_who_may_not_and_what_is_not_there_are_said(url: str, wangge: Shell) -> None:
    spoil(url)
    wangge("audit", "run", *AT)
    (listed,) = wangge("audit", "list", "--json").data
    allow = ("audit", "acknowledge", listed["key"], "--reason", "x", *LATER)
    assert wangge.refused(*allow, "--by", "W01") == (
        "W01 当天没有可以写明缘由的岗位；要由那个社区或上级的社区党工委、县委一线指挥部、第一书记来写。"
    )
    assert wangge.refused("audit", "acknowledge", "stage-9", "--by", "S01", "--reason", "x", *LATER) == (
        "没有还没说明的疑点 stage-9。"
    )


def test_a_long_list_is_cut_and_says_so(url: str, wangge: Shell) -> None:
    with engine(url).begin() as connection:
        connection.execute(text("UPDATE issue_numbers SET last = last + 1"))
    wangge("audit", "run", *AT)
    told = wangge.fine("audit", "list", "--limit", "1")
    assert "只列了 1 处，还没有说明的共 3 处；用 --limit 可多列，0 为全部。" in told
