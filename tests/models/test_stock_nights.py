"""Random stocks and the nights after: what is owed, recorded and listed, against a slow reading of the text."""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import new_policy, night
from models.actions.stock import StockTaken, take_over_stock
from models.queries import duties, units
from models.queries.rulebook import Rulebook, rulebook
from models.rules.clock import passed_over
from models.rules.escalation import freeze
from models.rules.stock import StockRow
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.vocabulary import OWED, Action, DutyKind, Rating, Severity
from tests.county import COUNTY, at
from tests.models import stocks
from tests.models.changed_packs import load, with_policy
from tests.models.mutations import audited
from tests.rules.oracles import stock as oracle

NOW = at("2026-03-09 09:00")


def told(row: StockRow) -> oracle.Told:
    content = row.rating is not Rating.DISSATISFIED
    dates = (row.happened_at, row.signed_at, row.done_at, row.rated_at)
    return oracle.Told(row.grid is not None, *dates, content, row.closed_at)


class Example(NamedTuple):
    """A stock, the go-live moment, and the nights that ran."""

    rows: list[StockRow]
    live: datetime
    nights: list[datetime]

    @classmethod
    def made(cls, seed: int, count: int, live: int, days: set[int]) -> "Example":
        dice = Random(seed)
        rows = [stocks.row(dice, number, NOW) for number in range(count)]
        nights = [at("2026-03-10 02:30") + timedelta(days=day) for day in sorted(days)]
        return cls(rows, NOW + timedelta(hours=live), nights)


HOURS = st.integers(-15 * 24, 0)
EXAMPLES = st.builds(
    Example.made, st.integers(0, 2**32), st.integers(1, 6), HOURS, st.sets(st.integers(0, 25), min_size=1, max_size=3)
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(example=EXAMPLES)
def test_a_stock_owes_and_escalates_what_the_text_says(session: Session, book: Rulebook, example: Example) -> None:
    with session.begin_nested() as undone:
        taken = take_over_stock(session, book, example.rows, live_at=example.live, by="C01", now=NOW)
        assert taken.rejected == {}
        for place in range(len(example.rows)):
            owes_what_the_text_says(session, book, example, place, taken)
        again = take_over_stock(session, book, example.rows, live_at=example.live, by="C01", now=NOW)
        assert (again.issues, again.known, again.rejected, again.as_recorded) == ({}, len(example.rows), {}, 0)
        assert audited(session, book, NOW) == []
        for moment in example.nights:
            for each in units.communities(session, book.county.id):
                night.run(session, book, each.id, moment)
        assert [(each.key, each.facts) for each in audited(session, book, example.nights[-1])] == []
        fired = session.scalars(select(Event.happened_at).where(Event.action == Action.STEP)).all()
        assert all(happened_at > example.live for happened_at in fired)
        for place in range(len(example.rows)):
            escalates_as_the_text_says(session, book, example, place, taken)
        undone.rollback()
    session.expire_all()


LIMITS = st.sampled_from(["1 working_days", "2 working_days", "5 working_days", "10 working_days"])


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(example=EXAMPLES, act=LIMITS, evaluate=LIMITS)
def test_under_another_policy_nothing_older_is_told_either(
    session: Session, book: Rulebook, example: Example, act: str, evaluate: str
) -> None:
    with session.begin_nested() as undone:
        take_over_stock(session, book, example.rows, live_at=example.live, by="C01", now=NOW)
        load(session, with_policy(f"then {act} {evaluate}", act=act, evaluate=evaluate))
        then, communities = rulebook(session, COUNTY), units.communities(session, book.county.id)
        moved = [
            each
            for place in communities
            for each in new_policy.take_over(session, then, place.id, NOW + timedelta(hours=1))
        ]
        assert all(each.step >= passed_over(each.schedule.steps_at, example.live) for each in moved if each.before)
        for moment in example.nights:
            for place in communities:
                night.run(session, then, place.id, moment)
        assert [(each.key, each.facts) for each in audited(session, then, example.nights[-1])] == []
        fired = session.scalars(select(Event.happened_at).where(Event.action == Action.STEP)).all()
        assert all(happened_at > example.live for happened_at in fired)
        undone.rollback()
    session.expire_all()


def owes_what_the_text_says(session: Session, book: Rulebook, example: Example, place: int, taken: StockTaken) -> None:
    row, issue = example.rows[place], session.get_one(Issue, taken.issues[place])
    found = session.scalars(select(Duty).where(Duty.issue_id == issue.id, Duty.state.in_(OWED))).all()
    urgent = row.severity is Severity.URGENT and row.grid and not row.signed_at and not row.closed_at
    signing = {"sign": NOW} if urgent else {}
    assert {str(each.kind): each.opened_at for each in found} == oracle.owed(told(row), NOW) | signing
    overdue = duties.owed(session, book, duties.Wanted(number=issue.number, taken_over=True), NOW)
    due = {str(each.kind): each.due_at for each in found}
    assert {str(each.kind) for each in overdue} == oracle.listed(due, example.live)


def escalates_as_the_text_says(
    session: Session, book: Rulebook, example: Example, place: int, taken: StockTaken
) -> None:
    row, issue = example.rows[place], session.get_one(Issue, taken.issues[place])
    for kind, opened_at in oracle.owed(told(row), NOW).items():
        level = book.level(DutyKind(kind), row.category, row.severity, issue.lane)
        instants = freeze(level, opened_at, book.calendar).steps_at
        steps = select(Event.step, Event.happened_at, Event.recorded_at).join(Duty, Duty.id == Event.duty_id)
        steps = steps.where(Event.issue_id == issue.id, Event.action == Action.STEP, Duty.kind == DutyKind(kind))
        wanted = oracle.recorded(instants, example.live, example.nights)
        assert [tuple(each) for each in session.execute(steps.order_by(Event.id))] == wanted
