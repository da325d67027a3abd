"""The ledger as it was known then, papers that come late, and what was taken back, in the words people read."""

import re
import unicodedata

import pytest

from tests.county import SECRET
from tests.deployments.cli_world import Shell, run_night, small_county

NOW = ("--at", "2026-03-12 09:00")


@pytest.fixture(scope="module")
def wangge(server_url: str) -> Shell:
    """One issue held, gone on, promised, done on paper, taken back, given to another grid; one merged into it."""
    url = small_county(server_url, "wangge_cli_known")
    shell = Shell({"WANGGE_DATABASE_URL": url, "WANGGE_CODE": SECRET})
    first, second = shell.report("2026-03-02 09:00"), shell.report("2026-03-02 09:30")
    because = ("--reason", "等材料")
    shell.fine("issue", "sign", first, "--by", "W01", "--at", "2026-03-02 11:00")
    shell.fine(
        "issue", "ask", "暂缓", first, "--until", "2026-03-16", "--by", "W01", *because, "--at", "2026-03-03 09:00"
    )
    shell.fine("issue", "approve", first, "--by", "S01", "--at", "2026-03-03 10:00")
    shell.fine("issue", "merge", second, "--into", first, "--by", "S01", *because, "--at", "2026-03-03 11:00")
    shell.fine("issue", "resume", first, "--by", "S01", *because, "--at", "2026-03-04 09:00")
    shell.fine("issue", "promise", first, "--until", "2026-03-06", "--by", "W01", "--at", "2026-03-04 09:10")
    run_night(url, "2026-03-06 02:30")
    done = ("--by", "W01", "--evidence", "表8", "--happened", "2026-03-05 08:31", "--at", "2026-03-06 10:00")
    shell.fine("issue", "done", first, *done)
    shell.fine("issue", "void", first, "--by", "S01", "--reason", "记错", "--at", "2026-03-06 10:10")
    shell.fine("issue", "transfer", first, "--to", "east-2", "--by", "S01", *because, "--at", "2026-03-06 10:20")
    shell.report("2026-03-09 09:00", grid="west-1", by="W03")
    return shell


def numbers(wangge: Shell, *words: str) -> list[str]:
    return [each["number"] for each in wangge(*words, *NOW, "--json").data]


def test_the_ledger_as_it_was_known_has_what_was_recorded_by_then(wangge: Shell) -> None:
    east = ["东街-2026-0001", "东街-2026-0002"]
    assert numbers(wangge, "ledger") == [*east, "西街-2026-0001"]
    assert numbers(wangge, "ledger", "--as-known-at", "2026-03-09 08:59") == east
    assert numbers(wangge, "ledger", "--as-known-at", "2026-03-02 09:29") == east[:1]
    assert numbers(wangge, "ledger", "--as-known-at", "2026-03-01 09:00") == []
    assert numbers(wangge, "issue", "list", "--as-known-at", "2026-03-02 12:00") == east[::-1]
    assert numbers(wangge, "issue", "list", "--stage", "已并入", "--as-known-at", "2026-03-03 10:59") == []
    assert numbers(wangge, "issue", "list", "--stage", "merged", "--as-known-at", "2026-03-03 11:00") == east[1:]


@pytest.mark.parametrize(
    ("known_at", "told"),
    [
        ("2026-03-02 10:59", {"stage": "raised", "light": "green", "held_until": None, "signed_at": None}),
        ("2026-03-04 08:59", {"stage": "acting", "light": "green", "held_until": "2026-03-16", "steps_fired": 0}),
        ("2026-03-06 10:05", {"stage": "evaluating", "done_at": "2026-03-05T08:31:00+08:00", "handler": "李青"}),
        ("2026-03-06 10:15", {"stage": "acting", "done_at": None, "handler": None, "grid": "东街第1网格"}),
        ("2026-03-06 10:20", {"stage": "raised", "grid": "东街第2网格", "answers_now": "王芳", "light": "red"}),
    ],
)
def test_a_row_says_what_it_said_then(wangge: Shell, known_at: str, told: dict[str, object]) -> None:
    row = wangge("issue", "show", "东街-2026-1", "--as-known-at", known_at, *NOW, "--json").data
    assert {name: row[name] for name in told} == told
    assert all(each["recorded_at"] <= f"{known_at.replace(' ', 'T')}:00+08:00" for each in row["history"])


def test_an_issue_as_it_was_known_shows_no_later_mark(wangge: Shell) -> None:
    before = wangge.fine("issue", "show", "东街-2026-1", "--as-known-at", "2026-03-06 10:05", *NOW)
    assert "办结" in before
    assert "已更正" not in before
    held = wangge.fine("issue", "show", "东街-2026-1", "--as-known-at", "2026-03-03 10:30", *NOW)
    assert "暂缓到  3月16日 周一" in held
    assert "3月3日 周二 10:00 起停钟" in held
    assert wangge.refused("issue", "show", "东街-2026-2", "--as-known-at", "2026-03-02 09:00", *NOW) == (
        "没有事项 东街-2026-0002。"
    )


@pytest.mark.parametrize("words", ["ledger", "issue list", "issue show 东街-2026-1"])
def test_what_is_still_to_come_is_not_known(wangge: Shell, words: str) -> None:
    later = ("--as-known-at", "2026-03-12 09:01")
    sentence = "2026-03-12 09:01:00+08:00 还没有到，那时知道什么还说不了。"
    assert wangge.refused(*words.split(), *later, *NOW, code=3) == sentence


def test_the_history_shows_both_times_and_strikes_what_was_taken_back(wangge: Shell) -> None:
    shown = wangge.fine("issue", "show", "东街-2026-1", *NOW)
    for told in (
        "办结（已更正，不算）",
        "3月5日 周四 08:31",
        "3月6日 周五 10:00 登记",
        "更正 3月5日 周四",
        "暂缓，到3月16日",
        "3月6日 周五下班前",
        "东街第1网格 →",
    ):
        assert told in shown
    english = Shell(wangge.environment | {"WANGGE_LOCALE": "en"}).fine("issue", "show", "东街-2026-1", *NOW)
    for told in ("done (taken back)", "recorded Fri 6 Mar 10:00", "takes back:", "hold until Mon"):
        assert told in english
    data = wangge("issue", "show", "东街-2026-1", *NOW, "--json").data
    assert [(each["action"], each["voided"]) for each in data["history"] if each["action"] in ("done", "void")] == [
        ("done", True),
        ("void", False),
    ]
    void = next(each for each in data["history"] if each["action"] == "void")
    assert void["takes_back"] == {"action": "done", "at": "2026-03-05T08:31:00+08:00"}


def test_a_merged_issue_says_into_which(wangge: Shell) -> None:
    shown = wangge.fine("issue", "show", "东街-2026-2", *NOW)
    assert re.search("^并入 +东街-2026-0001", shown, re.MULTILINE)
    assert wangge("issue", "show", "东街-2026-2", *NOW, "--json").data["merged_into"] == "东街-2026-0001"


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("known", [(), ("--as-known-at", "2026-03-04 08:00")])
def test_what_is_shown_fits_a_hundred_columns(wangge: Shell, locale: str, known: tuple[str, ...]) -> None:
    shell = Shell(wangge.environment | {"WANGGE_LOCALE": locale, "COLUMNS": "100"})
    for line in shell.fine("issue", "show", "东街-2026-1", *known, *NOW).splitlines():
        assert sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line) <= 100


def test_each_piece_of_work_may_come_as_a_late_paper(server_url: str) -> None:
    wangge = Shell({"WANGGE_DATABASE_URL": small_county(server_url, "wangge_cli_late")})
    number = wangge.report("2026-03-02 09:00")

    def late(action: str, happened: str, *words: str, by: str = "W01", at: str = "2026-03-09 10:00") -> None:
        wangge.fine("issue", action, number, "--by", by, *words, "--happened", happened, "--at", at)

    late("sign", "2026-03-02 10:00")
    late("act", "2026-03-03 10:00", "--note", "灯已订货")
    late("done", "2026-03-04 10:00", "--evidence", "表8")
    late("evaluate", "2026-03-05 10:00", "--rating", "满意", by="S01")
    late("close", "2026-03-06 10:00", by="S01")
    row = wangge("issue", "show", number, "--json", "--at", "2026-03-09 11:00").data
    assert (row["signed_at"], row["done_at"], row["closed_at"]) == (
        "2026-03-02T10:00:00+08:00",
        "2026-03-04T10:00:00+08:00",
        "2026-03-06T10:00:00+08:00",
    )
    assert "3月4日 周三 10:00 办完（3月9日 周一 10:00 才登记），按期。" in wangge.fine(
        "why", number, "--at", "2026-03-09 11:00"
    )


def test_a_paper_from_the_future_or_before_what_was_done_last_is_refused(server_url: str) -> None:
    wangge = Shell({"WANGGE_DATABASE_URL": small_county(server_url, "wangge_cli_refused")})
    number = wangge.report("2026-03-02 09:00")
    sign = ("issue", "sign", number, "--by", "W01", "--at", "2026-03-02 11:00", "--happened")
    assert wangge.refused(*sign, "2026-03-02 11:01", code=3) == "发生时间 2026-03-02 11:01:00+08:00 在此刻之后。"
    assert wangge.refused(*sign, "2026-03-02 08:59", code=3) == (
        "发生时间 2026-03-02 08:59:00+08:00 早于上一件已记的事（2026-03-02 09:00:00+08:00）。"
    )
    wangge.fine(*sign, "2026-03-02T10:30+09:30")  # an offset may be said: nine o'clock here
