"""People and units by command: who is away, who takes over, where clocks stand still."""

from datetime import date

import pytest

from deployments.commands.remarks import handed_over
from deployments.commands.rows import who, whose
from models.queries.history import Happened
from models.rules.records import Absent, Post, Reached
from models.vocabulary import Action, DutyKind, Role
from tests.county import START
from tests.deployments.cli_world import Shell, run_night, small_county

MONDAY, TUESDAY = ("--at", "2026-03-02 09:30"), ("--at", "2026-03-03 09:00")
WORKER, SECRETARY = Post("东街第1网格", Role.GRID_WORKER), Post("东街", Role.FIRST_SECRETARY)
LAST = date(2026, 3, 4)


@pytest.fixture
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_cli_person")


@pytest.fixture
def wangge(url: str) -> Shell:
    """Two issues of east-1 and one of west-1, assigned in the night to Tuesday."""
    shell = Shell({"WANGGE_DATABASE_URL": url})
    for at, grid, by in (("09:00", "east-1", "W01"), ("09:10", "west-1", "W03"), ("09:20", "east-1", "W01")):
        shell.report(f"2026-03-02 {at}", grid=grid, by=by)
    run_night(url, "2026-03-03 02:30")
    return shell


def absent(wangge: Shell, *words: str, code: str = "W01", by: str = "W01") -> str:
    days = ("--from", "2026-03-03", "--until", "2026-03-05")
    return wangge.fine("person", "absent", code, *days, "--reason", "探亲", "--by", by, *words, *TUESDAY)


def test_who_there_is_and_who_is_away(wangge: Shell) -> None:
    absent(wangge, "--deputy", "W02")
    listed = wangge("person", "list", "--unit", "东街", "--json", *TUESDAY).data
    assert [(each["code"], each["posts"]) for each in listed][:2] == [
        ("S01", ["东街第一书记"]),
        ("W01", ["东街第1网格专职网格员"]),
    ]
    assert {each["code"]: each["away"]["deputy"] for each in listed if each["away"]} == {"W01": "王芳"}
    said = wangge.fine("person", "list", *TUESDAY)
    assert "3月3日 周二至3月4日 周三，王芳 代（探亲）" in said.replace("\n", "")
    assert "郑岩" in said


def test_an_absence_is_told_and_followed_by_the_lists(wangge: Shell) -> None:
    assert absent(wangge, "--deputy", "W02") == "李青 请假：3月3日 周二至3月4日 周三，王芳 代（探亲）。\n"
    owed = wangge("duties", "--person", "W02", "--json", *TUESDAY).data
    assert {each["answers_now"] for each in owed} == {"王芳"}
    assert len(owed) == 4
    shown = wangge.fine("issue", "show", "东街-2026-1", *TUESDAY).replace("\n", "")
    assert "王芳（代 李青，请假至" in shown.replace(" ", "").replace("代李青", "代 李青")
    said = wangge.fine("issue", "sign", "东街-2026-1", "--by", "W02", *TUESDAY)
    assert "王芳（代 李青，请假至3月4日 周三）" in said
    history = wangge("issue", "show", "东街-2026-1", "--json", *TUESDAY).data["history"]
    assert [(each["action"], each["person"], each["instead_of"]) for each in history][-1] == ("sign", "王芳", "李青")
    assert "王芳（代 李青）" in wangge.fine("issue", "show", "东街-2026-1", *TUESDAY).replace("\n", "")


def test_without_a_deputy_the_tier_above_is_named_and_the_absence_too(wangge: Shell) -> None:
    assert absent(wangge) == "李青 请假：3月3日 周二至3月4日 周三，没有人代（探亲）。\n"
    why = wangge.fine("why", "东街-2026-1", *TUESDAY)
    assert "东街第一书记 周敏（东街第1网格专职网格员 李青 请假至3月4日 周三，没有人代，找上一级）" in why


def test_an_absence_is_taken_back(wangge: Shell) -> None:
    absent(wangge, "--deputy", "W02")
    said = wangge.fine("person", "absent", "W01", "--cancel", "--by", "S01", *TUESDAY)
    assert said == "李青 的请假已撤销。\n"
    assert wangge("duties", "--person", "W02", "--json", *TUESDAY).data == []


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("--until", "2026-03-05", "--by", "W02"), 1, "W02 不能办 李青 的事：只有本人，或在其岗位之上负责的人可以。"),
        (("--by", "W01"), 3, "请用 --until 写明哪天回来；要撤销请假，用 --cancel。"),
        (("--cancel", "--by", "W01"), 1, "W01 没有登记还没结束的请假。"),
        (("--until", "2026-03-05", "--by", "W01", "--deputy", "X01"), 1, "没有工号 X01。"),
        (("--until", "2026-03-03", "--by", "W01"), 3, "请假从 2026-03-03 到 2026-03-03："),
    ],
)
def test_an_absence_that_cannot_be_says_why(wangge: Shell, words: tuple[str, ...], code: int, sentence: str) -> None:
    said = wangge.refused("person", "absent", "W01", "--reason", "探亲", *words, *TUESDAY, code=code)
    assert said.startswith(sentence)


def test_what_a_person_holds_is_shown(wangge: Shell) -> None:
    absent(wangge, "--deputy", "W01", code="K01", by="S01")
    wangge.fine("issue", "sign", "东街-2026-1", "--by", "W01", *TUESDAY)
    wangge.fine("issue", "promise", "东街-2026-1", "--by", "W01", "--until", "2026-03-05", *TUESDAY)
    words = ("--reason", "等", "--until", "2026-03-16", "--by", "W01")
    wangge.fine("issue", "ask", "暂缓", "东街-2026-1", *words, *TUESDAY)
    held = wangge("person", "show", "W01", "--json", *TUESDAY).data
    assert [(each["post"], each["open"], each["held"]) for each in held["posts"]] == [("东街第1网格专职网格员", 3, 0)]
    assert [each["code"] for each in held["stands_in"]] == ["K01"]
    assert [each["number"] for each in held["promises"]] == ["东街-2026-0001"]
    assert len(held["duties"]) == 3
    assert wangge("person", "handover", "W01", "--json", *TUESDAY).data == held
    said = wangge.fine("person", "show", "W01", *TUESDAY)
    assert "K01 钱进，3月3日 周二至3月4日 周三" in said
    assert "东街-2026-0001，3月5日 周四 17:30 前" in said
    decides = wangge("person", "show", "S01", "--json", *TUESDAY).data["decisions"]
    assert [(each["number"], each["what"], each["asked_by"]) for each in decides] == [
        ("东街-2026-0001", "hold", "李青")
    ]
    assert "东街-2026-0001 暂缓到3月16日 周一（李青 申请）" in wangge.fine("person", "show", "S01", *TUESDAY)


def test_all_of_it_is_handed_over(wangge: Shell) -> None:
    hand_over = ("person", "handover", "W01", "--to", "W02", "--by", "S01")
    assert wangge.fine(*hand_over, *TUESDAY) == "李青 的 1 个岗位从3月3日 周二起交给 王芳，移交未完成的责任 4 件。\n"
    assert wangge.fine(*hand_over, *TUESDAY) == "李青 没有岗位可以交接。\n"
    assert len(wangge("duties", "--person", "W02", "--json", *TUESDAY).data) == 4
    happened = wangge("issue", "show", "东街-2026-1", "--json", *TUESDAY).data["history"][-1]
    assert (happened["action"], happened["person"], happened["post"]) == ("hand_over", "周敏", "东街第1网格专职网格员")
    assert happened["facts"] == {"from": "李青", "to": "王芳", "on": "2026-03-03"}


def test_a_hand_over_to_come_or_to_nobody_says_so(wangge: Shell) -> None:
    later = wangge.fine("person", "handover", "W01", "--to", "W02", "--on", "2026-03-06", *TUESDAY)
    assert later == "李青 的 1 个岗位从3月6日 周五起交给 王芳；到那天夜里，未完成的责任一并移交。\n"
    nobody = wangge("person", "handover", "W03", "--vacate", "--by", "S02", "--json", *TUESDAY)
    assert nobody.data == {"code": "W03", "to": None, "on": "2026-03-03", "posts": 1, "duties": 2}
    both = wangge.refused("person", "handover", "K01", "--vacate", "--to", "W02", *TUESDAY, code=3)
    assert both == "--to 和 --vacate 只能写一个。"


def test_a_successor_is_appointed(wangge: Shell) -> None:
    appoint = ("person", "appoint", "W09", "郭靖", "--unit", "东街第1网格", "--role", "专职网格员")
    said = wangge.fine(*appoint, *TUESDAY)
    assert said == "郭靖（W09）从3月3日 周二起任东街第1网格专职网格员，名下有 4 件未完成的责任。\n"
    assert wangge.fine(*appoint, *TUESDAY) == "郭靖（W09）任东街第1网格专职网格员，先前已经登记。\n"
    assert wangge("person", "show", "W01", "--json", *TUESDAY).data["posts"] == []
    missing = ("person", "appoint", "W09", "郭靖", "--unit", "东街", "--role", "专职网格员")
    assert wangge.refused(*missing, *TUESDAY) == "east 没有“专职网格员”这个岗位。"


def test_a_personal_code_is_given(wangge: Shell) -> None:
    assert wangge.fine("person", "code", "W02", "--code", "135791") == "王芳（W02）的个人审批码已设定。\n"
    assert wangge.refused("person", "code", "W02", "--code", "1", code=3) == "个人审批码太短，至少 6 位。"


def test_a_unit_is_suspended_and_goes_on(wangge: Shell) -> None:
    suspend = ("unit", "suspend", "东街", "--cause", "洪水", "--until", "2026-03-06T12:00")
    said = wangge.fine(*suspend, "--by", "P01", *TUESDAY)
    assert said == "东街 停钟到 3月6日 周五 12:00（洪水）：4 件责任的时限停住，到时自己恢复。\n"
    assert wangge.refused(*suspend, "--by", "S01", *TUESDAY).startswith("S01 不能让“东街”停钟或恢复")
    assert wangge.fine("unit", "resume", "东街", "--by", "P01", *TUESDAY) == "东街 已恢复计时。\n"
    again = wangge.refused("unit", "resume", "东街", "--by", "P01", *TUESDAY, code=3)
    assert again == "“东街”本身没有停钟。"
    data = wangge(*suspend, "--by", "P01", *TUESDAY, "--json").data
    assert data == {"unit": "东街", "cause": "洪水", "until_at": "2026-03-06T12:00:00+08:00", "held": 4}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("李青", "王芳", "东街第1网格专职网格员由 李青 交给 王芳"),
        ("李青", None, "东街第1网格专职网格员 李青 离任，岗位空缺"),
        (None, "王芳", "东街第1网格专职网格员原来空缺，由 王芳 接任"),
    ],
)
def test_a_hand_over_in_the_history_says_from_whom_to_whom(before: str | None, after: str | None, said: str) -> None:
    row = Happened(
        at=START,
        recorded_at=START,
        action=Action.HAND_OVER,
        person="周敏",
        post=WORKER,
        instead_of=None,
        stage_from=None,
        stage_to=None,
        duty=DutyKind.ACT,
        step=None,
        reason=None,
        facts={"from": before, "to": after, "on": "2026-03-03"},
    )
    assert (who(row), handed_over(row)) == ("周敏", said)


@pytest.mark.parametrize(
    ("reached", "said"),
    [
        (
            Reached(WORKER, "王芳", WORKER, instead_of=Absent(WORKER, "李青", LAST)),
            "东街第1网格专职网格员 王芳（代 李青，请假至3月4日 周三）",
        ),
        (
            Reached(WORKER, "周敏", SECRETARY, absent=(Absent(WORKER, "李青", LAST),)),
            "东街第1网格专职网格员（李青 请假至3月4日 周三，没有人代，由东街第一书记 周敏 接）",
        ),
        (
            Reached(WORKER, "冯雪", SECRETARY, (WORKER,), instead_of=Absent(SECRETARY, "周敏", LAST)),
            "东街第1网格专职网格员（空缺，由东街第一书记 冯雪（代 周敏，请假至3月4日 周三） 代）",
        ),
        (
            Reached(WORKER, None, WORKER, (SECRETARY,), (Absent(WORKER, "李青", LAST),)),
            "东街第1网格专职网格员（李青 请假至3月4日 周三，没有人代，也没有上级）",
        ),
    ],
)
def test_the_absent_are_told_from_the_vacant(reached: Reached, said: str) -> None:
    assert whose(reached) == said
