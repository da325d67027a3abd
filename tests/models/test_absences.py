"""Who is away, who stands in for them, and what the deputy may do meanwhile."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import absences, casework, codes, holding, messages
from models.actions.absences import Leave
from models.errors import InvalidInput, NotAbove, NotAllowed, NotFound, WanggeError
from models.queries import duties, people
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.people import Absence, Person
from models.vocabulary import Action, DutyKind, MessageKind, RequestKind, Role, Severity
from tests.county import START, at, reported
from tests.models.absence_cases import away
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import Written, everything, history, post_id
from tests.models.ledger import messages as written

MON, TUE, WED, THU, FRI = (date(2026, 3, day) for day in range(2, 7))
DIGEST, URGENT = MessageKind.DIGEST, MessageKind.URGENT


def answers(session: Session, book: Rulebook, unit: str, on: date, role: Role = Role.GRID_WORKER) -> str | None:
    """Who answers at a post on a day, by staff number; None: nobody there."""
    found = people.holders(session, book.county.id, on).get(post_id(session, unit, role))
    return session.get_one(Person, found).code if found else None


def told(session: Session) -> list[str]:
    """To whom messages went, in order."""
    return [message.to for message in written(session)]


def test_the_deputy_answers_from_the_first_day_away_to_the_last(session: Session, book: Rulebook) -> None:
    away(session, book, "W02", (TUE, THU), "W01")
    assert [answers(session, book, "east-2", day) for day in (MON, TUE, WED, THU)] == ["W02", "W01", "W01", "W02"]


def test_messages_of_a_day_away_go_to_the_deputy_and_on_the_day_back_to_the_holder(
    session: Session, book: Rulebook
) -> None:
    away(session, book, "W01", (TUE, WED), "K02")
    case = Case(session, book, reported(session, book, MONDAY)).night("2026-03-03 02:30")
    messages.compose(session, book, at("2026-03-03 07:45"), DIGEST)
    assert told(session) == ["K02"]
    case.night("2026-03-04 02:30")
    messages.compose(session, book, at("2026-03-04 07:45"), DIGEST)
    assert told(session)[1:] == ["S01", "W01"]


def test_an_absence_that_ends_tonight_is_over_at_midnight(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, TUE), "W02")
    reported(session, book, "2026-03-02 23:00", severity=Severity.URGENT)
    messages.compose(session, book, at("2026-03-02 23:59"), URGENT)
    reported(session, book, "2026-03-03 00:01", severity=Severity.URGENT)
    messages.compose(session, book, at("2026-03-03 00:02"), URGENT)
    assert told(session) == ["W02", "W01"]


def test_with_nobody_to_stand_in_the_tier_above_is_told(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (TUE, FRI))
    Case(session, book, reported(session, book, MONDAY)).night("2026-03-03 02:30")
    messages.compose(session, book, at("2026-03-03 07:45"), DIGEST)
    assert told(session) == ["S01"]


def test_deputies_in_a_circle_end_at_the_tier_above(session: Session, book: Rulebook) -> None:
    for code, deputy in (("W01", "W02"), ("W02", "K01"), ("K01", "W01")):
        away(session, book, code, (TUE, FRI), deputy)
    Case(session, book, reported(session, book, MONDAY)).night("2026-03-03 02:30")
    messages.compose(session, book, at("2026-03-03 07:45"), DIGEST)
    assert told(session) == ["S01"]


def test_whoever_stands_in_for_two_gets_one_message(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (TUE, WED), "K01")
    away(session, book, "W02", (TUE, WED), "W01")
    for grid in ("east-1", "east-2"):
        case = Case(session, book, reported(session, book, MONDAY, grid=grid))
    case.night("2026-03-03 02:30")
    messages.compose(session, book, at("2026-03-03 07:45"), DIGEST)
    assert written(session) == [Written("K01", 1, at("2026-03-03 08:00"), 2)]


def test_a_deputy_signs_and_the_work_stays_the_posts(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, WED), "W02")
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed(by="W02")
    event = session.scalars(select(Event).where(Event.action == Action.SIGN)).one()
    assert history(session, case.issue)[-1].by == "W02"
    assert event.post_id == case.work.post_id == post_id(session, "east-1", Role.GRID_WORKER)
    assert case.done("2026-03-04 10:00").issue.handler_id == people.person(session, book.county.id, "W01").id


def test_who_stands_in_no_longer_may_no_longer(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, TUE), "W02")
    case = Case(session, book, reported(session, book, MONDAY)).assigned()
    with refused(session, NotAllowed):
        casework.sign(session, book, case.issue.number, by="W02", now=at("2026-03-03 09:00"))


def test_only_the_last_of_a_line_of_deputies_stands_in(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, WED), "K02")
    away(session, book, "K02", (MON, WED), "W03")
    case = Case(session, book, reported(session, book, MONDAY)).assigned()
    with refused(session, NotAllowed):
        casework.sign(session, book, case.issue.number, by="K02", now=at("2026-03-02 10:30"))
    case.signed(by="W03")


def test_who_is_away_may_act_still(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, WED), "W02")
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    assert history(session, case.issue)[-1].by == "W01"


def test_a_deputy_decides_with_a_code_of_their_own(session: Session, book: Rulebook) -> None:
    away(session, book, "S01", (TUE, FRI), "S02")
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    case.asked(RequestKind.HOLD, date(2026, 3, 16), "2026-03-03 09:00").approved("2026-03-03 10:00", by="S02")
    assert case.issue.held_until == date(2026, 3, 16)


def test_a_deputy_without_a_code_decides_nothing(session: Session, book: Rulebook) -> None:
    away(session, book, "S01", (TUE, FRI), "K02")
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    case.asked(RequestKind.HOLD, date(2026, 3, 16), "2026-03-03 09:00")
    with pytest.raises(WanggeError) as refusal:
        holding.approve(session, book, case.issue.number, secret="246810", by="K02", now=at("2026-03-03 10:00"))
    assert refusal.value.key == "error.WrongCode.none"
    codes.set_code(session, book.county.id, "K02", "135791")
    case.approved("2026-03-03 11:00", by="K02", secret="135791")


def test_lists_of_what_somebody_owes_follow(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (TUE, WED), "W02")
    Case(session, book, reported(session, book, MONDAY)).assigned()
    deputy = people.person(session, book.county.id, "W02").id

    def owed(when: str) -> list[DutyKind]:
        posts = duties.posts_answered_by(session, book, deputy, at(when))
        found = duties.owed(session, book, duties.Wanted(post_ids=posts), at(when))
        return [each.kind for each in found]

    assert owed("2026-03-03 09:00") == [DutyKind.SIGN, DutyKind.ACT]
    assert owed("2026-03-04 09:00") == []


@pytest.mark.parametrize("by", ["W01", "S01", "P01", "C01"])
def test_they_themselves_or_somebody_above_enters_an_absence(session: Session, book: Rulebook, by: str) -> None:
    away(session, book, "W01", (TUE, WED), "W02", by=by)
    assert answers(session, book, "east-1", TUE) == "W02"


@pytest.mark.parametrize("by", ["W02", "K01", "S02"])
def test_nobody_else_does(session: Session, book: Rulebook, by: str) -> None:
    with refused(session, NotAbove, why="person", person="李青", by=by):
        away(session, book, "W01", (TUE, WED), "W02", by=by)


def test_whoever_stands_in_above_does(session: Session, book: Rulebook) -> None:
    away(session, book, "S01", (MON, FRI), "W02")
    away(session, book, "W01", (TUE, WED), "K01", by="W02", now=at(MONDAY))
    assert answers(session, book, "east-1", TUE) == "K01"


@pytest.mark.parametrize(
    ("days", "deputy", "why"),
    [
        ((WED, WED), "W02", "absence_ends"),
        ((WED, TUE), "W02", "absence_ends"),
        ((date(2025, 12, 1), date(2026, 1, 1)), "W02", "absence_ends"),
        ((TUE, WED), "W01", "deputy_itself"),
        ((TUE, WED), "N01", "deputy_without_post"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(
    session: Session, book: Rulebook, days: tuple[date, date], deputy: str, why: str
) -> None:
    session.add(Person(county_id=book.county.id, code="N01", name="段誉"))
    with refused(session, InvalidInput, why=why):
        away(session, book, "W01", days, deputy)


def test_an_unknown_person_or_no_reason_is_refused(session: Session, book: Rulebook) -> None:
    with refused(session, NotFound, why="person", code="X01"):
        away(session, book, "W01", (TUE, WED), "X01")
    with refused(session, InvalidInput, why="reason"):
        absences.enter(session, book, Leave("W01", TUE, WED, " "), by="W01", now=START)


@pytest.mark.parametrize(
    ("days", "allowed"),
    [
        ((MON, TUE), True),
        ((MON, WED), False),
        ((WED, THU), False),
        ((TUE, FRI), False),
        ((FRI, date(2026, 3, 9)), True),
    ],
)
def test_absences_of_a_person_never_overlap(
    session: Session, book: Rulebook, days: tuple[date, date], *, allowed: bool
) -> None:
    away(session, book, "W01", (TUE, FRI))
    away(session, book, "W02", (TUE, FRI))
    if allowed:
        away(session, book, "W01", days)
        return
    with refused(session, InvalidInput, why="absence_overlaps", from_on=TUE, until_on=FRI):
        away(session, book, "W01", days)


def test_an_absence_to_come_is_cancelled_and_another_may_take_its_place(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (TUE, FRI), "W02")
    absences.cancel(session, book, "W01", by="S01", now=START)
    assert answers(session, book, "east-1", TUE) == "W01"
    away(session, book, "W01", (TUE, FRI), "K01")
    assert answers(session, book, "east-1", TUE) == "K01"


def test_who_comes_back_early_is_there_from_that_day_on_and_was_away_before(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, FRI), "W02")
    absences.cancel(session, book, "W01", by="W01", now=at("2026-03-04 08:00"))
    assert [answers(session, book, "east-1", day) for day in (MON, TUE, WED, THU)] == ["W02", "W02", "W01", "W01"]


def test_what_is_over_or_not_entered_cannot_be_cancelled(session: Session, book: Rulebook) -> None:
    with refused(session, NotFound, why="absence", code="W01"):
        absences.cancel(session, book, "W01", by="W01", now=START)
    away(session, book, "W01", (MON, TUE))
    with refused(session, NotFound, why="absence", code="W01"):
        absences.cancel(session, book, "W01", by="W01", now=at("2026-03-03 09:00"))


def test_of_several_absences_the_day_says_which(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, TUE))
    away(session, book, "W01", (THU, FRI))
    with refused(session, NotFound, why="absences", code="W01", days=(MON, THU)):
        absences.cancel(session, book, "W01", by="W01", now=START)
    absences.cancel(session, book, "W01", from_on=THU, by="W01", now=START)
    assert session.scalars(select(Absence.from_on).where(~Absence.cancelled)).all() == [MON]


def test_only_they_or_somebody_above_cancel(session: Session, book: Rulebook) -> None:
    away(session, book, "W01", (MON, TUE), "W02")
    with refused(session, NotAbove, why="person"):
        absences.cancel(session, book, "W01", by="W02", now=START)


def test_an_absence_moves_nothing_but_itself(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    before = everything(session, but=["absences", "revisions"])
    away(session, book, "W01", (TUE, WED), "W02", now=at("2026-03-02 18:00"))
    assert everything(session, but=["absences", "revisions"]) == before
    assert session.get_one(Duty, case.work.id).post_id == post_id(session, "east-1", Role.GRID_WORKER)
