"""Two things done to the same issues at once: one after the other, never half and half, never in a circle."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, holding, night, side_exits, voiding
from models.actions.reporting import Report, report
from models.database import transaction
from models.errors import GateClosed, IllegalTransition, OnHold, WanggeError
from models.queries.rulebook import Rulebook, rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.requests import Request
from models.vocabulary import OWED, Action, DutyKind, DutyState, RequestKind, Severity, Stage
from tests.conftest import fresh_database
from tests.county import COUNTY, SECRET, at, load_small_county
from tests.models.ledger import unit_id

NOW = at("2026-03-03 10:00")
TRIES = 5

Do = Callable[[Session, Rulebook], object]


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    url = fresh_database(server_url, "wangge_at_once")
    with transaction(url) as session:
        load_small_county(session)
    return url


def issue(url: str, grid: str = "east-1", *, asked: bool = False) -> str:
    """An issue raised yesterday and signed for, about which a hold may have been asked for."""
    worker = {"east-1": "W01", "west-1": "W03"}[grid]
    with transaction(url) as session:
        book = rulebook(session, COUNTY)
        what = Report(grid, "lighting", Severity.ORDINARY, "灯", at("2026-03-02 09:00"), by=worker)
        number = report(session, book, what, now=NOW).number
        casework.sign(session, book, number, by=worker, now=NOW)
        if asked:
            hold, until = RequestKind.HOLD, date(2026, 3, 16)
            holding.ask(session, book, number, what=hold, until=until, reason="x", by=worker, now=NOW)
        return number


def at_once(url: str, *doings: Do) -> list[type[WanggeError] | None]:
    """Let each be done in a transaction of its own, all starting together: what each was refused with."""
    start = Barrier(len(doings))

    def alone(do: Do) -> type[WanggeError] | None:
        start.wait()
        try:
            with transaction(url) as session:
                do(session, rulebook(session, COUNTY))
        except WanggeError as error:
            return type(error)
        return None

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(alone, doings))


def approve(number: str, by: str) -> Do:
    return lambda session, book: holding.approve(session, book, number, secret=SECRET, by=by, now=NOW)


def refuse(number: str, by: str) -> Do:
    return lambda session, book: holding.refuse(session, book, number, reason="x", secret=SECRET, by=by, now=NOW)


def merge(number: str, into: str) -> Do:
    return lambda session, book: side_exits.merge(session, book, number, into=into, reason="x", by="S01", now=NOW)


def transfer(number: str, to: str) -> Do:
    return lambda session, book: side_exits.transfer(session, book, number, to=to, reason="x", by="P01", now=NOW)


def void(number: str) -> Do:
    return lambda session, book: voiding.void(session, book, number, reason="x", by="C01", now=NOW)


def run_night(community: str) -> Do:
    return lambda session, book: night.run(session, book, unit_id(session, community), NOW)


@pytest.mark.parametrize("second", [approve, refuse])
def test_a_request_is_decided_once(url: str, second: Callable[[str, str], Do]) -> None:
    for _ in range(TRIES):
        number = issue(url, asked=True)
        ends = at_once(url, approve(number, "S01"), second(number, "P01"))
        assert ends.count(None) == 1
        assert {*ends} < {None, GateClosed, OnHold}
        with transaction(url) as session:
            decided = session.scalars(select(Request).join(Issue).where(Issue.number == number)).one()
            wanted = (Action.HOLD, Action.REFUSE)
            events = select(Event.action).join(Issue).where(Issue.number == number, Event.action.in_(wanted))
            action = session.scalars(events).one()
            assert decided.approved is (action is Action.HOLD)


def test_of_two_issues_merged_into_each_other_one_goes_on(url: str) -> None:
    for _ in range(TRIES):
        one, other = issue(url), issue(url)
        ends = at_once(url, merge(one, other), merge(other, one))
        assert ends.count(None) == 1
        assert {*ends} < {None, GateClosed, IllegalTransition}
        with transaction(url) as session:
            stages = session.scalars(select(Issue.stage).where(Issue.number.in_((one, other)))).all()
            assert sorted(stages) == [Stage.ACTING, Stage.MERGED]


def test_issues_that_change_communities_crosswise_and_the_nights_get_by(url: str) -> None:
    for _ in range(TRIES):
        east, west = issue(url), issue(url, "west-1")
        crossing = (transfer(east, "west-1"), transfer(west, "east-1"), run_night("east"), run_night("west"))
        assert at_once(url, *crossing) == [None] * 4
        with transaction(url) as session:
            for number, community in ((east, "west"), (west, "east")):
                found = session.scalars(select(Issue).where(Issue.number == number)).one()
                duties = session.scalars(select(Duty).where(Duty.issue_id == found.id, Duty.state.in_(OWED))).all()
                assert found.community_id == unit_id(session, community)
                assert {duty.community_id for duty in duties} == {found.community_id}
                assert {duty.kind for duty in duties} == {DutyKind.ACT, DutyKind.SIGN}


def test_a_hold_taken_back_while_the_night_runs_is_either_before_it_or_after(url: str) -> None:
    for _ in range(TRIES):
        number = issue(url, asked=True)
        assert at_once(url, approve(number, "S01")) == [None]
        assert at_once(url, void(number), run_night("east")) == [None, None]
        with transaction(url) as session:
            work = session.scalars(
                select(Duty)
                .join(Issue, Issue.id == Duty.issue_id)
                .where(Issue.number == number, Duty.kind == DutyKind.ACT)
            ).one()
            assert (work.state, work.next_step_at) == (DutyState.OPEN, work.steps_at[work.step])
