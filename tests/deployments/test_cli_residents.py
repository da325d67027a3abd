import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.households import register_households
from models.database import engine
from models.tables.places import County
from tests.county import SECRET, at
from tests.deployments.cli_world import Shell, small_county
from tests.residents import FIRST, KEY, OTHER_KEY, ROOM, SECOND

NOW = ("--at", "2026-03-04 09:00")


@pytest.fixture(scope="module")
def wangge(server_url: str) -> Shell:
    url = small_county(server_url, "wangge_cli_residents")
    with Session(engine(url)) as session, session.begin():
        county = session.scalars(select(County)).one()
        register_households(session, county, [FIRST, SECOND], now=at("2026-03-02 09:00"), keys=ROOM)
    return Shell({"WANGGE_DATABASE_URL": url, "WANGGE_ROOM_KEY": KEY})


def test_households_are_listed_without_naming_anybody(wangge: Shell) -> None:
    listed = wangge.fine("household", "list", "--flag", "独居老人")
    assert "H-1" in listed
    assert "独居老人" in listed
    assert "H-2" not in listed
    shown = wangge.fine("household", "show", "H-1", *NOW)
    assert "8001" in shown
    assert "在住" in shown
    assert not any(told in listed + shown for told in ("桂兰", "13800138001"))
    assert wangge("household", "show", "H-1", "--json").data["residents"][0]["id_tail"] == "4125"


def test_somebody_is_found_by_a_whole_number_and_shown_by_the_last_four(wangge: Shell) -> None:
    for asked in (("--phone", "+86 138-0013-8001"), ("--id", "１３１１２６１９５２０３０７４１２５")):
        found = wangge.fine("resident", "find", *asked, *NOW)
        assert "H-1" in found
        assert "8001" in found
        assert not any(told in found for told in ("桂兰", "13800138001", "131126195203074125"))
    assert wangge.fine("resident", "find", "--phone", "13800138002", *NOW) == "没有找到这样的居民。\n"
    assert wangge.fine("household", "list", "--flag", "disabled") == "没有这样的住户。\n"


def test_what_can_be_no_number_is_said_without_saying_it_again(wangge: Shell) -> None:
    said = wangge.refused("resident", "find", "--id", "131126195203074126", code=3)
    assert "最后一位" in said
    assert "4126" not in said
    assert "7 到 15" in wangge.refused("resident", "find", "--phone", "一三八", code=3)
    assert "只写一样" in wangge.refused("resident", "find", code=3)


def test_who_it_is_is_shown_to_whoever_answers_there_says_why_and_proves_who_they_are(wangge: Shell) -> None:
    asked = ("resident", "find", "--phone", "13800138001", "--reveal", *NOW)
    assert "桂兰" in wangge.fine(*asked, "--by", "S01", "--code", SECRET, "--reason", "上门核实")
    assert "原因" in wangge.refused(*asked, "--by", "S01", "--code", SECRET, code=3)
    assert "审批码" in wangge.refused(*asked, "--by", "S01", "--code", "000000", "--reason", "核实")
    assert "没有可以这样做的岗位" in wangge.refused(*asked, "--by", "S02", "--code", SECRET, "--reason", "核实")


def test_without_the_key_or_with_another_it_is_said_what_to_do(wangge: Shell) -> None:
    without = Shell({name: value for name, value in wangge.environment.items() if name != "WANGGE_ROOM_KEY"})
    assert "钥匙不在" in without.refused("resident", "find", "--phone", "13800138001", code=4)
    other = Shell(wangge.environment | {"WANGGE_ROOM_KEY": "nonsense"})
    assert "nonsense" not in other.refused("resident", "find", "--phone", "13800138001", code=4)
    another = Shell(wangge.environment | {"WANGGE_ROOM_KEY": OTHER_KEY})
    assert another.fine("resident", "find", "--phone", "13800138001") == "没有找到这样的居民。\n"


def test_who_raised_an_issue_is_kept_apart_found_by_it_and_erased_by_it(wangge: Shell) -> None:
    who = ("--reporter-name", "孙梅", "--reporter-phone", "137 0013 7003")
    number = wangge.report("2026-03-03 09:00", *who)
    assert wangge("resident", "raised", number, "--json").data == {
        "number": number,
        "phone_tail": "7003",
        "resident": None,
    }
    order = ("--by", "S01", "--code", SECRET, "--reason", "回访", *NOW)
    shown = wangge.fine("resident", "raised", number, "--reveal", *order)
    assert "孙梅" in shown
    assert "13700137003" in shown
    assert "孙梅" not in wangge.fine("issue", "show", number) + wangge.fine("issue", "show", number, "--json")
    assert "1 件" in wangge.fine("resident", "erase", "--issue", number, *order)
    assert "先前已经删除" in wangge.fine("resident", "erase", "--issue", number, *order)
    assert "只写一样" in wangge.refused("resident", "erase", *order, code=3)
    assert "已删除" in wangge.fine("resident", "raised", number, *NOW)
    assert "没有留下" in wangge.refused("resident", "raised", wangge.report("2026-03-04 08:00"))


def test_a_phone_that_can_be_none_is_refused_and_nothing_is_reported(wangge: Shell) -> None:
    about = ("--grid", "east-1", "--category", "lighting", "--by", "W01", *NOW)
    said = wangge.refused("issue", "report", "灯不亮", *about, "--reporter-phone", "一三七", code=3)
    assert "7 到 15" in said


def test_who_looked_at_whom_is_listed_the_latest_first(wangge: Shell) -> None:
    reads = wangge("room", "reads", "--json").data
    assert reads
    assert {each["action"] for each in reads} == {"read"}
    assert reads[0]["person"] == "周敏"
    everything = wangge("room", "reads", "--all", "--json").data
    assert "erase" in {each["action"] for each in everything}
    assert "孙梅" not in wangge.fine("room", "reads", "--all")
    assert "还有更多" in wangge.fine("room", "reads", "--all", "--limit", "1") or wangge.fine(
        "room", "reads", "--limit", "1"
    )


def test_what_would_be_forgotten_is_told_without_forgetting_it(wangge: Shell) -> None:
    number = wangge.report("2026-03-04 08:50", "--reporter-name", "钱多")
    wangge.fine("issue", "withdraw", number, "--by", "W01", "--reason", "不办了", "--at", "2026-03-04 09:00")
    late = ("--at", "2028-03-04 09:00")
    assert "1 件事项将不再留提事人" in wangge.fine("room", "retain", "--dry-run", *late)
    assert "1 件事项将不再留提事人" in wangge.fine("room", "retain", "--dry-run", *late)
    rehearsal = Shell(wangge.environment | {"WANGGE_REHEARSAL": "1"})
    assert rehearsal("room", "retain", "--json", *late).data == {"issues": 1, "residents": 0, "files": 0}
    assert rehearsal("room", "retain", "--json", *late).data == {"issues": 0, "residents": 0, "files": 0}
