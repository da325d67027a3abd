import pytest

from tests.deployments.cli_world import Shell, small_county


@pytest.fixture(scope="module")
def shell(server_url: str) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": small_county(server_url, "wangge_alike"), "WANGGE_LOCALE": "en"})


def raised(shell: Shell, what: str, at: str, grid: str) -> None:
    about = ("--category", "lighting", "--by", "W01", "--grid", grid)
    shell.fine("issue", "report", what, *about, "--at", f"2026-03-02T{at}")


def test_open_issues_that_say_the_same_are_listed_as_groups(shell: Shell) -> None:
    assert "No two open issues say the same." in shell.fine("issue", "candidates", "--at", "2026-03-02T08:00")
    raised(shell, "路灯 不亮", "09:00", "east-1")
    raised(shell, "井盖松动", "09:05", "east-1")
    raised(shell, "路灯\u3000不亮 ", "09:10", "west-1")
    raised(shell, "路灯不亮", "09:15", "east-2")
    said = shell("issue", "candidates", "--json")
    assert [[each["number"] for each in group] for group in said.data] == [["东街-2026-0001", "西街-2026-0001"]]
    told = shell.fine("issue", "candidates")
    assert "1 of 1 groups; 2 open issues" in told
    assert told.count("路灯 不亮") == 1
    assert "No two" in shell.fine("issue", "candidates", "--unit", "east")


def test_what_has_ended_is_no_candidate(shell: Shell) -> None:
    merged = ("--by", "P01", "--reason", "same lamp", "--at", "2026-03-02T10:00")
    shell.fine("issue", "merge", "西街-2026-0001", "--into", "东街-2026-0001", *merged)
    assert "No two" in shell.fine("issue", "candidates")


def test_nobodys_number_is_told_with_what_they_said(shell: Shell) -> None:
    for at in ("11:00", "11:05"):
        raised(shell, "漏水，找邻居13955556666", at, "east-1")
    for more in ((), ("--json",)):
        told = shell.fine("issue", "candidates", *more)
        assert "漏水" in told
        assert "13955556666" not in told
