"""Two counties in one database, alike to the last key, name and staff number: neither notices the other."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from models.actions import casework, messages, new_policy, night, packs, side_exits
from models.actions.people import Appointment, appoint
from models.actions.reporting import Report, report, report_all
from models.errors import ClockBehind, NotFound
from models.queries import digest, ledger, units
from models.queries.rulebook import Rulebook, rulebook
from models.queries.why import explain
from models.rules.pack import CountyPack
from models.tables.issues import Issue
from models.tables.notices import Message
from models.tables.people import Person
from models.tables.places import Unit
from models.vocabulary import MessageKind, Rating, Severity
from tests.county import COUNTY, STAFF, START, at
from tests.models.changed_packs import as_written, with_policy
from tests.models.ledger import heard, history, owed

LAKE = "lake"
MONDAY = "2026-03-02 09:00"


def lake(pack: CountyPack | None = None) -> CountyPack:
    """The small county's pack under another county's key; all within is called the same."""
    written = pack.model_dump(mode="json", by_alias=True) if pack else as_written()
    written["calendar"] = as_written()["calendar"]
    written["county"] = {**written["county"], "key": LAKE}
    return CountyPack.model_validate(written)


@pytest.fixture
def books(session: Session) -> tuple[Rulebook, Rulebook]:
    """The rules of both."""
    county = packs.load(session, lake(), calendar_days(lake(), START.year), now=START)
    staff = [Appointment(each.unit, each.role, each.code, f"{each.name}二", date(2025, 1, 1)) for each in STAFF]
    appoint(session, county.id, staff, now=START)
    return rulebook(session, COUNTY), rulebook(session, LAKE)


def unit(session: Session, book: Rulebook, key: str) -> int:
    return session.scalars(select(Unit.id).where(Unit.county_id == book.county.id, Unit.key == key)).one()


def raised(session: Session, book: Rulebook, when: str = MONDAY, external_id: str | None = None) -> Issue:
    what = Report(
        "east-1", "lighting", Severity.ORDINARY, "灯不亮", at(when), by="W01", source="12345", external_id=external_id
    )
    return report(session, book, what, now=at(when))


def run_nights(session: Session, book: Rulebook, when: str) -> None:
    for each in units.communities(session, book.county.id):
        night.run(session, book, each.id, at(when))
    session.expire_all()


def lived(session: Session, book: Rulebook) -> Issue:
    """An issue from its report to its strike-off, with a night, a message and a second issue left undone."""
    issue, left = raised(session, book), raised(session, book)
    run_nights(session, book, "2026-03-02 10:00")
    messages.compose(session, book, at("2026-03-02 10:10"), MessageKind.DIGEST)
    casework.sign(session, book, issue.number, by="W01", now=at("2026-03-02 11:00"))
    run_nights(session, book, "2026-03-10 02:00")
    casework.done(session, book, issue.number, evidence="photo-1", by="W01", now=at("2026-03-10 09:00"))
    casework.evaluate(session, book, issue.number, rating=Rating.SATISFIED, by="S01", now=at("2026-03-10 10:00"))
    casework.close(session, book, issue.number, by="S01", now=at("2026-03-10 11:00"))
    messages.compose(session, book, at("2026-03-11 07:45"), MessageKind.DIGEST)
    side_exits.withdraw(session, book, left.number, reason="自己修了", by="S01", now=at("2026-03-11 09:00"))
    return issue


OWN = {
    "units": "county_id = :id",
    "categories": "county_id = :id",
    "calendar_days": "county_id = :id",
    "policy_versions": "county_id = :id",
    "issues": "county_id = :id",
    "events": "county_id = :id",
    "notices": "county_id = :id",
    "messages": "county_id = :id",
    "people": "county_id = :id",
    "posts": "unit_id IN (SELECT id FROM units WHERE county_id = :id)",
    "duties": "unit_id IN (SELECT id FROM units WHERE county_id = :id)",
    "night_log": "community_id IN (SELECT id FROM units WHERE county_id = :id)",
    "issue_numbers": "community_id IN (SELECT id FROM units WHERE county_id = :id)",
    "postings": "person_id IN (SELECT id FROM people WHERE county_id = :id)",
}


def rows_of(session: Session, book: Rulebook) -> dict[str, list[str]]:
    """Everything a county has."""
    session.flush()
    return {
        table: sorted(
            str(row[0])
            for row in session.execute(
                text(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {own}"), {"id": book.county.id}
            )
        )
        for table, own in OWN.items()
    }


def telling(session: Session, book: Rulebook, issue: Issue) -> list[object]:
    """What there is to say about a county and one of its issues, in names."""
    of_all: list[Any] = list(ledger.entries(session, book, at("2026-03-12 09:00")))
    written = select(Message.id, Message.part).where(Message.county_id == book.county.id).order_by(Message.id)
    told = [(digest.content(session, row.id)["total"], row.part) for row in session.execute(written)]
    return [history(session, issue), owed(session, issue), heard(session, issue), len(of_all), told]


def test_whatever_one_does_the_other_keeps_as_it_was(session: Session, books: tuple[Rulebook, Rulebook]) -> None:
    river, other = books
    lived(session, other)
    before = rows_of(session, other)
    lived(session, river)
    assert rows_of(session, other) == before


def test_a_county_lives_as_if_it_were_alone(session: Session, books: tuple[Rulebook, Rulebook]) -> None:
    river, other = books
    with session.begin_nested() as alone:
        told = telling(session, river, lived(session, river))
        alone.rollback()
    session.expire_all()
    lived(session, other)
    assert telling(session, river, lived(session, river)) == told


def test_both_number_their_issues_by_themselves_and_find_their_own(
    session: Session, books: tuple[Rulebook, Rulebook]
) -> None:
    numbers = [[raised(session, book).number for _ in range(2)] for book in books]
    assert numbers == [["东街-2026-0001", "东街-2026-0002"]] * 2
    run_nights(session, books[0], "2026-03-02 10:00")
    now = at("2026-03-02 11:00")
    whose = [explain(session, book, numbers[0][0], now).duties[0].whose.person for book in books]
    assert whose == ["李青", "李青二"]
    rows = [[row.number for row in ledger.entries(session, book, now)] for book in books]
    assert rows == numbers


def test_a_staff_number_means_ones_own_people(session: Session, books: tuple[Rulebook, Rulebook]) -> None:
    for book in books:
        issue = raised(session, book)
        run_nights(session, book, "2026-03-02 10:00")
        casework.sign(session, book, issue.number, by="W01", now=at("2026-03-02 11:00"))
        casework.done(session, book, issue.number, evidence="photo-1", by="W01", now=at("2026-03-02 12:00"))
        handler = session.get_one(Person, issue.handler_id)
        assert (handler.county_id, handler.code) == (book.county.id, "W01")
    river, other = books
    appoint(
        session,
        other.county.id,
        [Appointment("east", STAFF[2].role, "S09", "新人", date(2026, 3, 1))],
        now=at("2026-03-02 13:00"),
    )
    with pytest.raises(NotFound):
        side_exits.withdraw(session, river, "东街-2026-0001", reason="x", by="S09", now=at("2026-03-03 09:00"))


def test_each_has_a_clock_of_its_own(session: Session, books: tuple[Rulebook, Rulebook]) -> None:
    river, other = books
    raised(session, river, "2026-06-01 09:00")
    assert raised(session, other, MONDAY).number == "东街-2026-0001"
    with pytest.raises(ClockBehind):
        raised(session, river, MONDAY)


def test_a_source_may_give_both_the_same_number(session: Session, books: tuple[Rulebook, Rulebook]) -> None:
    river, other = books
    for book in books:
        raised(session, book, external_id="H-1")
    what = Report("east-1", "lighting", Severity.ORDINARY, "x", at(MONDAY), by="W01", source="12345", external_id="H-1")
    assert [report_all(session, book, [what], now=at(MONDAY)) for book in (river, other)] == [[], []]


def test_a_night_has_only_its_own_communities(session: Session, books: tuple[Rulebook, Rulebook]) -> None:
    communities = [{each.id for each in units.communities(session, book.county.id)} for book in books]
    assert len(communities[0]) == len(communities[1]) == 3
    assert not communities[0] & communities[1]
    urgent = Report("east-1", "lighting", Severity.URGENT, "漏气", at(MONDAY), by="W01")
    report(session, books[1], urgent, now=at(MONDAY))
    due = [night.due_at_once(session, sorted(own), at("2026-03-03 09:00")) for own in communities]
    assert due == [set(), {unit(session, books[1], "east")}]


def test_messages_go_to_ones_own_people_and_wait_for_ones_own_hours(
    session: Session, books: tuple[Rulebook, Rulebook]
) -> None:
    for book in books:
        raised(session, book)
        run_nights(session, book, "2026-03-02 10:00")
    river, other = books
    messages.compose(session, other, at("2026-03-03 07:45"), MessageKind.DIGEST)
    assert messages.to_send(session, river.county.id, at("2026-03-03 09:00")) == []
    (sent,) = messages.to_send(session, other.county.id, at("2026-03-03 09:00"))
    assert digest.content(session, sent)["person"] == "李青二"
    messages.compose(session, river, at("2026-03-03 07:45"), MessageKind.DIGEST)
    (mine,) = messages.to_send(session, river.county.id, at("2026-03-03 09:00"))
    addresses = {digest.content(session, each)["address"] for each in (mine, sent)}
    assert addresses == {"river/2026-03-03/W01-1", "lake/2026-03-03/W01-1"}


def test_a_policy_is_its_countys_own(session: Session, books: tuple[Rulebook, Rulebook]) -> None:
    issues = [raised(session, book) for book in books]
    changed = lake(with_policy("2026-03", act="5 working_days"))
    packs.load(session, changed, calendar_days(changed, START.year), now=START)
    river, other = rulebook(session, COUNTY), rulebook(session, LAKE)
    before = rows_of(session, river)
    for book in (river, other):
        for each in units.communities(session, book.county.id):
            new_policy.take_over(session, book, each.id, at("2026-03-03 10:00"))
    session.expire_all()
    assert rows_of(session, river) == before
    assert [owed(session, issue)[0].due_at for issue in issues] == [at("2026-03-05 09:00"), at("2026-03-09 09:00")]


Refused = Callable[[Session, Rulebook, str], object]
REACHING_OVER: list[Refused] = [
    lambda session, book, number: casework.sign(session, book, number, by="W01", now=at("2026-03-03 09:00")),
    lambda session, book, number: explain(session, book, number, at("2026-03-03 09:00")),
    lambda session, book, number: ledger.entry(session, book, number, at("2026-03-03 09:00")),
    lambda session, book, number: side_exits.merge(
        session, book, "东街-2026-0001", into=number, reason="x", by="S01", now=at("2026-03-03 09:00")
    ),
]


@pytest.mark.parametrize("refused", REACHING_OVER, ids=["sign", "why", "ledger", "merge"])
def test_nobody_reaches_over_to_an_issue_of_the_other(
    session: Session, books: tuple[Rulebook, Rulebook], refused: Refused
) -> None:
    river, other = books
    raised(session, river)
    foreign = [raised(session, other) for _ in range(2)][1].number
    with pytest.raises(NotFound):
        refused(session, river, foreign)
