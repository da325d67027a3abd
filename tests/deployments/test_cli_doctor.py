from datetime import date

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from deployments.commands import doctor_database
from deployments.commands.findings import Finding, Verdict
from models.actions import auditing, messages, night
from models.queries import units
from models.queries.rulebook import Rulebook
from models.tables.notices import Message, NightLog
from models.tables.people import Posting
from models.vocabulary import ChannelKind, DeliveryOutcome, MessageKind, Severity
from tests.county import at, reported
from tests.deployments.cli_world import Shell, small_county
from tests.deployments.test_cli_nightly import closed_port
from tests.models.flood import suspend
from tests.models.mutations import audited, mutate


def outcome(found: Finding) -> tuple[Verdict, str]:
    return found.verdict, found.sentence


def test_many_confirmed_days_ahead_are_fine(session: Session, book: Rulebook) -> None:
    assert outcome(doctor_database.calendar(session, book, at("2026-03-02 09:00"))) == (
        Verdict.OK,
        "今后 210 个工作日已确定，到 2026-12-31。",
    )


def test_fewer_than_thirty_confirmed_days_ahead_are_a_warning_with_what_to_do(session: Session, book: Rulebook) -> None:
    verdict, sentence = outcome(doctor_database.calendar(session, book, at("2026-11-24 09:00")))
    assert verdict is Verdict.WARNING
    assert sentence.startswith("今后只有 27 个工作日已确定，到 2026-12-31。")
    assert "wangge calendar import" in sentence


def test_it_fails_only_when_something_is_soon_due_on_a_day_not_confirmed(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-12-23 09:00", category="roads")  # seven working days: due on 4 January
    assert doctor_database.calendar(session, book, at("2026-12-25 09:00")).verdict is Verdict.WARNING
    assert outcome(doctor_database.calendar(session, book, at("2026-12-26 09:00"))) == (
        Verdict.FAILED,
        (
            "有 1 项责任在还没有确定的日子到期，最近的是 2027-01-04；确定的只到 2026-12-31。"
            "请现在就运行 wangge calendar import 文件，导入那一年的放假安排。"
        ),
    )


def test_a_calendar_about_to_end_is_a_failure_whatever_is_confirmed(session: Session, book: Rulebook) -> None:
    assert doctor_database.calendar(session, book, at("2027-11-01 09:00")).verdict is Verdict.WARNING
    assert outcome(doctor_database.calendar(session, book, at("2027-11-02 09:00"))) == (
        Verdict.FAILED,
        (
            "只到 2027-12-31：超出的时限算不出来，那样的事项记不了账。"
            "请运行 wangge pack load 文件夹，它会补上下一年；放假日请写进 county.yaml。"
        ),
    )


def test_last_night_is_that_of_every_community(session: Session, book: Rulebook) -> None:
    morning = at("2026-03-03 09:00")
    assert outcome(doctor_database.night(session, book, morning)) == (
        Verdict.FAILED,
        "还没有跑过一夜。请运行 wangge nightly。",
    )
    own = units.communities(session, book.county.id)
    for unit in own:
        night.run(session, book, unit.id, at("2026-03-03 02:30"))
    assert outcome(doctor_database.night(session, book, morning)) == (Verdict.OK, "3 个单位都已完成。")
    assert doctor_database.night(session, book, at("2026-03-04 08:00")).verdict is Verdict.OK
    session.execute(delete(NightLog).where(NightLog.community_id == own[1].id))
    assert doctor_database.night(session, book, morning).sentence.startswith("3 个单位中 1 个没有完成：西街。")
    assert doctor_database.night(session, book, at("2026-03-04 09:00")).facts["count"] == 3


def test_notices_nobody_can_be_told_are_found(session: Session, book: Rulebook) -> None:
    now = at("2026-03-02 10:00")
    reported(session, book, "2026-03-02 09:00", grid=None)
    assert doctor_database.notices(session, book, now).verdict is Verdict.OK
    session.execute(update(Posting).values(until_on=date(2026, 3, 1)))
    assert outcome(doctor_database.notices(session, book, now)) == (
        Verdict.FAILED,
        "1 条消息没有人可告诉：河县县委一线指挥部 和上面的岗位或空缺，或请假没有人代。请任命，或指定人代。",
    )


def test_suspended_units_are_named_with_cause_and_end(session: Session, book: Rulebook) -> None:
    now = at("2026-03-04 10:00")
    assert outcome(doctor_database.suspended(session, book, now)) == (Verdict.OK, "没有单位停钟。")
    suspend(session, book)
    assert outcome(doctor_database.suspended(session, book, now)) == (
        Verdict.WARNING,
        "1 处停钟：东街（洪水，到 3月6日 周五 12:00）。到时自己恢复；要提前，用 wangge unit resume。",
    )
    assert doctor_database.suspended(session, book, at("2026-03-06 12:00")).verdict is Verdict.OK


def test_messages_that_do_not_go_out_are_counted_with_the_reason(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-03-02 09:00", severity=Severity.URGENT, grid=None)
    messages.compose(session, book, at("2026-03-02 09:00"), MessageKind.URGENT)
    message = session.scalars(select(Message)).one()

    def tried(when: str, end: DeliveryOutcome, detail: str) -> None:
        messages.record_delivery(session, message.id, ChannelKind.FOLDER, end, detail=detail, now=at(when))
        session.flush()

    tried("2026-03-02 09:10", DeliveryOutcome.RETRY, "disk full")
    tried("2026-03-02 10:05", DeliveryOutcome.RETRY, "disk still full")
    assert doctor_database.messages(session, book, at("2026-03-02 10:10")).verdict is Verdict.OK
    found = doctor_database.messages(session, book, at("2026-03-02 10:11"))
    assert found.verdict is Verdict.FAILED
    assert found.sentence.startswith("1 封消息试发超过一小时仍未发出（disk still full）。")
    tried("2026-03-02 10:15", DeliveryOutcome.FAILED, "address")
    found = doctor_database.messages(session, book, at("2026-03-09 10:20"))
    assert found.verdict is Verdict.WARNING
    assert found.sentence.startswith("最近 7 天有 1 封消息没有发成、不再重发（address）")
    assert doctor_database.messages(session, book, at("2026-03-10 10:20")).verdict is Verdict.OK


def test_what_the_auditor_found_is_told_until_somebody_says_why_it_may_stand(session: Session, book: Rulebook) -> None:
    now = at("2026-03-03 09:00")
    assert outcome(doctor_database.ledger(session, book, now)) == (
        Verdict.OK,
        "审核没有发现疑点，或都已写明缘由。",
    )
    reported(session, book, "2026-03-02 09:00")
    mutate(session, "UPDATE issues SET stage = 'acting'")
    (found,) = audited(session, book, "2026-03-02 10:00")
    verdict, sentence = outcome(doctor_database.ledger(session, book, now))
    assert verdict is Verdict.FAILED
    assert sentence.startswith("审核发现 1 处疑点还没有说明。请看 wangge audit list")
    auditing.acknowledge(session, book, found.key, reason="补录", by="S01", now=now)
    assert doctor_database.ledger(session, book, now).verdict is Verdict.OK


@pytest.fixture(scope="module")
def wangge(server_url: str) -> Shell:
    url = small_county(server_url, "wangge_cli_doctor")
    return Shell({"WANGGE_DATABASE_URL": url, "WANGGE_PREFECT_PORT": str(closed_port())})


def test_each_line_says_how_it_is_and_what_to_do(wangge: Shell) -> None:
    said = wangge("doctor")
    lines = [line.split("：")[0] for line in said.out.splitlines()]
    assert (said.code, said.err) == (1, "")
    assert [line for line in lines if "日历" not in line] == [
        *(
            "正常 数据库",
            "正常 数据库结构",
            "正常 县",
            "故障 昨夜",
            "正常 消息",
            "正常 发送",
            "正常 停钟",
            "正常 账目",
            "注意 居民信息",
            "故障 Prefect",
        )
    ]
    assert "连不上（http://127.0.0.1:" in said.out


def test_quiet_tells_problems_only(wangge: Shell) -> None:
    said = wangge("doctor", "--quiet")
    assert said.code == 1
    assert "正常" not in said.out
    assert "故障 Prefect" in said.out


def test_findings_are_data_too(wangge: Shell) -> None:
    found = {each["check"]: each for each in wangge("doctor", "--json").data}
    assert (found["schema"]["verdict"], found["prefect"]["verdict"]) == ("ok", "failed")
    assert found["county"]["facts"]["county"] == "河县"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+psycopg://me:secret@127.0.0.1:1/none", "故障 数据库：连不上（postgresql+psycopg://me:***@"),
        ("nonsense", "故障 数据库：WANGGE_DATABASE_URL 不是数据库地址。"),
    ],
)
def test_a_database_out_of_reach_is_a_line_without_its_password(wangge: Shell, url: str, told: str) -> None:
    said = Shell(wangge.environment | {"WANGGE_DATABASE_URL": url})("doctor")
    assert said.code == 1
    assert said.out.startswith(told)
    assert "secret" not in said.out
    assert "故障 Prefect" in said.out
