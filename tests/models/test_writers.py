"""Ten people work at once on few issues while the nights run: no deadlock, no lost update, no step twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import night, side_exits
from models.database import transaction
from models.errors import ClockBehind, CommunityBusy, GateClosed, IllegalTransition, InvalidInput, StaleIssue
from models.queries.rulebook import rulebook
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Message, Notice
from models.tables.places import Unit
from models.vocabulary import Action, MessageKind, Rating, Severity
from tests.conftest import fresh_database
from tests.county import COUNTY, at, load_small_county, reported
from tests.models.ledger import unit_id
from tests.models.lifecycle import invariants
from tests.models.lifecycle.snapshots import Snapshot, not_in_revisions
from tests.models.writing import RARE, WORK, WRITERS, Office


@pytest.fixture(scope="module")
def office(server_url: str) -> Office:
    url = fresh_database(server_url, "wangge_writers")
    with transaction(url) as session:
        load_small_county(session)
        return Office(url, rulebook(session, COUNTY))


def test_ten_writers_and_the_nights_get_along(office: Office) -> None:
    with transaction(office.url) as session:
        communities = list(session.scalars(select(Unit.id).where(Unit.community_id == Unit.id)))
    with ThreadPoolExecutor(WRITERS + len(communities) + len(MessageKind)) as pool:
        machines = [pool.submit(office.nights, each) for each in communities]
        machines += [pool.submit(office.messages, each) for each in MessageKind]
        writing = [pool.submit(office.write, seed) for seed in range(WRITERS)]
        try:
            succeeded = sum((each.result() for each in writing), Counter[Action]())
        finally:
            office.closed.set()
        ran = sum((each.result() for each in machines), Counter[str]())
    with transaction(office.url) as session:
        assert_whole(session)
        events = Counter(session.scalars(select(Event.action)))
        by_rule = select(Event.action).where(
            Event.action.in_([Action.ASSIGN, Action.RESUME]), Event.person_id.is_(None)
        )
        ruled = Counter(session.scalars(by_rule))
        urgent_on_grid = select(Issue.id).where(Issue.severity == Severity.URGENT, ~Issue.number.startswith("河县"))
        at_once = len(session.scalars(urgent_on_grid).all())
        assert_told_once(session, ran["messages"])
    print(f"\n{WRITERS} writers, {dict(ran)}: {dict(succeeded)}")
    machines_did = {Action.RESUME: ran["resumed"]}
    for action in {*WORK, Action.EXTEND} - {Action.ASSIGN}:
        assert events[action] == succeeded[action] + machines_did.get(action, 0), action
    assert events[Action.STEP] == ran["steps"] > 0
    assert events[Action.BREAK] == ran["broken"]
    assert ruled == Counter({Action.ASSIGN: ran["assigned"] + at_once, Action.RESUME: ran["resumed"]})
    assert all(succeeded[action] for action in WORK if action not in RARE), succeeded
    assert succeeded[Action.HOLD] + succeeded[Action.EXTEND] > 0


def assert_told_once(session: Session, count_of_messages: int) -> None:
    """Each notice stands in one message at most, and in the one it names."""
    messages = session.scalars(select(Message)).all()
    told = [(notice_id, message.id) for message in messages for notice_id in message.facts["notices"]]
    named = session.execute(select(Notice.id, Notice.message_id).where(Notice.message_id.is_not(None)))
    assert sorted(told) == sorted((notice_id, message_id) for notice_id, message_id in named)
    assert len(messages) == count_of_messages > 0


def assert_whole(session: Session) -> None:
    """Every issue is what its history made of it, its duties fit its stage, nothing fired twice, all balances."""
    ledger = Snapshot.take(session.connection())
    invariants.always(ledger)
    for issue in ledger.issues.values():
        assert (issue.handler_id, issue.rating) == remembered(ledger, issue.id), issue
    stale = not_in_revisions(session.connection())
    assert not stale, stale


def remembered(ledger: Snapshot, issue_id: int) -> tuple[int | None, Rating | None]:
    """Who said done and what the resident says, as what stands of the history has it."""
    handler, rating = None, None
    for event in ledger.standing_moves_of(issue_id):
        if event.action is Action.DONE:
            handler, rating = event.person_id, None
        elif event.action is Action.EVALUATE:
            rating = Rating(event.facts["rating"])
        elif event.action is Action.REOPEN:
            handler, rating = None, None
    return handler, rating


def test_of_two_issues_merged_into_each_other_at_once_one_goes_on(office: Office) -> None:
    """One lies in each community; twenty times, so that both orders come up."""

    def merge(number: str, into: str, now: datetime, start: Barrier) -> bool:
        start.wait()
        with suppress(GateClosed, IllegalTransition), transaction(office.url) as session:
            side_exits.merge(session, office.book, number, into=into, reason="…", by="P01", now=now)
            return True
        return False

    with ThreadPoolExecutor(2) as pool:
        for turn in range(20):
            with transaction(office.url) as session:
                when, grids = f"2026-03-16 09:{turn:02}", ("east-1", "west-1")
                one, other = (reported(session, office.book, when, grid=grid).number for grid in grids)
            pairs, start = [(one, other), (other, one)], Barrier(2)
            tried = [pool.submit(merge, number, into, at(when), start) for number, into in pairs]
            assert sorted(each.result() for each in tried) == [False, True]
    with transaction(office.url) as session:
        assert_whole(session)


def test_an_issue_given_back_and_forth_between_communities_at_once_is_never_lost(office: Office) -> None:
    """Nights run meanwhile in both; each transfer that succeeds leaves one event, and it lies where the last says."""

    def transfer(number: str, to: str, start: Barrier) -> int:
        start.wait()
        given = 0
        for turn in range(10):
            with suppress(InvalidInput, ClockBehind, StaleIssue), transaction(office.url) as session:
                now = at(f"2026-03-17 10:{turn:02}")
                side_exits.transfer(session, office.book, number, to=to, reason="…", by="P01", now=now)
                given += 1
        return given

    def nights(community_id: int, start: Barrier) -> int:
        start.wait()
        for turn in range(10):
            with suppress(CommunityBusy), transaction(office.url) as session:
                night.run(session, office.book, community_id, at(f"2026-03-17 10:{turn:02}"))
        return 0

    with transaction(office.url) as session:
        issue = reported(session, office.book, "2026-03-17 09:00", grid="east-1")
        communities, grids = [unit_id(session, "east"), unit_id(session, "west")], ["east-1", "west-1", "east-2"]
    start = Barrier(len(communities) + len(grids))
    with ThreadPoolExecutor(start.parties) as pool:
        given = [pool.submit(transfer, issue.number, grid, start) for grid in grids]
        given += [pool.submit(nights, each, start) for each in communities]
        total = sum(each.result() for each in given)
    with transaction(office.url) as session:
        moves = session.scalars(select(Event).where(Event.issue_id == issue.id, Event.action == Action.TRANSFER)).all()
        assert len(moves) == total > 0
        last = max(moves, key=lambda each: each.id).facts or {}
        assert session.get_one(Issue, issue.id).unit_id == last["to_unit"]
        assert_whole(session)
