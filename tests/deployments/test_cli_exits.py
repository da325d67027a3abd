"""Side exits, holds, promises and call-ups by command, in the words people read."""

import os
import subprocess
import sys

import pytest

from tests.county import SECRET
from tests.deployments.cli_world import Shell, small_county


@pytest.fixture
def wangge(server_url: str) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": small_county(server_url, "wangge_cli_exits")})


@pytest.fixture
def number(wangge: Shell) -> str:
    """An issue its worker has signed for."""
    number = wangge.report("2026-03-02T09:00")
    wangge.fine("issue", "sign", number, "--by", "W01", "--at", "2026-03-02T11:00")
    return number


def test_a_hold_is_asked_for_approved_with_a_code_and_ended(wangge: Shell, number: str) -> None:
    asked = ("--until", "2026-03-16", "--by", "W01", "--reason", "等灯具")
    out = wangge.fine("issue", "ask", "暂缓", number, *asked, "--at", "2026-03-03T09:00")
    assert out.splitlines()[0] == f"{number} 已申请，现在是“办事”阶段。"
    assert "接下来 审批申请：东街第一书记 周敏，3月4日 周三 09:00 到期" in out
    approved = ("issue", "approve", number, "--by", "S01", "--at", "2026-03-03T10:00")
    assert wangge.refused(*approved, "--code", "135791") == "审批码不对，什么也没有改变。"
    assert wangge.fine(*approved, "--code", SECRET).startswith(f"{number} 已暂缓")
    held = wangge.refused("issue", "done", number, "--by", "W01", "--evidence", "x", "--at", "2026-03-04T10:00")
    assert held == f"{number} 正在暂缓，到 2026-03-16；现在可以：恢复（resume）、撤回（withdraw）、更正（void）。"
    resumed = ("--by", "S01", "--reason", "灯到了", "--at", "2026-03-09T10:00")
    assert "办理：东街第1网格专职网格员 李青，3月11日 周三 09:00 到期" in wangge.fine(
        "issue", "resume", number, *resumed
    )


def test_without_a_terminal_the_way_to_give_the_code_is_said(wangge: Shell, number: str) -> None:
    words = ("from deployments.cli import main; main()", "issue", "approve", number, "--by", "S01")
    environment = {**os.environ, **wangge.environment}
    environment.pop("WANGGE_CODE", None)
    done = subprocess.run(
        [sys.executable, "-c", *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "请用 --code 或环境变量 WANGGE_CODE" in done.stderr


def test_an_issue_on_hold_is_listed_with_its_clock_standing_still(wangge: Shell, number: str) -> None:
    ask = ("--until", "2026-03-10", "--by", "W01", "--reason", "等材料", "--at", "2026-03-03T10:00")
    wangge.fine("issue", "ask", "暂缓", number, *ask)
    approved = ("--by", "S01", "--code", SECRET, "--at", "2026-03-03T11:00")
    wangge.fine("issue", "approve", number, *approved)
    listed = wangge.fine("issue", "list", "--at", "2026-03-04T09:00")
    line = next(n for n, each in enumerate(listed.splitlines()) if number in each)
    assert "停钟" in listed.splitlines()[line]
    assert wangge("issue", "list", "--at", "2026-03-04T09:00", "--json").data[0]["held_at"]


def test_the_code_is_asked_for_when_it_is_not_given(wangge: Shell, number: str) -> None:
    asked = ("--until", "2026-03-10", "--by", "W01", "--reason", "等灯具", "--at", "2026-03-03T09:00")
    wangge.fine("issue", "ask", "extension", number, *asked)
    by_environment = Shell(wangge.environment | {"WANGGE_CODE": SECRET})
    out = by_environment.fine("issue", "approve", number, "--by", "S01", "--at", "2026-03-03T10:00")
    assert "3月10日 周二 09:00 到期" in out
    assert SECRET not in wangge.fine("issue", "show", number)


def test_what_is_refused_says_why(wangge: Shell, number: str) -> None:
    late = wangge.refused(
        *("issue", "ask", "延期", number, "--until", "2026-03-20", "--by", "W01", "--reason", "等"),
        *("--at", "2026-03-06T09:00"),
    )
    assert late == f"{number} 不能再申请延期：2026-03-05 09:00:00+08:00 已经到期，延期要在到期前申请。"
    words = ("issue", "transfer", number, "--to", "东街第2网格", "--by", "S01", "--reason", " ")
    assert wangge.refused(*words, "--at", "2026-03-06T09:00", code=3) == "请写明原因。"


def test_each_way_out_tells_what_became_of_it(wangge: Shell, number: str) -> None:
    other = wangge.report("2026-03-02T11:30")
    because, when = ("--by", "S01", "--reason", "同一盏灯"), ("--at", "2026-03-03T09:00")
    assert (
        wangge.fine("issue", "merge", other, "--into", number, *because, *when)
        == f"{other} 已并入，现在是“已并入”阶段。\n"
    )
    moved = wangge.fine("issue", "transfer", number, "--to", "东街第2网格", *because, "--at", "2026-03-03T10:00")
    assert moved.splitlines()[0] == f"{number} 已转办，现在是“提事”阶段。"
    assert "接下来 签收：东街第2网格专职网格员 王芳" in moved
    back = wangge.fine("issue", "void", number, *because, "--at", "2026-03-03T11:00")
    assert back.splitlines()[0] == f"{number} 已更正，现在是“办事”阶段。"
    assert "接下来 办理：东街第1网格专职网格员 李青" in back
    gone = wangge.fine("issue", "withdraw", number, *because, "--at", "2026-03-03T12:00")
    assert gone == f"{number} 已撤回，现在是“已撤回”阶段。\n"


def test_promise_call_up_answer_and_publication(wangge: Shell, number: str) -> None:
    wangge.fine("issue", "promise", number, "--until", "2026-03-04", "--by", "W01", "--at", "2026-03-03T09:00")
    called = ("--unit", "社区党工委", "--by", "W01", "--reason", "要断电", "--at", "2026-03-03T10:00")
    assert "接下来 答复吹哨：社区党工委 孙立" in wangge.fine("issue", "call-up", number, *called)
    wangge.fine("issue", "answer", number, "--by", "P01", "--note", "周四来", "--at", "2026-03-03T11:00")
    wangge.fine("issue", "publish", number, "--by", "S01", "--where", "公告栏", "--at", "2026-03-03T12:00")
    history = wangge.fine("issue", "show", number)
    for done in ("承诺", "吹哨", "首次答复", "公开"):
        assert done in history


def test_a_lane_is_asked_for_at_the_report(wangge: Shell) -> None:
    number = wangge.report("2026-03-02T09:00", "--lane", "议办")
    assert "议办" in wangge.fine("issue", "show", number)
