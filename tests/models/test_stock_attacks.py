"""Stocks that come in odd ways: beside another county, by the wrong people, taken back, at the edges of time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import messages, night, voiding
from models.actions.closing import close_as_recorded
from models.actions.people import Appointment, appoint
from models.actions.stock import StockTaken, take_over_stock
from models.errors import ClockBehind, NotAllowed, NotFound
from models.queries import units
from models.queries.rulebook import Rulebook
from models.rules.stock import Closing, StockRow
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Message, Notice
from models.vocabulary import Action, DutyKind, MessageKind, Rating, Role, Severity, Stage
from tests.county import at
from tests.models import stock_lives
from tests.models.cases import refused
from tests.models.ledger import everything, steps, still_owed
from tests.models.mutations import audited
from tests.models.stock_lives import nights

LIVE, NOW = at("2026-03-09 00:00"), at("2026-03-09 09:00")
RAISED_AT = at("2026-03-02 09:00")
RAISED = StockRow("1", "old", "east-1", "lighting", Severity.ORDINARY, "灯", RAISED_AT, "W01", Stage.RAISED)
ACTING = replace(RAISED, external_id="2", stage=Stage.ACTING, signed_at=at("2026-03-02 10:00"), handler="W01")
DONE = replace(ACTING, external_id="3", stage=Stage.EVALUATING, done_at=at("2026-03-04 10:00"), evidence="照片 3")
RATED = replace(DONE, external_id="4", rating=Rating.SATISFIED, rated_at=at("2026-03-05 10:00"))
CLOSED = replace(RATED, external_id="5", stage=Stage.CLOSED, closed_at=at("2026-03-06 10:00"), closed_by="S01")
GONE = replace(RAISED, external_id="6", stage=Stage.CLOSED, closed_at=at("2026-03-06 11:00"))
NOWHERE = replace(RAISED, external_id="7", grid=None)
STOCK = (RAISED, ACTING, DONE, RATED, CLOSED, GONE, NOWHERE)
SECOND = timedelta(seconds=1)


def taken(session: Session, book: Rulebook, *rows: StockRow, live_at: datetime = LIVE) -> StockTaken:
    return take_over_stock(session, book, rows, live_at=live_at, by="C01", now=NOW)


def issue(session: Session, done: StockTaken, place: int = 0) -> Issue:
    return session.get_one(Issue, done.issues[place])


def fired(session: Session) -> Sequence[datetime]:
    return session.scalars(select(Event.happened_at).where(Event.action == Action.STEP)).all()


def test_two_counties_have_the_same_keys_and_neither_closes_the_other_s(session: Session, book: Rulebook) -> None:
    bronx = stock_lives.bronx(session)
    here, there = taken(session, book, *STOCK), taken(session, bronx, *STOCK)
    assert (len(here.issues), len(there.issues)) == (7, 7)
    closing = Closing(there.issues[0], NOW)
    assert close_as_recorded(session, book, [closing], by="C01", now=NOW).rejected == {0: "unknown"}
    assert close_as_recorded(session, bronx, [closing], by="C01", now=NOW).closed == 1
    assert audited(session, book, NOW) == audited(session, bronx, NOW) == []


@pytest.mark.parametrize("by", ["S01", "W01", "K01"])
def test_who_answers_for_a_part_alone_brings_nothing_in(session: Session, book: Rulebook, by: str) -> None:
    west = replace(RAISED, external_id="9", grid="west-1")
    with refused(session, NotAllowed):
        take_over_stock(session, book, [RAISED, west], live_at=LIVE, by=by, now=NOW)


def test_nobody_unknown_and_nobody_in_the_past_brings_anything_in(session: Session, book: Rulebook) -> None:
    with refused(session, NotFound):
        take_over_stock(session, book, [RAISED], live_at=LIVE, by="nobody", now=NOW)
    taken(session, book, RAISED)
    with refused(session, ClockBehind):
        take_over_stock(session, book, [ACTING], live_at=LIVE, by="C01", now=NOW - timedelta(hours=2))


@pytest.mark.parametrize("past", [timedelta(0), 30 * SECOND, timedelta(days=200)])
def test_all_dates_may_be_one_and_the_same_and_the_go_live_long_past(
    session: Session, book: Rulebook, past: timedelta
) -> None:
    same = RAISED_AT + timedelta(microseconds=7)
    once = {"happened_at": same, "signed_at": same, "done_at": same, "rated_at": same, "closed_at": same}
    rows = [
        replace(row, **{name: when for name, when in once.items() if getattr(row, name)})  # type: ignore[arg-type]
        for row in STOCK
    ]
    done = taken(session, book, *rows, live_at=NOW - past)
    assert (len(done.issues), done.rejected, done.as_recorded) == (7, {}, 1)
    assert issue(session, done, 4).closed_at == same
    nights(session, book, at("2026-03-10 02:30"), at("2026-03-30 02:30"))
    assert min(fired(session)) > NOW - past
    assert audited(session, book, "2026-03-30 03:00") == []


def test_rows_at_the_ends_of_time(session: Session, book: Rulebook) -> None:
    first = at("2025-01-01 00:00")
    rows = [first, first - SECOND, NOW, NOW + SECOND]
    done = taken(session, book, *(replace(RAISED, external_id=str(n), happened_at=when) for n, when in enumerate(rows)))
    assert [*done.issues] == [0, 2]
    assert done.rejected == {1: {"happened_at": "earlier"}, 3: {"happened_at": "later"}}
    nights(session, book, at("2026-03-10 02:30"))
    assert still_owed(session, issue(session, done))[DutyKind.ACT].due_at == at("2025-01-07 08:30")
    assert audited(session, book, "2026-03-10 03:00") == []


def test_a_closing_that_came_with_the_stock_is_taken_back_and_owed_as_of_then(session: Session, book: Rulebook) -> None:
    signed = replace(GONE, external_id="8", signed_at=at("2026-03-02 10:00"), handler="W01")
    done = taken(session, book, GONE, signed)
    for place in done.issues:
        voiding.void(session, book, issue(session, done, place).number, reason="x", by="C01", now=NOW + SECOND)
    session.expire_all()
    assert [issue(session, done, n).stage for n in done.issues] == [Stage.RAISED, Stage.ACTING]
    nights(session, book, at("2026-03-10 02:30"), at("2026-03-11 02:30"))
    for place in done.issues:
        told = steps(session, issue(session, done, place), DutyKind.ACT)
        assert [(step, fell) for step, fell, _ in told] == [(4, at("2026-03-10 09:00"))]
    assert audited(session, book, "2026-03-11 03:00") == []


def test_who_comes_to_a_post_afterwards_hears_of_what_is_theirs_and_of_no_step_before(
    session: Session, book: Rulebook
) -> None:
    taken(session, book, *STOCK)
    new = [
        Appointment("east-1", Role.GRID_WORKER, "W09", "新来", date(2026, 3, 9)),
        Appointment("east", Role.FIRST_SECRETARY, "S09", "新任", date(2026, 3, 9)),
    ]
    appoint(session, book.county.id, new, now=NOW + SECOND)
    nights(session, book, at("2026-03-10 02:30"))
    messages.compose(session, book, at("2026-03-10 07:45"), MessageKind.DIGEST)
    told = session.scalars(select(Notice.step).join(Message, Message.id == Notice.message_id)).all()
    assert 0 in told
    # The dispatch and the strike-off are warned of, the evaluation is two days late: the holder and the committee hear.
    assert sorted(session.scalars(select(Notice.step).where(Notice.step > 0))) == [1, 1, 2, 2]
    assert min(fired(session)) > LIVE
    assert audited(session, book, "2026-03-10 08:00") == []


def test_the_watch_of_urgent_clocks_gives_nothing_older_either(session: Session, book: Rulebook) -> None:
    urgent = [replace(row, severity=Severity.URGENT) for row in STOCK]
    taken(session, book, *urgent)
    for minutes in (10, 180):
        for each in units.communities(session, book.county.id):
            night.watch(session, book, each.id, NOW + timedelta(minutes=minutes))
        assert all(fell > LIVE for fell in fired(session))
    assert len(fired(session)) > 3  # of the signature and of the dispatch that are asked for from now on
    assert audited(session, book, NOW + timedelta(hours=4)) == []


def test_the_stage_there_does_not_reach_what_came_before(session: Session, book: Rulebook) -> None:
    taken(session, book, ACTING)
    whole = everything(session)
    further = [replace(DONE, external_id="2"), replace(CLOSED, external_id="2"), ACTING]
    assert taken(session, book, *further) == StockTaken(known=3)
    assert everything(session) == whole


def test_closings_by_id_and_number_twice_and_after_a_reopening(session: Session, book: Rulebook) -> None:
    done = taken(session, book, RAISED, ACTING)
    raised, acting = issue(session, done), issue(session, done, 1)
    told = [Closing(raised.number, NOW - SECOND), Closing(raised.id, NOW), Closing(str(acting.id), NOW)]
    found = close_as_recorded(session, book, told, by="S01", now=NOW)
    assert (found.closed, found.known, found.rejected) == (1, 1, {2: "unknown"})
    session.expire_all()
    assert raised.closed_at == NOW - SECOND
    for by in ("S02", "W01"):
        with refused(session, NotAllowed):
            close_as_recorded(session, book, [Closing(acting.number, NOW)], by=by, now=NOW)
    assert audited(session, book, NOW) == []
