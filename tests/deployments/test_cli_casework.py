from datetime import UTC, datetime

import pytest

from tests.deployments.cli_world import Shell, run_night, small_county


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_cli_casework")


@pytest.fixture(scope="module")
def wangge(url: str) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": url})


def test_an_issue_lives_its_whole_life_by_commands(url: str, wangge: Shell) -> None:
    raised = wangge.fine(
        *("issue", "report", "楼道灯不亮", "--category", "路灯照明", "--grid", "东街第1网格"),
        *("--by", "W01", "--at", "2026-03-02 16:00"),
    )
    assert raised == (
        "东街-2026-0001 已上报，现在是“提事”阶段。\n接下来 办理：还没有派，3月5日 周四 16:00 到期，还剩 3 个工作日。\n"
    )
    run_night(url, "2026-03-03 02:30")
    assert wangge.fine("issue", "sign", "东街-2026-1", "--by", "W01", "--at", "2026-03-03 09:00") == (
        "东街-2026-0001 已签收，现在是“办事”阶段。\n"
        "接下来 办理：东街第1网格专职网格员 李青，3月5日 周四 16:00 到期，还剩 2 个工作日 5 小时。\n"
    )
    act = ("issue", "act", "东街-2026-1", "--by", "W01", "--note", "灯已订货", "--at", "2026-03-03 10:00")
    assert wangge.fine(*act).startswith("东街-2026-0001 已办理，现在是“办事”阶段。\n")
    done = ("issue", "done", "东街-2026-1", "--by", "W01", "--evidence", "照片32", "--at", "2026-03-04 10:00")
    assert wangge.fine(*done) == (
        "东街-2026-0001 已办结，现在是“评事”阶段。\n"
        "接下来 回访评价：东街第一书记 周敏，3月5日 周四 10:00 到期，还剩 1 个工作日。\n"
    )
    rated = ("issue", "evaluate", "东街-2026-1", "--by", "W01", "--rating", "满意", "--at", "2026-03-04 11:00")
    assert "接下来 核实销号：东街第一书记 周敏，" in wangge.fine(*rated)
    closed = wangge.fine("issue", "close", "东街-2026-1", "--by", "S01", "--at", "2026-03-04 12:00")
    assert closed == "东街-2026-0001 已销号，现在是“销号”阶段。\n"
    reopen = ("issue", "reopen", "东街-2026-1", "--by", "S01", "--reason", "又灭了", "--at", "2026-03-05 09:00")
    assert wangge.fine(*reopen) == (
        "东街-2026-0001 已重新办理，现在是“办事”阶段。\n"
        "接下来 办理：东街第1网格专职网格员 李青，3月10日 周二 09:00 到期，还剩 3 个工作日。\n"
    )
    story = wangge("issue", "show", "东街-2026-1", "--json", "--at", "2026-03-05 10:00").data
    assert [(each["action"], each["person"], each["stage_to"]) for each in story["history"]] == [
        ("report", "李青", "raised"),
        ("assign", None, "raised"),
        ("sign", "李青", "acting"),
        ("act", "李青", "acting"),
        ("done", "李青", "evaluating"),
        ("evaluate", "李青", "evaluating"),
        ("close", "周敏", "closed"),
        ("reopen", "周敏", "acting"),
    ]
    assert (story["stage"], story["reopenings"], story["happened_at"]) == ("acting", 1, "2026-03-02T16:00:00+08:00")
    assert [(each["duty"], each["holder_post"], each["answers_now"]) for each in story["duties"]] == [
        ("act", "东街第1网格专职网格员", "李青")
    ]


def test_an_issue_is_shown_whole(wangge: Shell) -> None:
    number = wangge.report("2026-03-06 09:00", "--source", "12345", grid=None)
    wangge.fine("issue", "assign", number, "--grid", "东街第1网格", "--by", "C01", "--at", "2026-03-06 10:00")
    shown = wangge.fine("issue", "show", number, "--at", "2026-03-06 11:00")
    for told in ("楼道灯不亮", "东街第1网格", "提事", "绿灯", "3月6日 周五 12:00", "上报", "派单", "郑岩", "派给"):
        assert told in shown
    assert "还剩 1 小时" in shown


@pytest.mark.parametrize(
    "written", ["西街-2026-0001", "西街-2026-1", "西街—2026—01", "西街 - 2026 - 1", "西街\uff0d２０２６\uff0d１"]
)
def test_numbers_are_taken_as_people_type_them(wangge: Shell, written: str) -> None:
    known = [each["number"] for each in wangge("issue", "list", "--unit", "西街", "--json").data]
    if not known:
        wangge.report("2026-03-09 09:00", grid="west-1", by="W03")
    assert wangge("issue", "show", written, "--json", "--at", "2026-03-09 10:00").data["number"] == "西街-2026-0001"


def test_a_dissatisfied_resident_sends_the_work_back(wangge: Shell) -> None:
    number = wangge.report("2026-03-10 09:00", grid="east-2", by="W02")
    wangge.fine("issue", "sign", number, "--by", "W02", "--at", "2026-03-10 09:10")
    wangge.fine("issue", "done", number, "--by", "W02", "--evidence", "照片7", "--at", "2026-03-10 09:20")
    said = ("--rating", "dissatisfied", "--note", "没修好", "--at", "2026-03-10 09:30")
    assert wangge.fine("issue", "evaluate", number, "--by", "S01", *said).splitlines()[0].endswith("“办事”阶段。")
    shown = wangge.fine("issue", "show", number, "--at", "2026-03-10 10:00")
    assert "居民不满意；没修好" in shown
    assert "凭据：照片7" in shown


REFUSALS = {
    "unknown number": (
        ("issue", "sign", "东街-2026-999", "--by", "W01"),
        1,
        "没有事项 东街-2026-0999。",
    ),
    "unknown person": (
        ("issue", "sign", "{number}", "--by", "X99"),
        1,
        "没有工号 X99。",
    ),
    "wrong stage": (
        ("issue", "close", "{number}", "--by", "S01"),
        1,
        (
            "“提事”阶段不能销号（close）；现在可以：派单（assign）、签收（sign）、不予受理（reject）、"
            "撤回（withdraw）、并入（merge）、转办（transfer）、申请（ask）、更正（void）。"
        ),
    ),
    "wrong post": (
        ("issue", "sign", "{number}", "--by", "W03"),
        1,
        (
            "W03 当天没有可以签收（sign）的岗位；"
            "这里可以由本单位或上级的包联科级干部、第一书记、专职网格员、兼职网格员来做。"
        ),
    ),
    "unknown category": (
        ("issue", "report", "吵", "--category", "没有的", "--by", "W01"),
        1,
        (
            "没有类别“没有的”；有：路灯照明、道路破损、下水道、环境卫生、物业管理、供水供气供暖、噪音扰民、邻里纠纷、"
            "停车、安全隐患、政策咨询、困难帮扶、其他。"
        ),
    ),
    "unknown grid": (
        ("issue", "report", "吵", "--category", "noise", "--grid", "九街", "--by", "W01"),
        1,
        "没有单位“九街”，或同名的不止一个；请写它的标识。",
    ),
    "no grid": (
        ("issue", "assign", "{number}", "--grid", "东街", "--by", "C01"),
        3,
        "“东街”不是网格，事项只能派到网格。",
    ),
    "still to come": (
        ("issue", "report", "吵", "--category", "noise", "--by", "W01", "--happened", "2026-04-02"),
        3,
        "发生时间 2026-04-02 00:00:00+08:00 在此刻之后。",
    ),
}


@pytest.fixture(scope="module")
def fresh_issue(wangge: Shell) -> str:
    return wangge.report("2026-04-01 09:00")


@pytest.mark.parametrize("case", REFUSALS)
def test_what_is_refused_is_told_in_one_sentence(wangge: Shell, fresh_issue: str, case: str) -> None:
    words, code, sentence = REFUSALS[case]
    command = [word.format(number=fresh_issue) for word in words]
    assert wangge.refused(*command, "--at", "2026-04-01 09:30", code=code) == sentence


def test_the_gate_says_what_is_missing(wangge: Shell) -> None:
    number = wangge.report("2026-04-02 09:00")
    wangge.fine("issue", "sign", number, "--by", "S01", "--at", "2026-04-02 09:10")
    done = ("issue", "done", number, "--by", "S01", "--at", "2026-04-02 09:20")
    assert wangge.refused(*done, "--evidence", " ") == (
        f"{number} 不能往下走：还没有办结的凭据。请用 --evidence 写明照片、表单或记录的编号。"
    )
    wangge.fine(*done, "--evidence", "照片8")
    close = ("issue", "close", number, "--by", "S01", "--at", "2026-04-02 09:40")
    assert wangge.refused(*close) == f"{number} 不能销号：还没有居民的评价。请先用 wangge issue evaluate 记下。"
    rated = ("--rating", "unreachable", "--at", "2026-04-02 09:30")
    wangge.fine("issue", "evaluate", number, "--by", "S01", *rated)
    assert wangge.refused(*close) == f"{number} 不能销号：说办结的就是 S01，要由另一个人核实。"


def test_the_past_is_not_written_to(wangge: Shell) -> None:
    number = wangge.report("2026-04-03 09:00")
    sentence = wangge.refused("issue", "sign", number, "--by", "W01", "--at", "2026-04-01 09:00")
    assert sentence == ("账上已经记到 2026-04-03 09:00:00+08:00，不能再按更早的 2026-04-01 09:00:00+08:00 记账。")


def test_the_same_external_number_is_taken_once(wangge: Shell) -> None:
    twice = ("--source", "12345", "--external-id", "A-7")
    wangge.report("2026-04-07 09:00", *twice)
    about = ("--category", "lighting", "--by", "W01", "--at", "2026-04-07 09:05")
    assert wangge.refused("issue", "report", "又来", *about, *twice, code=3) == "外部编号 A-7 先前已经收过。"


def test_what_failed_changed_nothing_and_said_nothing(wangge: Shell) -> None:
    number = wangge.report("2026-04-08 09:00")
    before = wangge("issue", "show", number, "--json", "--at", "2026-04-08 10:00").data
    wangge.refused("issue", "done", number, "--by", "W01", "--evidence", "照片", "--at", "2026-04-08 09:30")
    assert wangge("issue", "show", number, "--json", "--at", "2026-04-08 10:00").data == before


def test_without_a_time_it_is_now(wangge: Shell) -> None:
    row = wangge("issue", "report", "灯", "--category", "lighting", "--by", "W01", "--json").data
    told = datetime.fromisoformat(row["recorded_at"])
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60
    assert row["recorded_at"].endswith("+08:00")
