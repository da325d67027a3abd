"""What came from another system, at the command line: listed, explained, counted apart."""

import pytest

from models.actions.stock import take_over_stock
from models.database import transaction
from models.queries.rulebook import rulebook
from tests.county import COUNTY
from tests.deployments.cli_world import Shell, run_night, small_county
from tests.models.test_stock import ACTING, CLOSED, LIVE, NOW, RAISED, RECORDED

NOW_SAID = ("--at", "2026-03-10 09:00")


@pytest.fixture(scope="module")
def wangge(server_url: str) -> Shell:
    url = small_county(server_url, "wangge_cli_stock")
    with transaction(url) as session:
        book = rulebook(session, COUNTY)
        take_over_stock(session, book, [RAISED, ACTING, CLOSED, RECORDED], live_at=LIVE, by="C01", now=NOW)
    run_night(url, "2026-03-10 02:30")
    shell = Shell({"WANGGE_DATABASE_URL": url})
    shell.report("2026-03-10 08:30")
    return shell


def test_what_was_overdue_at_the_go_live_is_listed(wangge: Shell) -> None:
    owed = wangge("duties", "--taken-over", *NOW_SAID, "--json").data
    assert [(each["number"], each["duty"], each["light"]) for each in owed] == [
        ("东街-2026-0001", "act", "red"),
        ("东街-2026-0002", "act", "red"),
    ]
    assert len(wangge("duties", *NOW_SAID, "--json").data) > len(owed)
    assert "东街-2026-0002" in wangge.fine("duties", "--taken-over", *NOW_SAID)


def test_the_ledger_says_how_an_issue_was_struck_off(wangge: Shell) -> None:
    rows = {each["number"]: each for each in wangge("ledger", *NOW_SAID, "--json").data}
    assert [rows[f"东街-2026-000{n}"]["closed_as"] for n in (1, 3, 4)] == [None, "close", "close_as_recorded"]
    assert "按来源记录销号" in wangge.fine("issue", "show", "东街-2026-0004", *NOW_SAID)
    assert "按来源记录销号" not in wangge.fine("issue", "show", "东街-2026-0003", *NOW_SAID)


def test_why_tells_of_the_go_live_in_both_languages(wangge: Shell) -> None:
    assert "随存量转入" in wangge.fine("why", "东街-2026-0002", *NOW_SAID)
    english = Shell({**wangge.environment, "WANGGE_LOCALE": "en"})
    assert "go-live was Mon 9 Mar 00:00" in english.fine("why", "东街-2026-0002", *NOW_SAID)
    assert "Nobody here has verified it" in english.fine("why", "东街-2026-0004", *NOW_SAID)


def test_a_closing_by_record_is_reopened_as_any(wangge: Shell) -> None:
    about = ("--reason", "又灭了", "--by", "S01", "--at", "2026-03-10 10:00")
    wangge.fine("issue", "reopen", "东街-2026-0004", *about)
    assert "办事" in wangge.fine("issue", "show", "东街-2026-0004", "--at", "2026-03-10 10:00")
