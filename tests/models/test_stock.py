"""A stock taken over: original dates and stages, and nothing older than the go-live moment is ever told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions import night
from models.actions.messages import compose
from models.actions.stock import StockTaken, take_over_stock
from models.errors import NotAllowed
from models.queries import units
from models.queries.night import night_facts
from models.queries.rulebook import Rulebook
from models.rules.stock import StockRow
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.people import Person
from models.vocabulary import (
    Action,
    DutyKind,
    DutyState,
    MessageKind,
    Rating,
    Severity,
    Stage,
)
from notifications.render import render
from tests.county import at
from tests.models.cases import Case, refused
from tests.models.ledger import Entry, everything, heard, history, owed
from tests.models.mutations import audited

MIDNIGHT = "2026-03-09 00:00"
LIVE, NOW = at(MIDNIGHT), at("2026-03-09 09:00")

RAISED = StockRow(
    *("1", "old", "east-1", "lighting"), Severity.ORDINARY, "灯", at("2026-03-02 09:00"), "W01", Stage.RAISED
)
ACTING = replace(RAISED, external_id="2", stage=Stage.ACTING, signed_at=at("2026-03-02 10:00"), handler="W01")
DONE = replace(ACTING, external_id="3", stage=Stage.EVALUATING, done_at=at("2026-03-04 10:00"), evidence="照片 3")
RATED = replace(DONE, external_id="4", rating=Rating.SATISFIED, rated_at=at("2026-03-05 10:00"))
CLOSED = replace(RATED, external_id="5", stage=Stage.CLOSED, closed_at=at("2026-03-06 10:00"), closed_by="S01")
RECORDED = replace(RAISED, external_id="6", stage=Stage.CLOSED, closed_at=at("2026-03-06 11:00"))
NOWHERE = replace(RAISED, external_id="7", grid=None)
BACK = replace(RATED, external_id="8", stage=Stage.ACTING, rating=Rating.DISSATISFIED)
URGENT = replace(RAISED, external_id="9", severity=Severity.URGENT)
STOCK = (RAISED, ACTING, DONE, RATED, CLOSED, RECORDED, NOWHERE, BACK, URGENT)


def taken(
    session: Session, book: Rulebook, *rows: StockRow, by: str = "C01", live: str = "2026-03-09 00:00"
) -> StockTaken:
    return take_over_stock(session, book, rows, live_at=at(live), by=by, now=NOW)


def came(session: Session, book: Rulebook, row: StockRow, live: str = MIDNIGHT) -> Case:
    return Case(session, book, session.get_one(Issue, taken(session, book, row, live=live).issues[0]))


def nights(session: Session, book: Rulebook, *days: int) -> None:
    for day in days:
        for each in units.communities(session, book.county.id):
            night.run(session, book, each.id, at(f"2026-03-{day:02} 02:30"))


def by_whom(session: Session, issue: Issue) -> list[str | None]:
    return [each.by for each in history(session, issue)]


def test_issues_come_in_at_their_stages_with_their_own_dates(session: Session, book: Rulebook) -> None:
    done = taken(session, book, *STOCK)
    assert (len(done.issues), done.known, done.rejected, done.as_recorded) == (len(STOCK), 0, {}, 1)
    issues = [session.get_one(Issue, done.issues[place]) for place in range(len(STOCK))]
    assert [issue.stage for issue in issues] == [row.stage for row in STOCK]
    assert {(issue.recorded_at, issue.live_at) for issue in issues} == {(NOW, LIVE)}
    closed = issues[STOCK.index(CLOSED)]
    happened = select(Event.action, Event.happened_at).where(Event.issue_id == closed.id).order_by(Event.id)
    assert session.execute(happened).tuples().all() == [
        (Action.REPORT, CLOSED.happened_at),
        (Action.SIGN, CLOSED.signed_at),
        (Action.DONE, CLOSED.done_at),
        (Action.EVALUATE, CLOSED.rated_at),
        (Action.CLOSE, CLOSED.closed_at),
    ]
    assert {(duty.kind, duty.state, duty.opened_at, duty.ended_at) for duty in owed(session, closed)} == {
        (DutyKind.ACT, DutyState.FULFILLED, CLOSED.happened_at, CLOSED.done_at),
        (DutyKind.EVALUATE, DutyState.FULFILLED, CLOSED.done_at, CLOSED.rated_at),
        (DutyKind.CLOSE, DutyState.FULFILLED, CLOSED.rated_at, CLOSED.closed_at),
    }


def test_a_rating_given_as_the_work_was_done_is_sound(session: Session, book: Rulebook) -> None:
    taken(session, book, replace(RATED, rated_at=DONE.done_at))
    nights(session, book, 10, 11)
    assert audited(session, book, "2026-03-11 03:00") == []


def test_the_nights_after_tell_nothing_older_and_the_auditor_is_silent(session: Session, book: Rulebook) -> None:
    taken(session, book, *STOCK)
    assert audited(session, book, NOW) == []
    nights(session, book, 10)
    fired = session.scalars(select(Event.happened_at).where(Event.action == Action.STEP)).all()
    assert fired
    assert min(fired) > LIVE
    nights(session, book, 11, 12, 20, 30)
    assert [(each.key, each.facts) for each in audited(session, book, "2026-03-30 03:00")] == []


def test_what_was_overdue_is_listed_in_the_first_night_only(session: Session, book: Rulebook) -> None:
    done = taken(session, book, RAISED, DONE, CLOSED, RECORDED, replace(RAISED, external_id="x", happened_at=LIVE))
    listed = []
    for day in (10, 11):
        nights(session, book, day)
        facts = night_facts(session, book, date(2026, 3, day), at(f"2026-03-{day} 03:00"))
        listed.append([(each["number"], each["kind"]) for each in facts["taken_over"]])
    numbers = [session.get_one(Issue, done.issues[place]).number for place in (0, 1)]
    assert listed == [[(numbers[0], DutyKind.ACT), (numbers[1], DutyKind.EVALUATE)], []]


def test_the_report_of_the_first_night_says_so(session: Session, book: Rulebook) -> None:
    case = came(session, book, RAISED)
    nights(session, book, 10)
    facts = night_facts(session, book, date(2026, 3, 10), at("2026-03-10 03:00"))
    said = render("night_report", "zh_CN", facts)
    assert "启用之前已超期的" in said
    assert f"| {case.issue.number} | 路灯照明 |" in said


def test_taken_over_again_nothing_changes(session: Session, book: Rulebook) -> None:
    taken(session, book, *STOCK)
    before = everything(session)
    later = replace(ACTING, stage=Stage.CLOSED, closed_at=NOW)
    again = taken(session, book, *STOCK, later, live="2026-03-01 00:00")
    assert (again.issues, again.known, again.rejected) == ({}, len(STOCK) + 1, {})
    assert everything(session) == before


def test_a_row_twice_is_one_issue_and_one_that_says_otherwise_is_rejected(session: Session, book: Rulebook) -> None:
    done = taken(session, book, RAISED, RAISED, replace(RAISED, summary="水"))
    assert (list(done.issues), done.known, done.rejected) == ([0], 1, {2: {"external_id": "clash"}})


def test_good_rows_come_in_beside_bad_ones(session: Session, book: Rulebook) -> None:
    ends = replace(RAISED, external_id="x", happened_at=at("2026-03-09 08:00"), severity=Severity.MAJOR)
    rows = (replace(DONE, grid="north", evidence=None), ACTING, replace(ends, category="fireworks"))
    done = taken(session, book, *rows)
    assert (list(done.issues), done.known) == ([1], 0)
    assert done.rejected == {0: {"grid": "unknown", "evidence": "missing"}, 2: {"category": "unknown"}}


def test_what_the_database_cannot_store_is_rejected_alone(session: Session, book: Rulebook) -> None:
    done = taken(session, book, replace(RAISED, external_id="a\0b"), RAISED)
    assert (list(done.issues), done.rejected) == ([1], {0: {"external_id": "unstorable"}})


def test_what_the_calendar_cannot_count_is_rejected_alone(session: Session, book: Rulebook) -> None:
    moment = at(f"{book.calendar.last.isoformat()} 12:00")
    late = replace(RAISED, external_id="late", happened_at=moment - timedelta(hours=1))
    done = take_over_stock(session, book, [RAISED, late], live_at=LIVE, by="C01", now=moment)
    assert (list(done.issues), done.rejected) == ([0], {1: {"happened_at": "calendar"}})


def test_what_people_did_there_is_theirs_if_they_may_do_it_here(session: Session, book: Rulebook) -> None:
    case = came(session, book, CLOSED)
    assert by_whom(session, case.issue) == ["W01", "W01", "W01", "C01", "S01"]
    assert case.issue.handler_id == session.scalar(select(Person.id).where(Person.code == "W01"))


@pytest.mark.parametrize("handler", ["W03", "X99", None])
def test_what_others_did_is_written_down_as_the_importers(session: Session, book: Rulebook, handler: str) -> None:
    case = came(session, book, replace(DONE, handler=handler, reported_by=handler))
    assert by_whom(session, case.issue)[1:] == ["C01", "C01"]
    named = session.scalars(select(Person.code).where(Person.id == case.issue.handler_id)).one()
    assert named == ("W03" if handler == "W03" else "C01")
    assert audited(session, book, NOW) == []


def test_who_closed_it_unknown_or_did_it_themselves_has_not_verified_it(session: Session, book: Rulebook) -> None:
    rows = [replace(CLOSED, external_id=str(n), closed_by=by) for n, by in enumerate(("X99", "W01", None, "S02"))]
    rows += [replace(CLOSED, external_id=f"of {by}", handler=by) for by in ("X99", None)]
    done = taken(session, book, *rows)
    assert done.as_recorded == len(rows)
    issue = session.get_one(Issue, done.issues[0])
    assert history(session, issue)[-1] == Entry(Action.CLOSE_AS_RECORDED, Stage.EVALUATING, Stage.CLOSED, "C01")
    assert audited(session, book, NOW) == []


def test_only_somebody_above_brings_a_stock_in(session: Session, book: Rulebook) -> None:
    with refused(session, NotAllowed):
        taken(session, book, RAISED, by="W01")
    with refused(session, NotAllowed):
        taken(session, book, RAISED, by="S02")
    assert taken(session, book, RAISED, by="S01").issues


def test_everybody_hears_what_is_theirs_but_not_of_what_is_closed(session: Session, book: Rulebook) -> None:
    done = taken(session, book, *STOCK)
    told = {
        (STOCK[place].external_id, each.kind, each.step, each.post)
        for place, issue_id in done.issues.items()
        for each in heard(session, session.get_one(Issue, issue_id))
    }
    assert told == {
        ("2", DutyKind.ACT, 0, "east-1"),
        ("3", DutyKind.EVALUATE, 0, "east"),
        ("4", DutyKind.CLOSE, 0, "east"),
        ("7", DutyKind.DISPATCH, 0, "river"),
        ("8", DutyKind.ACT, 0, "east-1"),
        ("9", DutyKind.SIGN, 0, "east-1"),
    }
    immediate = select(func.count()).select_from(Notice).where(Notice.immediate)
    assert session.scalar(immediate) == 1  # the urgent one that nobody has taken on
    assert compose(session, book, at("2026-03-10 07:45"), MessageKind.DIGEST).untold == 0


def test_numbers_have_no_gaps(session: Session, book: Rulebook) -> None:
    done = taken(session, book, *STOCK)
    numbers = [session.get_one(Issue, issue_id).number for issue_id in done.issues.values()]
    assert sorted(numbers) == [*(f"东街-2026-{n:04d}" for n in range(1, 9)), "河县-2026-0001"]
    assert session.scalar(select(func.count()).select_from(Duty).where(Duty.parent_id.is_not(None))) == 1
