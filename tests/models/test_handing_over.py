"""Posts change hands with what they owe: at once, or in the night of the day; nobody leaves open work unsaid."""

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, handing_over, messages, promises
from models.actions.handing_over import HandedOver
from models.actions.people import Appointment, appoint, leave
from models.actions.reporting import Report, report
from models.errors import ClockBehind, InvalidInput, NotAbove, NotAllowed, NotFound, StillHolds
from models.queries import people
from models.queries.rulebook import Rulebook
from models.rules import records
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.people import Absence, Person, Posting
from models.vocabulary import Action, DutyKind, DutyState, MessageKind, RequestKind, Role, Severity
from tests.county import at, reported
from tests.models.absence_cases import away
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import everything, post_id
from tests.models.ledger import messages as written

TUESDAY = "2026-03-03 09:00"
TUE, WED, FRI = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 6)
NEXT_MONDAY = date(2026, 3, 9)
DIGEST = MessageKind.DIGEST


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1 which its worker has signed for, and another not yet; both told."""
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    Case(session, book, reported(session, book, "2026-03-02 12:00")).assigned("2026-03-02 12:30")
    messages.compose(session, book, at("2026-03-02 14:00"), DIGEST)
    return case


def hand_over(
    case: Case,
    to: str | None = "W02",
    *,
    code: str = "W01",
    by: str = "S01",
    now: str = TUESDAY,
    on: date | None = None,
) -> HandedOver:
    """A worker hands over all they hold."""
    return handing_over.hand_over(case.session, case.book, code, to=to, on=on, by=by, now=at(now))


def handed(session: Session) -> list[tuple[str, DutyKind, str | None, str | None, str | None]]:
    """The hand-overs in the history: of what, the duty, who ordered it, from whom, to whom."""
    names: dict[int | None, Any] = {None: None} | {each.id: each.code for each in session.scalars(select(Person))}
    rows = session.execute(
        select(Issue.number, Duty.kind, Event.person_id, Event.facts)
        .join(Issue, Issue.id == Event.issue_id)
        .join(Duty, Duty.id == Event.duty_id)
        .where(Event.action == Action.HAND_OVER)
        .order_by(Event.id)
    )
    return [
        (number[-4:], kind, names[by], names[(facts or {})["from"]], names[(facts or {})["to"]])
        for number, kind, by, facts in rows
    ]


def answers(case: Case, unit: str, on: date, role: Role = Role.GRID_WORKER) -> str | None:
    found = people.holders(case.session, case.book.county.id, on).get(post_id(case.session, unit, role))
    return case.session.get_one(Person, found).code if found else None


def told(session: Session, book: Rulebook, when: str) -> list[str]:
    """To whom messages go at a time, in order."""
    before = len(written(session))
    messages.compose(session, book, at(when), DIGEST)
    return [message.to for message in written(session)[before:]]


def test_all_a_person_holds_passes_on_at_once(session: Session, book: Rulebook, case: Case) -> None:
    assert hand_over(case) == HandedOver(posts=1, duties=3)
    assert [answers(case, "east-1", day) for day in (date(2026, 3, 2), TUE)] == ["W01", "W02"]
    assert handed(session) == [
        ("0001", DutyKind.ACT, "S01", "W01", "W02"),
        ("0002", DutyKind.ACT, "S01", "W01", "W02"),
        ("0002", DutyKind.SIGN, "S01", "W01", "W02"),
    ]
    assert told(session, book, "2026-03-03 09:10") == ["W02"]
    casework.sign(session, book, "东街-2026-0002", by="W02", now=at("2026-03-03 10:00"))
    with refused(session, NotAllowed):
        casework.done(session, book, case.issue.number, evidence="photo", by="W01", now=at("2026-03-03 10:10"))


def test_each_duty_is_newly_the_posts_once_more(session: Session, case: Case) -> None:
    hand_over(case)
    rows = select(Notice.duty_id, Notice.post_id, Notice.arming, Notice.action).where(Notice.step == 0)
    found = [tuple(row) for row in session.execute(rows.where(Notice.recorded_at == at(TUESDAY)))]
    kinds = {session.get_one(Duty, duty).kind: arming for duty, _, arming, _ in found}
    assert len(found) == 3
    assert {(post, action) for _, post, _, action in found} == {(post_id(session, "east-1", Role.GRID_WORKER), None)}
    assert kinds == {DutyKind.ACT: 0, DutyKind.SIGN: 1}


def test_handed_over_twice_nothing_changes(session: Session, case: Case) -> None:
    hand_over(case)
    before = everything(session)
    assert hand_over(case, now="2026-03-03 09:30") == HandedOver()
    assert everything(session) == before
    case.night("2026-03-03 09:40")
    assert len(handed(session)) == 3


def test_clocks_and_steps_stay(session: Session, case: Case) -> None:
    before = session.execute(select(Duty.id, Duty.due_at, Duty.steps_at, Duty.step, Duty.next_step_at)).all()
    hand_over(case)
    assert session.execute(select(Duty.id, Duty.due_at, Duty.steps_at, Duty.step, Duty.next_step_at)).all() == before


def test_a_hand_over_to_come_passes_the_work_on_in_the_night_of_its_day(
    session: Session, book: Rulebook, case: Case
) -> None:
    assert hand_over(case, on=FRI) == HandedOver(posts=1, duties=0)
    assert [answers(case, "east-1", day) for day in (TUE, date(2026, 3, 5), FRI)] == ["W01", "W01", "W02"]
    assert handed(session) == []
    case.done("2026-03-04 10:00")
    case.night("2026-03-05 02:30")
    assert handed(session) == []
    assert told(session, book, "2026-03-05 07:45") == ["P01", "S01", "W01"]
    case.night("2026-03-06 02:30")
    assert handed(session) == [
        ("0002", DutyKind.ACT, None, "W01", "W02"),
        ("0002", DutyKind.SIGN, None, "W01", "W02"),
    ]
    event = session.scalars(select(Event).where(Event.action == Action.HAND_OVER)).first()
    assert event is not None
    assert (event.happened_at, event.recorded_at) == (at("2026-03-06 00:00"), at("2026-03-06 02:30"))
    assert "W02" in told(session, book, "2026-03-06 07:45")
    case.night("2026-03-06 03:30")
    case.night("2026-03-07 02:30")
    assert len(handed(session)) == 2


def test_after_missed_nights_what_was_owed_on_the_day_passes_on(session: Session, book: Rulebook, case: Case) -> None:
    hand_over(case, on=FRI)
    later = Report("east-1", "lighting", Severity.ORDINARY, "路灯又灭了", at("2026-03-06 09:00"), by="W02")
    report(session, book, later, now=at("2026-03-06 09:00"))
    case.night("2026-03-10 02:30")
    assert [number for number, *_ in handed(session)] == ["0001", "0002", "0002"]


def test_with_nobody_to_take_it_the_tier_above_answers(session: Session, book: Rulebook, case: Case) -> None:
    assert hand_over(case, None) == HandedOver(posts=1, duties=3)
    assert {row[2:] for row in handed(session)} == {("S01", "W01", None)}
    assert told(session, book, "2026-03-03 09:10") == ["S01"]


def test_who_takes_up_a_vacant_post_hears_what_it_owes(session: Session, book: Rulebook, case: Case) -> None:
    hand_over(case, None)
    told(session, book, "2026-03-03 09:10")
    newcomer = Appointment("east-1", Role.GRID_WORKER, "W09", "郭靖", NEXT_MONDAY)
    appoint(session, book.county.id, [newcomer], now=at("2026-03-05 09:00"))
    case.night("2026-03-09 02:30")
    assert [row[2:] for row in handed(session)[3:]] == [(None, None, "W09")] * 3
    assert "W09" in told(session, book, "2026-03-09 07:45")


def test_a_holder_of_open_work_cannot_just_leave(session: Session, case: Case) -> None:
    worker = post_id(session, "east-1", Role.GRID_WORKER)
    held = records.Post("东街第1网格", Role.GRID_WORKER)
    for day in (TUE, FRI):
        with refused(session, StillHolds, person="李青", code="W01", count=3, posts=(held,)):
            leave(session, worker, day, now=at(TUESDAY))
    leave(session, worker, TUE, now=at(TUESDAY), to_the_tier_above=True)
    assert {row[2:] for row in handed(session)} == {(None, "W01", None)}


def test_who_owes_nothing_may_leave(session: Session, case: Case) -> None:
    leave(session, post_id(session, "east-2", Role.GRID_WORKER), TUE, now=at(TUESDAY))
    assert (answers(case, "east-2", TUE), handed(session)) == (None, [])


def test_to_appoint_a_successor_is_to_hand_over(session: Session, book: Rulebook, case: Case) -> None:
    appoint(session, book.county.id, [Appointment("east-1", Role.GRID_WORKER, "W09", "郭靖", TUE)], now=at(TUESDAY))
    assert {row[2:] for row in handed(session)} == {(None, "W01", "W09")}
    assert told(session, book, "2026-03-03 09:10") == ["W09"]


def test_an_appointment_corrected_on_its_day_hands_over_again(session: Session, book: Rulebook, case: Case) -> None:
    for code, when in (("W09", TUESDAY), ("W08", "2026-03-03 10:00")):
        appoint(session, book.county.id, [Appointment("east-1", Role.GRID_WORKER, code, "郭靖", TUE)], now=at(when))
    assert [row[3:] for row in handed(session)] == [("W01", "W09")] * 3 + [("W09", "W08")] * 3
    assert told(session, book, "2026-03-03 10:10") == ["W08"]


def test_what_the_leaving_person_promised_binds_nobody(session: Session, book: Rulebook, case: Case) -> None:
    promises.promise(session, book, case.issue.number, until=FRI, by="W01", now=at("2026-03-02 15:00"))
    hand_over(case)
    assert (case.work.promised_at, case.work.promises) == (None, 0)
    case.night("2026-03-05 02:30")
    assert "W02" in told(session, book, "2026-03-05 07:45")


def test_what_is_to_be_decided_is_handed_over_too(session: Session, book: Rulebook, case: Case) -> None:
    case.asked(RequestKind.HOLD, date(2026, 3, 16), "2026-03-02 16:00")
    assert hand_over(case, "S02", code="S01", by="P01") == HandedOver(posts=1, duties=1)
    assert handed(session) == [("0001", DutyKind.APPROVE, "P01", "S01", "S02")]
    case.approved("2026-03-03 10:00", by="S02")


def test_a_held_duty_is_told_when_its_clock_goes_on(session: Session, book: Rulebook, case: Case) -> None:
    case.held(date(2026, 3, 16), "2026-03-02 15:00", "2026-03-02 16:00")
    hand_over(case)
    assert handed(session)[0][:2] == ("0001", DutyKind.ACT)
    session.expire_all()
    assert (case.work.state, told(session, book, "2026-03-03 10:00")) == (DutyState.HELD, ["W02"])
    waiting = select(Notice.settled_at).where(Notice.duty_id == case.work.id, Notice.step == 0)
    assert session.scalars(waiting).all() == [None]
    case.resumed("2026-03-04 09:00")
    told(session, book, "2026-03-04 10:00")
    assert None not in session.scalars(waiting.execution_options(populate_existing=True)).all()


def test_a_hand_over_during_an_absence_ends_the_deputys_part(session: Session, book: Rulebook, case: Case) -> None:
    away(session, book, "W01", (TUE, date(2026, 3, 20)), "K01", now=at("2026-03-02 18:00"))
    assert answers(case, "east-1", TUE) == "K01"
    hand_over(case, on=FRI, by="S01")
    case.night("2026-03-06 02:30")
    assert [answers(case, "east-1", day) for day in (date(2026, 3, 5), FRI)] == ["K01", "W02"]
    assert {row[3:] for row in handed(session)} == {("W01", "W02")}
    assert told(session, book, "2026-03-06 07:45") == ["P01", "S01", "W02"]


def test_the_successor_stands_in_for_whom_the_leaving_person_would(
    session: Session, book: Rulebook, case: Case
) -> None:
    away(session, book, "K01", (date(2026, 3, 2), NEXT_MONDAY), "W01", now=at("2026-03-02 15:00"))
    away(session, book, "W02", (NEXT_MONDAY, date(2026, 3, 11)), "W01", now=at("2026-03-02 15:00"))
    hand_over(case, on=WED)
    cadre = Role.CONTRACTED_CADRE
    assert [answers(case, "east-1", day, cadre) for day in (TUE, WED, NEXT_MONDAY)] == ["W01", "W02", "K01"]
    assert session.scalars(select(Absence.deputy_id).where(Absence.from_on == NEXT_MONDAY)).all() == [None]
    before = everything(session)
    hand_over(case, on=WED)
    assert everything(session) == before


def test_posts_of_several_units_pass_on_together_each_for_its_time(
    session: Session, book: Rulebook, case: Case
) -> None:
    both = Appointment("east", Role.FIRST_SECRETARY, "W01", "李青", WED)
    appoint(session, book.county.id, [both], now=at("2026-03-02 18:00"))
    assert hand_over(case, "W02", by="P01") == HandedOver(posts=2, duties=3)
    assert [answers(case, "east", day, Role.FIRST_SECRETARY) for day in (TUE, WED)] == ["S01", "W02"]
    assert answers(case, "east-1", TUE) == "W02"


def test_a_posting_with_an_end_is_handed_over_to_its_end(session: Session, book: Rulebook, case: Case) -> None:
    later = Appointment("east-1", Role.GRID_WORKER, "W09", "郭靖", NEXT_MONDAY)
    appoint(session, book.county.id, [later], now=at("2026-03-02 18:00"))
    hand_over(case, on=WED)
    days = (TUE, WED, date(2026, 3, 8), NEXT_MONDAY)
    assert [answers(case, "east-1", day) for day in days] == ["W01", "W02", "W02", "W09"]
    held = select(Posting).where(Posting.post_id == post_id(session, "east-1", Role.GRID_WORKER))
    assert len(session.scalars(held.where(Posting.until_on.is_(None))).all()) == 1


@pytest.mark.parametrize("by", ["W01", "S01", "P01"])
def test_they_themselves_or_somebody_above_hand_over(case: Case, by: str) -> None:
    assert hand_over(case, by=by).duties == 3


@pytest.mark.parametrize("by", ["W02", "S02", "K01"])
def test_nobody_else_does(session: Session, case: Case, by: str) -> None:
    with refused(session, NotAbove, why="person", person="李青"):
        hand_over(case, by=by)


def test_to_oneself_or_somebody_unknown_nothing_is_handed_over(session: Session, case: Case) -> None:
    with refused(session, InvalidInput, why="hand_over_itself"):
        hand_over(case, "W01")
    with refused(session, NotFound, why="person", code="X01"):
        hand_over(case, "X01")


def test_nothing_is_handed_over_before_what_is_recorded(session: Session, book: Rulebook, case: Case) -> None:
    with refused(session, ClockBehind):
        hand_over(case, now="2026-03-02 12:00")
    successor = Appointment("east-1", Role.GRID_WORKER, "W02", "王芳", TUE)
    with refused(session, ClockBehind):
        appoint(session, book.county.id, [successor], now=datetime.fromisoformat("2026-03-01T00:00+00:00"))
