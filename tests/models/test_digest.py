"""What a message says is taken from the notices that went into it."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, messages, night
from models.queries import digest
from models.queries.rulebook import Rulebook
from models.tables.notices import Message
from models.tables.people import Person
from models.vocabulary import ChannelKind, DeliveryOutcome, MessageKind, Role, Severity
from notifications.locale import LOCALES
from notifications.render import render
from tests.county import at, reported
from tests.models.why_cases import vacate


def composed(session: Session, book: Rulebook, when: str, kind: MessageKind = MessageKind.DIGEST) -> dict[str, Any]:
    """The facts of the messages composed at a local time, by staff number."""
    before = set(session.scalars(select(Message.id)))
    messages.compose(session, book, at(when), kind)
    rows = session.execute(select(Message.id, Person.code).join(Person, Person.id == Message.person_id)).all()
    return {code: digest.content(session, message_id) for message_id, code in rows if message_id not in before}


def sections(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Number and heading of everything a message tells, in its order."""
    told = [*content["first"], *(entry for each in content["rest"] for entry in each["entries"])]
    return [(entry["number"][-4:], entry["section"]) for entry in told]


def test_overdue_first_then_due_soon_then_new(session: Session, book: Rulebook) -> None:
    overdue = reported(session, book, "2026-11-02 09:00")
    soon = reported(session, book, "2026-11-03 09:00")
    for issue, when in ((overdue, "2026-11-03 09:10"), (soon, "2026-11-03 09:20")):
        casework.sign(session, book, issue.number, by="W01", now=at(when))
    new = reported(session, book, "2026-11-05 16:00")
    night.run(session, book, new.community_id, at("2026-11-06 02:00"))
    told = composed(session, book, "2026-11-06 07:45")
    assert sections(told["W01"]) == [("0001", "overdue"), ("0002", "soon"), ("0003", "new")]
    assert sections(told["S01"]) == [("0001", "slipped")]
    assert told["W01"]["counts"] == {"overdue": 1, "soon": 1, "new": 1, "slipped": 0}
    assert told["W01"]["first"][2]["work_due_at"] == at("2026-11-10 16:00")


def test_three_are_told_in_words_and_the_rest_listed(session: Session, book: Rulebook) -> None:
    for minute in range(30):
        issue = reported(session, book, f"2026-11-02 09:{minute:02}")
    night.run(session, book, issue.community_id, at("2026-11-03 02:00"))
    told = composed(session, book, "2026-11-03 07:45")["W01"]
    assert told["total"] == 30
    assert len(told["first"]) == 3
    assert [(each["section"], len(each["entries"]), each["more"]) for each in told["rest"]] == [("new", 20, 7)]
    assert "还有 7 件没有列在这里。" in render("digest", "zh_CN", told)


def test_an_issue_is_told_once_by_what_presses_most(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    for day in (3, 4, 6):
        night.run(session, book, issue.community_id, at(f"2026-11-0{day} 02:00"))
    told = composed(session, book, "2026-11-06 07:45")
    assert sections(told["W01"]) == [("0001", "overdue")]
    assert sections(told["S01"]) == [("0001", "slipped")]


def test_what_came_over_a_vacancy_is_owed_and_says_why(session: Session, book: Rulebook) -> None:
    vacate(session, "east-2", Role.GRID_WORKER, date(2026, 11, 1))
    issue = reported(session, book, "2026-11-02 09:00", grid="east-2")
    for day in (3, 6):
        night.run(session, book, issue.community_id, at(f"2026-11-0{day} 02:00"))
    told = composed(session, book, "2026-11-06 07:45")
    assert sections(told["S01"]) == [("0001", "overdue")]
    assert "东街第2网格专职网格员空缺，所以找到您。" in render("digest", "zh_CN", told["S01"])
    assert "because nobody is grid worker of 东街第2网格" in render("digest", "en", told["S01"])


def test_a_supervisor_reads_who_let_it_slip(session: Session, book: Rulebook) -> None:
    vacate(session, "east", Role.FIRST_SECRETARY, date(2026, 11, 1))
    issue = reported(session, book, "2026-11-02 09:00")
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-02 10:00"))
    night.run(session, book, issue.community_id, at("2026-11-07 02:00"))
    told = composed(session, book, "2026-11-07 08:00")["P01"]
    said = render("digest", "zh_CN", told)
    assert "请您督办：东街第1网格专职网格员 李青 应在 11月5日 周四 09:00 前办完，已经超期。" in said
    assert "东街第一书记空缺，所以找到您。" in said


def test_told_again_it_says_the_same(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    night.run(session, book, issue.community_id, at("2026-11-03 02:00"))
    messages.compose(session, book, at("2026-11-03 07:45"), MessageKind.DIGEST)
    message_id = session.scalars(select(Message.id)).one()
    before = digest.content(session, message_id)
    messages.record_delivery(
        session, message_id, ChannelKind.FOLDER, DeliveryOutcome.RETRY, detail=None, now=at("2026-11-03 08:00")
    )
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-03 09:00"))
    vacate(session, "east-1", Role.GRID_WORKER, date(2026, 11, 4), at("2026-11-03 18:00"))
    night.run(session, book, issue.community_id, at("2026-11-06 02:00"))
    assert digest.content(session, message_id) == before


@pytest.mark.parametrize("locale", LOCALES)
def test_an_urgent_message_is_told_at_once(session: Session, book: Rulebook, locale: str) -> None:
    reported(session, book, "2026-11-21 23:00", severity=Severity.URGENT)
    told = composed(session, book, "2026-11-21 23:01", MessageKind.URGENT)["W01"]
    assert (told["kind"], told["urgent"], told["locale"]) == (MessageKind.URGENT, True, "zh_CN")
    assert told["address"] == "river/2026-11-21/W01-1"
    assert told["first"][0]["number"] in render("urgent", locale, told, part="subject")
    assert told["first"][0]["number"] in render("urgent", locale, told)


def test_what_cannot_wait_need_not_be_urgent(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-11-02 09:00")
    night.run(session, book, issue.community_id, at("2026-11-03 02:00"))
    composed(session, book, "2026-11-03 07:45")
    night.watch(session, book, issue.community_id, at("2026-11-03 10:10"))
    told = composed(session, book, "2026-11-03 10:11", MessageKind.URGENT)["W01"]
    assert not told["urgent"]
    assert "【请尽快】" in render("urgent", "zh_CN", told)
    assert told["address"].endswith("W01-2")
