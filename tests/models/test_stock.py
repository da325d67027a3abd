"""A stock taken over: original dates and stages, and nothing older than the go-live moment is ever told."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import night
from models.actions.stock import StockTaken, take_over_stock
from models.queries import units
from models.queries.rulebook import Rulebook
from models.rules.stock import StockRow
from models.tables.events import Event
from models.tables.issues import Issue
from models.vocabulary import Action, Rating, Severity, Stage
from tests.county import at
from tests.models.mutations import audited

LIVE, NOW = at("2026-03-09 00:00"), at("2026-03-09 09:00")

RAISED = StockRow(
    "1", "old", "east-1", "lighting", Severity.ORDINARY, "灯", at("2026-03-02 09:00"), "W01", Stage.RAISED
)
ACTING = replace(RAISED, external_id="2", stage=Stage.ACTING, signed_at=at("2026-03-02 10:00"), handler="W01")
DONE = replace(ACTING, external_id="3", stage=Stage.EVALUATING, done_at=at("2026-03-04 10:00"), evidence="照片 3")
RATED = replace(DONE, external_id="4", rating=Rating.SATISFIED, rated_at=at("2026-03-05 10:00"))
CLOSED = replace(RATED, external_id="5", stage=Stage.CLOSED, closed_at=at("2026-03-06 10:00"), closed_by="S01")
GONE = replace(RAISED, external_id="6", stage=Stage.CLOSED, closed_at=at("2026-03-06 11:00"))
NOWHERE = replace(RAISED, external_id="7", grid=None)
BACK = replace(
    ACTING,
    external_id="8",
    done_at=at("2026-03-03 10:00"),
    evidence="x",
    rating=Rating.DISSATISFIED,
    rated_at=at("2026-03-04 10:00"),
)
STOCK = (RAISED, ACTING, DONE, RATED, CLOSED, GONE, NOWHERE, BACK)


def taken(session: Session, book: Rulebook, *rows: StockRow, by: str = "C01", now: datetime = NOW) -> StockTaken:
    return take_over_stock(session, book, rows, live_at=LIVE, by=by, now=now)


def nights(session: Session, book: Rulebook, *days: int) -> None:
    for day in days:
        for each in units.communities(session, book.county.id):
            night.run(session, book, each.id, at(f"2026-03-{day:02} 02:30"))


def test_a_stock_of_all_stages_comes_in_and_the_auditor_is_silent(session: Session, book: Rulebook) -> None:
    done = taken(session, book, *STOCK)
    assert (len(done.issues), done.known, done.rejected, done.as_recorded) == (len(STOCK), 0, {}, 1)
    issues = [session.get_one(Issue, done.issues[place]) for place in range(len(STOCK))]
    assert [issue.stage for issue in issues] == [row.stage for row in STOCK]
    assert audited(session, book, NOW) == []
    nights(session, book, 10, 11, 12, 20, 30)
    assert [(each.key, each.facts) for each in audited(session, book, "2026-03-30 03:00")] == []
    fired = session.scalars(select(Event.happened_at).where(Event.action == Action.STEP)).all()
    assert fired
    assert min(fired) > LIVE
