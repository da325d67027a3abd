from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.actions import auditing, casework, night, side_exits
from models.actions.households import register_households
from models.actions.reporters import remember_reporters
from models.actions.residents import Erased, Order, erase, erase_reporter, reveal_reporter
from models.errors import InvalidInput, NotConfigured, NotFound, Refused, WrongCode
from models.queries import reporters, residents, units
from models.queries.rulebook import Rulebook
from models.room import Room
from models.rules.households import Reporter
from models.settings import settings
from models.tables.issues import Issue
from models.tables.residents import RaisedBy, Resident, RoomEvent
from models.vocabulary import RoomAction
from tests.county import SECRET, at, reported
from tests.residents import FIRST, KEY, LI, ROOM, SECOND

REASON = "李桂兰本人要求，13800138001"
LATER = at("2026-03-05 09:00")


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WANGGE_ROOM_KEY", KEY)
    settings.cache_clear()
    yield
    settings.cache_clear()


def raised(session: Session, book: Rulebook, said: str, who: Reporter) -> Issue:
    issue = reported(session, book, "2026-03-03 09:00")
    issue.summary = said
    assert remember_reporters(session, book.county, {issue.id: who}, now=at("2026-03-03 09:00"), keys=ROOM) == 1
    session.refresh(issue)
    return issue


def by(session: Session, issue: Issue) -> RaisedBy:
    session.expire_all()
    return session.get_one(RaisedBy, issue.id)


def forget(
    session: Session, book: Rulebook, who: str = "13800138001", staff: str = "S01", code: str = SECRET
) -> Erased:
    (found, *_) = residents.by_phone(session, ROOM, book.county.id, who)
    return erase(session, book, ROOM, found.id, Order(staff, code, REASON), now=LATER)


def everything(session: Session) -> str:
    """All that the tables say, bytes as text where they are one."""
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    return "\n".join(str(session.scalars(text(f"SELECT t::text FROM {table} t")).all()) for table in tables)


def test_who_raised_it_is_kept_apart_and_no_longer_named_in_what_they_said(session: Session, book: Rulebook) -> None:
    issue = raised(session, book, "孙梅家停水，孙梅电话 137 0013 7003", Reporter("孙 梅", "+86 13700137003"))
    assert issue.summary == "×××家停水，×××电话 ×××" or "孙梅" not in issue.summary
    kept = by(session, issue)
    assert reporters.reporter_of(ROOM, kept) == Reporter("孙 梅", "13700137003")
    assert (kept.resident_id, kept.phone_tail) == (None, "7003")


def test_a_resident_known_by_name_and_phone_is_linked_and_not_kept_twice(session: Session, book: Rulebook) -> None:
    register_households(session, book.county, [FIRST, SECOND], now=at("2026-03-02 09:00"), keys=ROOM)
    issue = raised(session, book, "楼道灯不亮", Reporter("李桂兰", "138-0013-8001"))
    kept = by(session, issue)
    (resident,) = residents.by_phone(session, ROOM, book.county.id, LI.phone or "")
    assert (kept.resident_id, kept.name_sealed, kept.phone_mark) == (resident.id, None, None)
    other = raised(session, book, "楼道灯不亮", Reporter("李桂芳", "138-0013-8001"))
    assert by(session, other).resident_id is None


def test_who_gave_nothing_is_not_kept_and_asks_for_no_key(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-03 09:00")
    assert remember_reporters(session, book.county, {issue.id: Reporter(" ", None)}, now=LATER) == 0
    assert session.get(RaisedBy, issue.id) is None


def test_what_can_be_no_phone_is_told_without_repeating_it(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-03 09:00")
    with pytest.raises(InvalidInput) as error:
        remember_reporters(session, book.county, {issue.id: Reporter("孙梅", "一三七")}, now=LATER, keys=ROOM)
    assert error.value.facts == {"why": "phone"}


def test_without_a_key_nobody_is_kept(session: Session, book: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANGGE_ROOM_KEY")
    monkeypatch.setenv("WANGGE_HOME", "/nonexistent")
    settings.cache_clear()
    issue = reported(session, book, "2026-03-03 09:00")
    with pytest.raises(NotConfigured):
        remember_reporters(session, book.county, {issue.id: Reporter("孙梅")}, now=LATER)


def test_nothing_written_about_an_issue_names_who_raised_it(session: Session, book: Rulebook) -> None:
    issue = raised(session, book, "灯不亮", Reporter("孙梅", "13700137003"))
    casework.sign(session, book, issue.number, by="W01", now=at("2026-03-03 10:00"))
    casework.act(session, book, issue.number, note="孙梅来电 13700137003", by="W01", now=at("2026-03-03 11:00"))
    evidence = "孙梅签字，13600136000，身份证131126195203074125"
    casework.done(session, book, issue.number, evidence=evidence, by="W01", now=at("2026-03-03 12:00"))
    session.expire_all()
    assert issue.evidence == "×××签字，××××6000，身份证××××4125"
    told = everything(session)
    assert not any(each in told for each in ("孙梅", "13700137003", "13600136000", "131126195203074125"))


def test_somebody_erased_is_nowhere_any_more_and_the_ledger_is_as_it_was(session: Session, book: Rulebook) -> None:
    register_households(session, book.county, [FIRST, SECOND], now=at("2026-03-02 09:00"), keys=ROOM)
    linked = raised(session, book, "灯不亮，李桂兰报", Reporter("李桂兰", "13800138001"))
    alone = raised(session, book, "李桂兰家漏水，131126195203074125", Reporter(None, "13800138001"))
    neighbour = raised(session, book, "灯不亮", Reporter("孙梅", "13800138001"))
    done = forget(session, book)
    assert done == Erased(residents=1, issues=2)
    assert by(session, linked).erased_at == by(session, alone).erased_at == LATER
    assert by(session, neighbour).erased_at is None
    assert (linked.summary, alone.summary) == ("灯不亮，×××报", "×××家漏水，×××")
    (row,) = session.scalars(select(Resident).where(Resident.erased_at.is_not(None)))
    assert {getattr(row, name) for name in ("name_sealed", "phone_mark", "id_mark", "phone_tail", "id_tail")} == {None}
    assert "桂兰" not in everything(session)
    log = session.execute(select(RoomEvent.action, RoomEvent.issue_id, RoomEvent.reason).order_by(RoomEvent.id)).all()
    assert {each.reason for each in log} == {"×××本人要求，××××8001"}
    assert [(each.action, each.issue_id) for each in log] == [
        (RoomAction.ERASE, linked.id),
        (RoomAction.ERASE, alone.id),
        (RoomAction.ERASE, None),
    ]


def test_the_auditor_finds_nothing_after_an_erasure_and_the_issue_goes_on(session: Session, book: Rulebook) -> None:
    register_households(session, book.county, [FIRST], now=at("2026-03-02 09:00"), keys=ROOM)
    issue = raised(session, book, "灯不亮，李桂兰报", Reporter("李桂兰", "13800138001"))
    forget(session, book)
    casework.sign(session, book, issue.number, by="W01", now=at("2026-03-05 10:00"))
    side_exits.withdraw(session, book, issue.number, reason="不办了", by="W01", now=at("2026-03-05 11:00"))
    tonight = at("2026-03-06 02:30")
    for unit in units.communities(session, book.county.id):
        night.run(session, book, unit.id, tonight)
        assert auditing.audit(session, book, unit.id, tonight).findings == 0
    assert auditing.weigh(session, book, tonight).findings == 0


def test_erased_again_there_is_nothing_to_erase(session: Session, book: Rulebook) -> None:
    register_households(session, book.county, [FIRST], now=at("2026-03-02 09:00"), keys=ROOM)
    (found,) = residents.by_phone(session, ROOM, book.county.id, "13800138001")
    order = Order("S01", SECRET, REASON)
    assert erase(session, book, ROOM, found.id, order, now=LATER) == Erased(1, 0)
    assert erase(session, book, ROOM, found.id, order, now=LATER) == Erased(0, 0)


def test_the_same_person_behind_another_door_is_erased_too(session: Session, book: Rulebook) -> None:
    again = [FIRST, *[type(FIRST)("H-8", "west-1", "1号楼", "1单元", "1", persons=(LI,))]]
    register_households(session, book.county, again, now=at("2026-03-02 09:00"), keys=ROOM)
    assert forget(session, book) == Erased(2, 0)


def test_only_who_answers_there_and_proves_it_may_erase(session: Session, book: Rulebook) -> None:
    register_households(session, book.county, [FIRST], now=at("2026-03-02 09:00"), keys=ROOM)
    with pytest.raises(Refused):
        forget(session, book, staff="S02")
    with pytest.raises(WrongCode):
        forget(session, book, code="000000")
    with pytest.raises(NotFound):
        erase(session, book, ROOM, 0, Order("S01", SECRET, REASON), now=LATER)
    (found,) = residents.by_phone(session, ROOM, book.county.id, "13800138001")
    with pytest.raises(NotConfigured):
        erase(session, book, Room([b"o" * 32]), found.id, Order("S01", SECRET, REASON), now=LATER)


def test_who_raised_it_is_shown_to_whoever_answers_there_and_that_they_looked_is_written_down(
    session: Session, book: Rulebook
) -> None:
    register_households(session, book.county, [FIRST], now=at("2026-03-02 09:00"), keys=ROOM)
    alone = raised(session, book, "灯不亮", Reporter("孙梅", "13700137003"))
    linked = raised(session, book, "灯不亮", Reporter("李桂兰", "13800138001"))
    order = Order("S01", SECRET, "回访孙梅、李桂兰")
    assert reveal_reporter(session, book, ROOM, alone.number, order, now=LATER) == Reporter("孙梅", "13700137003")
    assert reveal_reporter(session, book, ROOM, linked.number, order, now=LATER) == Reporter("李桂兰", "13800138001")
    log = session.execute(select(RoomEvent.action, RoomEvent.issue_id, RoomEvent.reason).order_by(RoomEvent.id)).all()
    assert [tuple(each) for each in log] == [
        (RoomAction.READ, alone.id, "回访×××、李桂兰"),
        (RoomAction.READ, linked.id, "回访孙梅、×××"),
    ]
    with pytest.raises(Refused):
        reveal_reporter(session, book, ROOM, alone.number, Order("S02", SECRET, "回访"), now=LATER)
    number = reported(session, book, "2026-03-05 09:00").number
    with pytest.raises(NotFound):
        reveal_reporter(session, book, ROOM, number, order, now=LATER)


def test_who_is_in_no_register_is_erased_by_what_they_raised(session: Session, book: Rulebook) -> None:
    first = raised(session, book, "灯不亮，孙梅", Reporter("孙梅", "13700137003"))
    second = raised(session, book, "孙梅家漏水", Reporter("孙梅", "137-0013-7003"))
    other = raised(session, book, "灯不亮", Reporter("钱多", "13700137003"))
    order = Order("S01", SECRET, "孙梅本人要求")
    assert erase_reporter(session, book, ROOM, first.number, order, now=LATER) == Erased(residents=0, issues=2)
    assert erase_reporter(session, book, ROOM, first.number, order, now=LATER) == Erased(0, 0)
    assert [by(session, each).erased_at for each in (first, second, other)] == [LATER, LATER, None]
    assert "孙梅" not in everything(session)


def test_who_came_into_the_register_later_is_erased_there_too(session: Session, book: Rulebook) -> None:
    issue = raised(session, book, "灯不亮", Reporter("李桂兰", "13800138001"))
    register_households(session, book.county, [FIRST], now=at("2026-03-04 09:00"), keys=ROOM)
    done = erase_reporter(session, book, ROOM, issue.number, Order("S01", SECRET, REASON), now=LATER)
    assert done == Erased(residents=1, issues=1)
    assert residents.by_phone(session, ROOM, book.county.id, "13800138001") == []
