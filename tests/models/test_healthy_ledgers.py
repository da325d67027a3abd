"""Whatever people and nights do: the auditor is silent and the ledger balances. Lives at random: test_audited_lives."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import (
    calendars,
    calling,
    casework,
    handing_over,
    holding,
    night,
    promises,
    side_exits,
    voiding,
)
from models.actions.closing import close_as_recorded
from models.queries import units
from models.queries.rulebook import Rulebook, rulebook
from models.rules.stock import Closing
from models.tables.events import Event
from models.vocabulary import Action, Basis, Rating, RequestKind
from tests.county import COUNTY, SECRET, at, reported
from tests.models.cases import Case
from tests.models.flood import suspend
from tests.models.mutations import audited

MONDAY, FRIDAY, SECOND_MONDAY = "2026-03-02 09:00", "2026-03-06 09:00", "2026-03-09 09:00"


def nights(case: Case, *days: int) -> Case:
    """The nights before some days of March, everywhere."""
    for day in days:
        for each in units.communities(case.session, case.book.county.id):
            night.run(case.session, case.book, each.id, at(f"2026-03-{day:02} 02:30"))
    return case


def do(case: Case, action: Callable[..., object], when: str, by: str, **said: object) -> Case:
    action(case.session, case.book, case.issue.number, by=by, now=at(when), **said)
    return case


def struck_off_and_reopened(case: Case) -> None:
    case.assigned().signed().done().rated(Rating.DISSATISFIED)
    case.done("2026-03-05 10:00").rated(Rating.SATISFIED, "2026-03-06 10:00")
    do(case, casework.publish, "2026-03-06 11:00", "S01", where="公示栏")
    case.closed("2026-03-06 16:00").reopened()
    nights(case, 10, 16)


def found_its_grid(case: Case) -> None:
    other = Case(case.session, case.book, reported(case.session, case.book, "2026-03-02 09:05", grid=None))
    nights(other, 4)
    do(other, casework.assign, "2026-03-04 10:00", "C01", grid="west-1")
    do(other, casework.sign, "2026-03-04 11:00", "W03")
    do(other, side_exits.transfer, "2026-03-04 15:00", "P01", to="east-2", reason="x")
    do(other, casework.sign, "2026-03-04 16:00", "W02")
    nights(other, 5, 12)


def called_for_help(case: Case) -> None:
    case.assigned().signed()
    nights(case, 5)
    do(case, calling.call_up, "2026-03-05 10:00", "W01", unit="west", reason="x")
    nights(case, 12, 13)
    do(case, calling.answer, "2026-03-13 10:00", "S02", note="x")
    nights(case, 18, 25)


def extended(case: Case) -> None:
    case.assigned().signed().asked(RequestKind.EXTENSION, date(2026, 3, 6))
    do(case, holding.refuse, "2026-03-03 10:00", "S01", secret=SECRET, reason="x")
    case.asked(RequestKind.EXTENSION, date(2026, 3, 12), "2026-03-03 11:00").approved("2026-03-03 14:00")
    nights(case, 11, 13)
    assert (case.work.basis, case.work.step) == (Basis.EXTENSION, 2)


def held_and_going_on(case: Case) -> None:
    case.assigned().signed()
    nights(case, 5)
    case.asked(RequestKind.HOLD, date(2026, 3, 20), "2026-03-05 09:30").approved("2026-03-05 10:00")
    nights(case, 6, 7)
    do(case, holding.resume, SECOND_MONDAY, "W01", reason="x")
    case.asked(RequestKind.HOLD, date(2026, 3, 12), "2026-03-09 09:30").approved("2026-03-09 10:00")
    nights(case, 11, 13, 20)
    assert case.work.basis is Basis.RESUMPTION


def promised_and_broken(case: Case) -> None:
    case.assigned().signed()
    do(case, promises.promise, "2026-03-03 10:00", "W01", until=date(2026, 3, 5))
    nights(case, 5, 6, 10)


def ended_otherwise(case: Case) -> None:
    others = [Case(case.session, case.book, reported(case.session, case.book, "2026-03-02 09:10")) for _ in range(2)]
    case.assigned().signed()
    do(others[0], side_exits.reject, "2026-03-02 15:00", "S01", reason="x")
    do(others[1], side_exits.merge, "2026-03-02 15:10", "S01", into=case.issue.number, reason="x")
    do(case, side_exits.withdraw, "2026-03-03 09:00", "W01", reason="x")
    nights(case, 4)


def taken_back(case: Case) -> None:
    case.assigned().signed()
    nights(case, 5)
    do(case, calling.call_up, "2026-03-05 10:00", "W01", unit="works", reason="x")
    do(case, casework.act, "2026-03-05 10:10", "W01", note="x")
    for minute in (20, 30):
        do(case, voiding.void, f"2026-03-05 10:{minute}", "S01", reason="x")
    case.asked(RequestKind.HOLD, date(2026, 3, 20), "2026-03-05 11:00").approved("2026-03-05 11:10")
    do(case, voiding.void, "2026-03-05 11:20", "S01", reason="x")
    do(case, side_exits.transfer, "2026-03-05 14:00", "P01", to="west-1", reason="x")
    nights(case, 6)
    do(case, voiding.void, FRIDAY, "P01", reason="x")
    case.done("2026-03-06 10:00")
    nights(case, 10)
    do(case, voiding.void, "2026-03-10 10:00", "S01", reason="x")
    nights(case, 11)
    do(case, casework.done, "2026-03-11 10:00", "W01", evidence="x", happened_at=at("2026-03-11 09:00"))
    nights(case, 12)


def flooded(case: Case) -> None:
    case.assigned().signed()
    suspend(case.session, case.book, until="2026-03-06 12:00")
    Case(case.session, case.book, reported(case.session, case.book, "2026-03-04 09:00"))
    nights(case, 5, 7, 12, 17)
    assert case.work.basis is Basis.RESUMPTION


def handed_over(case: Case) -> None:
    case.assigned().signed()
    do(case, promises.promise, "2026-03-02 15:00", "W01", until=date(2026, 3, 5))
    moment = at("2026-03-03 09:00")
    handing_over.hand_over(case.session, case.book, "W01", to="K01", on=date(2026, 3, 4), by="S01", now=moment)
    nights(case, 4, 5, 6)
    case.done("2026-03-06 10:00", by="K01")


def counted_anew(case: Case) -> None:
    case.assigned().signed().asked(RequestKind.HOLD, date(2026, 3, 5)).approved()
    nights(case, 5)
    other = Case(case.session, case.book, reported(case.session, case.book, "2026-03-05 10:00", grid="east-2"))
    days = {date(2026, 3, 6): False, date(2026, 3, 7): True, date(2026, 3, 9): False}
    calendars.import_days(case.session, COUNTY, days, now=at("2026-03-05 11:00"))
    case.session.expire_all()
    case.book = other.book = rulebook(case.session, COUNTY)
    nights(case, 6, 9, 10, 17)


def closed_elsewhere(case: Case) -> None:
    case.assigned().signed()
    nights(case, 5)
    for when in ("2026-03-05 10:00", "2026-03-06 10:00"):
        closing = Closing(case.issue.number, at("2026-03-05 09:00"))
        close_as_recorded(case.session, case.book, [closing], by="P01", now=at(when))
        if when < "2026-03-06":
            do(case, voiding.void, "2026-03-05 11:00", "P01", reason="x")
            nights(case, 6)
    case.reopened()
    nights(case, 12)


STORIES = (
    struck_off_and_reopened,
    found_its_grid,
    called_for_help,
    extended,
    held_and_going_on,
    promised_and_broken,
    ended_otherwise,
    taken_back,
    flooded,
    handed_over,
    counted_anew,
    closed_elsewhere,
)


@pytest.mark.parametrize("story", STORIES)
def test_nothing_is_found_in_what_went_by_the_book(
    session: Session, book: Rulebook, story: Callable[[Case], None]
) -> None:
    case = Case(session, book, reported(session, book, MONDAY))
    story(case)
    assert [(each.key, each.facts) for each in audited(session, case.book, "2026-03-30 03:00")] == []


def test_the_stories_tell_of_everything_that_can_be_done(session: Session, book: Rulebook) -> None:
    told = set[Action]()
    for story in STORIES:
        with session.begin_nested() as undone:
            story(Case(session, book, reported(session, book, MONDAY)))
            told.update(session.scalars(select(Event.action)))
            undone.rollback()
        session.expire_all()
    assert set(Action) - told == set()
