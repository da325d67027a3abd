"""Corners of taking a stock over: unknown people, clocks that stand still, what is told by half."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, holding, suspending
from models.actions.reporting import Report, report
from models.actions.stock import take_over_stock
from models.errors import InvalidInput
from models.queries.rulebook import Rulebook
from models.rules.stock import StockRow
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import Action, DutyKind, Rating, RequestKind, Severity, Stage
from tests.county import SECRET, at
from tests.models.ledger import steps, still_owed
from tests.models.stock_lives import nights

LIVE, NOW = at("2026-03-09 00:00"), at("2026-03-09 09:00")
ACT = DutyKind.ACT
RAISED = StockRow(
    "1", "old", "east-1", "lighting", Severity.ORDINARY, "灯", at("2026-03-02 09:00"), "W01", Stage.RAISED
)
ACTING = replace(RAISED, stage=Stage.ACTING, signed_at=at("2026-03-02 10:00"), handler="W01")
DONE = replace(ACTING, stage=Stage.EVALUATING, done_at=at("2026-03-04 10:00"), evidence="照片 3")
CLOSED = replace(
    DONE,
    stage=Stage.CLOSED,
    rating=Rating.SATISFIED,
    rated_at=at("2026-03-05 10:00"),
    closed_at=at("2026-03-06 10:00"),
    closed_by="S01",
)


def taken(session: Session, book: Rulebook, row: StockRow, *, live_at: datetime = LIVE, now: datetime = NOW) -> Issue:
    done = take_over_stock(session, book, [row], live_at=live_at, by="C01", now=now)
    assert not done.rejected
    return session.get_one(Issue, done.issues[0])


def allowed(session: Session, book: Rulebook, issue: Issue, what: RequestKind, until: date) -> None:
    """Asked for and allowed on the 3rd, at 10:30."""
    asked = at("2026-03-03 10:00")
    holding.ask(session, book, issue.number, what=what, until=until, reason="x", by="W01", now=asked)
    holding.approve(session, book, issue.number, secret=SECRET, by="S01", now=at("2026-03-03 10:30"))


def given(session: Session, issue: Issue, kind: DutyKind = ACT) -> Sequence[tuple[int | None, datetime]]:
    """The steps given: which, and when each fell."""
    session.expire_all()
    return [(step, fell) for step, fell, _ in steps(session, issue, kind)]


@pytest.mark.parametrize("handler", ["somebody gone", "W03", None])
def test_work_that_nobody_known_here_has_signed_for_is_its_grid_s(
    session: Session, book: Rulebook, handler: str | None
) -> None:
    """Not the county commander's, who only brought the file in: all open work of people unknown here would be theirs,
    reminded to them day by day, while the grid hears nothing.
    """
    issue = taken(session, book, replace(ACTING, handler=handler))
    assert still_owed(session, issue)[ACT].post == "east-1"


def test_work_sent_back_to_the_community_lies_where_it_does_when_it_was_lived_here(
    session: Session, book: Rulebook
) -> None:
    """What a suspension of the grid stops, and what it doesn't, hangs on it."""
    bad, rated_at = Rating.DISSATISFIED, at("2026-03-05 10:00")
    row = replace(DONE, handler="S01", stage=Stage.ACTING, rating=bad, rated_at=rated_at)
    what = Report(row.grid, row.category, row.severity, row.summary, row.happened_at, "W01")
    lived = report(session, book, what, now=row.happened_at)
    casework.sign(session, book, lived.number, by="S01", now=at("2026-03-02 10:00"))
    casework.done(session, book, lived.number, evidence="x", by="S01", now=at("2026-03-04 10:00"))
    casework.evaluate(session, book, lived.number, rating=bad, by="S01", now=rated_at)
    came = taken(session, book, row)
    lies = {
        issue.id: session.scalars(
            select(Unit.key)
            .join(Duty, Duty.unit_id == Unit.id)
            .where(Duty.issue_id == issue.id, Duty.kind == ACT, Duty.ended_at.is_(None))
        ).one()
        for issue in (lived, came)
    }
    assert lies[came.id] == lies[lived.id] == "east"


def test_steps_that_fall_after_the_go_live_moment_because_the_clock_stood_still_are_given(
    session: Session, book: Rulebook
) -> None:
    """The flood comes on Tuesday the 3rd at 10:00, when 13 office hours are left, and ends on the 10th at 12:00.

    The work is due on the 12th at 11:00 then, yellow after 7.75 hours: on the 11th at 14:45. Go-live is the 9th.
    """
    suspending.suspend(
        session, book, "east", cause="洪水", until=at("2026-03-10 12:00"), by="P01", now=at("2026-03-03 10:00")
    )
    issue = taken(session, book, ACTING)
    nights(session, book, at("2026-03-11 02:30"), at("2026-03-13 02:30"))
    assert still_owed(session, issue)[ACT].due_at == at("2026-03-12 11:00")
    assert given(session, issue) == [(1, at("2026-03-11 14:45")), (2, at("2026-03-12 11:00"))]


def test_a_go_live_moment_still_to_come_is_refused(session: Session, book: Rulebook) -> None:
    """Clocks would have to wait for it: what is passed over then nobody knows now."""
    with pytest.raises(InvalidInput) as refused:
        take_over_stock(session, book, [ACTING], live_at=at("2026-03-06 00:00"), by="C01", now=at("2026-03-03 09:00"))
    assert refused.value.facts["why"] == "live_later"


def test_nobody_verifies_what_is_written_down_as_their_own_work(session: Session, book: Rulebook) -> None:
    """The handler is unknown, so the work is written down as by C01, who brought it in - and who closed it there."""
    issue = taken(session, book, replace(CLOSED, handler="somebody gone", closed_by="C01"))
    done = select(Event.person_id).where(Event.issue_id == issue.id, Event.action == Action.DONE)
    closed = select(Event.person_id).where(Event.issue_id == issue.id, Event.action == Action.CLOSE)
    assert session.scalars(closed).one_or_none() != session.scalars(done).one()


def test_what_nobody_named_has_handled_is_not_verified_by_another(session: Session, book: Rulebook) -> None:
    """Without a handler nobody can say that it was another one who closed it."""
    row = replace(CLOSED, handler=None)
    assert take_over_stock(session, book, [row], live_at=LIVE, by="C01", now=NOW).as_recorded == 1


def test_a_category_is_known_by_its_key_alone(session: Session, book: Rulebook) -> None:
    """What people call it is a mapping's to look up."""
    rows = [replace(RAISED, category="路灯照明"), replace(RAISED, external_id="2")]
    done = take_over_stock(session, book, rows, live_at=LIVE, by="C01", now=NOW)
    assert (list(done.issues), done.rejected) == ([1], {0: {"category": "unknown"}})


@pytest.mark.parametrize("field", ["external_id", "source"])
def test_a_key_that_cannot_be_stored_is_rejected_and_the_others_come(
    session: Session, book: Rulebook, field: str
) -> None:
    unstorable = replace(RAISED, source="a\0b") if field == "source" else replace(RAISED, external_id="a\0b")
    rows = [unstorable, replace(RAISED, external_id="2")]
    done = take_over_stock(session, book, rows, live_at=LIVE, by="C01", now=NOW)
    assert done.rejected == {0: {field: "unstorable"}}
    assert [*done.issues] == [1]


def test_blank_evidence_is_none(session: Session, book: Rulebook) -> None:
    """As casework.done has it; and a closing with it is by its source's word alone."""
    rows = [replace(DONE, evidence="  "), replace(CLOSED, external_id="2", evidence=" ")]
    done = take_over_stock(session, book, rows, live_at=LIVE, by="C01", now=NOW)
    assert done.rejected == {0: {"evidence": "missing"}}
    assert done.as_recorded == 1
