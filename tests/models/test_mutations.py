"""The auditor finds what was changed past the rules: eight mutations, and for each check one it is there for."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from models.actions import night
from models.queries.rulebook import Rulebook
from models.rules.findings import Kind
from models.tables.issues import Issue
from models.vocabulary import Rating, RequestKind, Role
from tests.county import at, reported
from tests.models.cases import Case
from tests.models.ledger import post_id
from tests.models.mutations import audited, duty_id, mutate, said

NOW = "2026-03-11 03:00"


@pytest.fixture
def overdue(session: Session, book: Rulebook) -> Issue:
    """Raised on Monday the 2nd, signed for, due on Thursday the 5th, four steps fired by the night of the 11th."""
    case = Case(session, book, reported(session, book, "2026-03-02 09:00")).assigned().signed()
    for day in range(3, 12):
        night.run(session, book, case.issue.community_id, at(f"2026-03-{day:02} 02:30"))
    assert audited(session, book, NOW) == []
    return case.issue


@pytest.fixture
def on_hold(session: Session, book: Rulebook) -> Issue:
    """Put on hold on Tuesday until the 20th, before any step had come; nights went on."""
    case = Case(session, book, reported(session, book, "2026-03-02 09:00")).assigned().signed()
    case.asked(RequestKind.HOLD, date(2026, 3, 20)).approved()
    for day in range(4, 12):
        night.run(session, book, case.issue.community_id, at(f"2026-03-{day:02} 02:30"))
    assert audited(session, book, NOW) == []
    return case.issue


@pytest.fixture
def reopened(session: Session, book: Rulebook) -> Issue:
    """Struck off on Wednesday the 4th, opened again on Monday the 9th."""
    case = Case(session, book, reported(session, book, "2026-03-02 09:00")).assigned().signed()
    case.done().rated(Rating.SATISFIED).closed().reopened()
    night.run(session, book, case.issue.community_id, at("2026-03-11 02:30"))
    assert audited(session, book, NOW) == []
    return case.issue


def test_a_deleted_step_is_missed_by_the_next_one(session: Session, book: Rulebook, overdue: Issue) -> None:
    work = duty_id(session, overdue, "act")
    mutate(session, "DELETE FROM events WHERE duty_id = :duty AND step = 3", duty=work)
    found = audited(session, book, NOW)
    assert said(found, overdue, NOW) == [
        "“办理”第 3 步不该督办东街第一书记，却有通知。",
        "“办理”记了第 4 步，可此前只到第 2 步，中间不连。",
    ]
    facts = next(each for each in found if each.kind == "fired").facts
    assert facts == {"issue": overdue.id, "number": overdue.number, "duty": "act", "step": 4, "stands": 2}


def test_a_deleted_signing_is_missed_by_what_came_after_it(session: Session, book: Rulebook, reopened: Issue) -> None:
    mutate(session, "DELETE FROM events WHERE issue_id = :issue AND action = 'sign'", issue=reopened.id)
    assert said(audited(session, book, NOW), reopened, NOW) == [
        "3月3日 周二 10:00 的“办结”从“办事”阶段做起，可按此前的经过还在“提事”阶段，中间缺了记录。",
        "“签收”的责任已完成，经过里没有使它了结的记录。",
    ]


def test_a_shifted_step_is_told_with_the_right_instant(session: Session, book: Rulebook, overdue: Issue) -> None:
    work = duty_id(session, overdue, "act")
    later = "next_step_at + interval '1 hour'"
    mutate(session, f"UPDATE duties SET steps_at[5] = {later}, next_step_at = {later} WHERE id = :duty", duty=work)
    (found,) = audited(session, book, NOW)
    assert said([found], overdue, NOW) == ["“办理”的第 5 步应在 3月12日 周四 09:00，台账上是 3月12日 周四 10:00。"]
    assert (found.kind, found.facts["step"]) == ("step_time", 5)
    assert found.facts["expected_at"] == at("2026-03-12 09:00").isoformat()
    assert found.key == f"step_time-{overdue.id}-{work}-5"


def test_a_holder_of_another_grid_is_wrong(session: Session, book: Rulebook, overdue: Issue) -> None:
    other = post_id(session, "west-1", Role.GRID_WORKER)
    mutate(
        session, "UPDATE duties SET post_id = :post WHERE id = :duty", duty=duty_id(session, overdue, "act"), post=other
    )
    (found,) = audited(session, book, NOW)
    assert said([found], overdue, NOW) == [
        "“办理”记在西街第1网格专职网格员名下，这个岗位不在东街第1网格，也不在它的上级。"
    ]
    assert (found.kind, found.facts["post"]) == ("holder", {"unit": "西街第1网格", "role": "grid_worker"})


def test_a_notice_given_twice_is_found(session: Session, book: Rulebook, overdue: Issue) -> None:
    mutate(
        session,
        "INSERT INTO notices (county_id, duty_id, step, post_id, arming, action, immediate, recorded_at) "
        "SELECT county_id, duty_id, step, post_id, 1, action, immediate, recorded_at + interval '1 day' FROM notices "
        "WHERE duty_id = :duty AND step = 3",
        duty=duty_id(session, overdue, "act"),
    )
    (found,) = audited(session, book, NOW)
    assert said([found], overdue, NOW) == ["“办理”第 3 步对东街第一书记通知了不止一次。"]
    assert (found.kind, found.facts["step"]) == ("told_twice", 3)


def test_a_reopened_issue_without_a_new_clock_is_found(session: Session, book: Rulebook, reopened: Issue) -> None:
    new = duty_id(session, reopened, "act")
    mutate(
        session,
        "DELETE FROM notices WHERE duty_id = :new",
        "DELETE FROM events WHERE duty_id = :new",
        "DELETE FROM duties WHERE id = :new",
        "UPDATE duties SET state = 'open', ended_at = NULL, next_step_at = steps_at[1] "
        "WHERE issue_id = :issue AND kind = 'act'",
        new=new,
        issue=reopened.id,
    )
    found = audited(session, book, NOW)
    assert said(found, reopened, NOW) == [
        "3月9日 周一 10:00 “重新办理”以后，“办理”应新立责任、时限重新起算，台账上没有。",
        "“办理”的第 1 步 3月4日 周三 10:45 就到了，夜间运行没有记。",
    ]
    assert {each.kind for each in found} == {"no_clock", "skipped"}


def test_a_step_that_was_skipped_is_found(session: Session, book: Rulebook, overdue: Issue) -> None:
    work = duty_id(session, overdue, "act")
    mutate(session, "UPDATE duties SET step = 5, next_step_at = NULL WHERE id = :duty", duty=work)
    (found,) = audited(session, book, NOW)
    assert said([found], overdue, NOW) == ["“办理”停在第 5 步，可经过里记到第 4 步。"]
    assert (found.kind, found.facts["step"], found.facts["stands"]) == ("stands", 5, 4)


def test_a_step_that_no_night_recorded_is_found(session: Session, book: Rulebook, overdue: Issue) -> None:
    work = duty_id(session, overdue, "act")
    mutate(session, "UPDATE duties SET next_step_at = NULL WHERE id = :duty", duty=work)
    night.run(session, book, overdue.community_id, at("2026-03-13 02:30"))
    found = audited(session, book, "2026-03-13 03:00")
    assert said(found, overdue, NOW) == [
        "“办理”的下一步应在 3月12日 周四 09:00，台账上是 （没有）。",
        "“办理”的第 5 步 3月12日 周四 09:00 就到了，夜间运行没有记。",
    ]
    assert {each.kind for each in found} == {"next_step", "skipped"}


def test_a_clock_that_runs_on_hold_is_found(session: Session, book: Rulebook, on_hold: Issue) -> None:
    mutate(
        session,
        "UPDATE duties SET state = 'open', held_at = NULL, next_step_at = steps_at[1] WHERE id = :duty",
        duty=duty_id(session, on_hold, "act"),
    )
    found = audited(session, book, NOW)
    assert said(found, on_hold, NOW) == [
        "“办理”的第 1 步 3月4日 周三 10:45 就到了，夜间运行没有记。",
        "正在暂缓或停办，“办理”的时钟却没有停。",
    ]
    assert {each.kind for each in found} == {"not_frozen", "skipped"}


def test_a_step_fired_on_hold_is_found(session: Session, book: Rulebook, on_hold: Issue) -> None:
    mutate(
        session,
        "INSERT INTO events (county_id, issue_id, duty_id, action, step, happened_at, recorded_at) "
        "SELECT c.id, d.issue_id, d.id, 'step', 1, d.steps_at[1], '2026-03-05 02:30+08' "
        "FROM duties d, counties c WHERE d.id = :duty",
        "UPDATE duties SET step = 1 WHERE id = :duty",
        duty=duty_id(session, on_hold, "act"),
    )
    assert said(audited(session, book, NOW), on_hold, NOW) == [
        "“办理”的第 1 步在停钟期间（3月5日 周四 02:30）记了。",
        "“办理”第 1 步应提醒东街第1网格专职网格员，却没有通知。",
    ]


def test_a_step_told_to_another_tier_is_found(session: Session, book: Rulebook, overdue: Issue) -> None:
    county = post_id(session, "river", Role.COUNTY_COMMANDER)
    work = duty_id(session, overdue, "act")
    mutate(session, "UPDATE notices SET post_id = :post WHERE duty_id = :duty AND step = 4", duty=work, post=county)
    (found,) = audited(session, book, NOW)
    assert said([found], overdue, NOW) == ["“办理”第 4 步的督办应给社区党工委，却给了河县县委一线指挥部。"]
    assert (found.kind, found.facts["does"]) == ("wrong_post", "supervise")
    assert found.facts["expected_post"] == {"unit": "社区党工委", "role": "committee_secretary"}


BY_NAME = {"step_time", "holder", "told_twice", "no_clock", "stands", "next_step", "while_held", "wrong_post", "fired"}
"""What the tests above look for."""
WORK = "id = (SELECT max(id) FROM duties WHERE issue_id = :issue AND kind = 'act')"
OF_WORK = "duty_id = (SELECT max(id) FROM duties WHERE issue_id = :issue AND kind = 'act')"
LAST = "id = (SELECT max(id) FROM events WHERE issue_id = :issue AND action <> 'step')"
OVERDUE = {
    "stage": ("UPDATE issues SET stage = 'raised' WHERE id = :issue", {"stage"}),
    "move": (f"UPDATE events SET action = 'close' WHERE {LAST}", {"move", "unended", "missing", "closed"}),
    "actor": (
        (
            "UPDATE events SET post_id = (SELECT id FROM posts WHERE role = 'county_commander') "
            "WHERE issue_id = :issue AND action = 'sign'"
        ),
        {"actor"},
    ),
    "by nobody": ("UPDATE events SET person_id = NULL WHERE issue_id = :issue AND action = 'sign'", {"actor"}),
    "hold": ("UPDATE issues SET held_until = '2026-04-01' WHERE id = :issue", {"hold", "not_frozen"}),
    "missing": (f"UPDATE duties SET state = 'cancelled', next_step_at = NULL WHERE {WORK}", {"missing", "unended"}),
    "surplus": (
        "UPDATE duties SET state = 'open', ended_at = NULL WHERE issue_id = :issue AND kind = 'sign'",
        {"surplus", "next_step", "skipped"},
    ),
    "unopened": (
        "UPDATE duties SET opened_at = opened_at + interval '1 minute' WHERE issue_id = :issue AND kind = 'sign'",
        {"unopened", "no_clock"},
    ),
    "unended": (
        "UPDATE duties SET ended_at = ended_at + interval '1 minute' WHERE issue_id = :issue AND kind = 'sign'",
        {"unended"},
    ),
    "due": (f"UPDATE duties SET due_at = due_at + interval '1 day' WHERE {WORK}", {"due"}),
    "no pause": (f"UPDATE duties SET basis = 'resumption', basis_at = opened_at WHERE {WORK}", {"no_pause"}),
    "a step too few": (
        f"UPDATE duties SET steps_at = steps_at[1:4], next_step_at = NULL WHERE {WORK}",
        {"step_time"},
    ),
    "backwards": (
        "UPDATE duties SET steps_at[2] = steps_at[1] - interval '1 hour' WHERE issue_id = :issue AND kind = 'sign'",
        {"backwards"},
    ),
    "frozen": (f"UPDATE duties SET state = 'held', next_step_at = NULL WHERE {WORK}", {"frozen"}),
    "fired at": (
        f"UPDATE events SET happened_at = happened_at - interval '1 hour' WHERE {OF_WORK} AND step = 2",
        {"fired_at"},
    ),
    "early": (
        f"UPDATE events SET recorded_at = happened_at - interval '1 hour' WHERE {OF_WORK} AND step = 1",
        {"early", "untold", "told_unasked"},
    ),
    "untold": (f"DELETE FROM notices WHERE {OF_WORK} AND step = 4", {"untold"}),
    "told unasked": (
        (
            "INSERT INTO notices (county_id, duty_id, step, post_id, action, immediate, recorded_at) "
            "SELECT e.county_id, e.duty_id, 1, (SELECT max(id) FROM posts), 'tell', false, e.recorded_at FROM events e "
            f"WHERE {OF_WORK} AND step = 1"
        ),
        {"told_unasked"},
    ),
    "newly yours twice": (
        (
            "INSERT INTO notices (county_id, duty_id, step, post_id, arming, immediate, recorded_at) "
            "SELECT county_id, duty_id, step, post_id, 1, false, recorded_at FROM notices WHERE action IS NULL"
        ),
        {"told_twice"},
    ),
    "no number": ("UPDATE issue_numbers SET last = last + 1", {"balance"}),
    "another community": (
        "UPDATE issues SET community_id = (SELECT id FROM units WHERE key = 'west') WHERE id = :issue",
        {"balance"},
    ),
    "reported twice": (
        (
            "INSERT INTO events (county_id, issue_id, action, stage_from, stage_to, person_id, post_id, happened_at, "
            "recorded_at) SELECT county_id, issue_id, action, stage_from, stage_to, person_id, post_id, happened_at, "
            "recorded_at FROM events WHERE issue_id = :issue AND action = 'report'"
        ),
        {"counted", "gap", "stage"},
    ),
    "closed": ("UPDATE issues SET stage = 'closed' WHERE id = :issue", {"stage", "closed"}),
    "told what was passed over": (
        "UPDATE issues SET live_at = '2026-03-05 12:00+08' WHERE id = :issue",
        {"before_live", "fired", "stands"},
    ),
    "rejected": ("UPDATE issues SET stage = 'rejected' WHERE id = :issue", {"stage", "counted"}),
}


@pytest.mark.parametrize("name", OVERDUE)
def test_each_check_finds_what_it_is_there_for(session: Session, book: Rulebook, overdue: Issue, name: str) -> None:
    statement, kinds = OVERDUE[name]
    mutate(session, statement, issue=overdue.id)
    found = audited(session, book, NOW)
    assert {each.kind for each in found} == kinds, said(found, overdue, NOW)


def test_every_kind_of_finding_is_looked_for_here() -> None:
    assert BY_NAME.union(*(kinds for _, kinds in OVERDUE.values())) == set(Kind)
