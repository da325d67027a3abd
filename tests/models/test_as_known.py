"""The ledger as it was known: rebuilt from history it equals, field by field, what was stored then."""

import os
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import absences, calling, night
from models.actions.people import Appointment, appoint
from models.queries import duties, ledger
from models.queries.rulebook import Rulebook
from models.tables.history import Revision
from models.vocabulary import Action, DutyKind, Light, Role
from tests.county import at, reported
from tests.models.absence_cases import away
from tests.models.cases import MONDAY, Case
from tests.models.lifecycle.snapshots import Snapshot
from tests.models.lifecycle.world import Turn, World
from tests.models.test_lifecycle_machine import COMMUNITIES, START, TURNS, WAITS, Lifecycle

HAPPENED: Counter[str] = Counter()
"""What was done over all examples."""


@dataclass(frozen=True)
class Stored:
    """What stood in the ledger at an instant, and all that was owed."""

    at: datetime
    entries: list[ledger.Entry]
    owed: list[duties.Owed]


def stored(session: Session, book: Rulebook, now: datetime, **how: Any) -> Stored:
    owed = duties.owed(session, book, duties.Wanted(), now, **how)
    return Stored(now, list(ledger.entries(session, book, now, **how)), owed)


class Unwatched(World):
    """A world of which only the ledger is asked: whether its rules hold, the machine asks that goes by all of them."""

    def watch(self, before: Snapshot) -> None:
        """Nothing."""


class Remembered(Lifecycle):
    """Whole lives of issues, the ledger stored between; at their end each is rebuilt from what was recorded by then."""

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        self.world = Unwatched(self.url, START)
        self.then: list[Stored] = []
        self.revisions = 0

    @invariant()
    def store(self) -> None:
        with self.world.session() as session:
            rows = session.execute(select(Revision.id, Revision.recorded_at).where(Revision.id > self.revisions)).all()
            before = self.then[-1].at if self.then else datetime.min.replace(tzinfo=START.tzinfo)
            assert all(before < recorded_at <= self.world.now for _, recorded_at in rows), "recorded when it was done"
            self.revisions = max((row.id for row in rows), default=self.revisions)
            self.then.append(stored(session, self.world.book, self.world.now))

    def a_night(self, wait: timedelta, community: str) -> None:
        unit = self.world.keys[community].id
        self.world.do("night", wait, lambda session, now: night.run(session, self.world.book, unit, now))

    @rule(turns=TURNS, data=st.data(), wait=WAITS, community=st.sampled_from(COMMUNITIES))
    def work_and_a_watch(self, turns: list[Turn], data: st.DataObject, wait: timedelta, community: str) -> None:
        self.casework(turns, data)
        unit = self.world.keys[community].id
        self.world.do("watch", wait, lambda session, now: night.watch(session, self.world.book, unit, now))

    def teardown(self) -> None:
        with self.world.session() as session:
            for each in self.then:
                assert stored(session, self.world.book, each.at, as_known=True) == each
        HAPPENED.update(self.world.done)
        super().teardown()


def test_any_ledger_is_rebuilt_as_it_stood(database_url: str) -> None:
    Remembered.url = database_url
    run_state_machine_as_test(
        Remembered,
        settings=settings(
            max_examples=int(os.environ.get("WANGGE_SOAK_LIVES", "24")) // 4,
            stateful_step_count=14,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    print(f"\n{dict(sorted(HAPPENED.items()))}")
    assert HAPPENED.keys() >= {Action.SIGN, Action.DONE, "night"}  # the rest as the dice fall


def test_before_anything_was_raised_the_ledger_was_empty(session: Session, book: Rulebook) -> None:
    raised = reported(session, book, "2026-03-02 09:00").recorded_at
    assert len(stored(session, book, raised, as_known=True).entries) == 1
    before = raised - timedelta(microseconds=1)
    assert stored(session, book, before, as_known=True) == Stored(before, [], [])
    long_ago = at("2020-01-01 00:00")
    assert stored(session, book, long_ago, as_known=True) == Stored(long_ago, [], [])


def answers(case: Case, when: str) -> tuple[str | None, str | None]:
    """Who answered for it as it was known at a local time: by name, and instead of whom."""
    whose = ledger.entry(case.session, case.book, case.issue.number, at(when), as_known=True).holder
    assert whose is not None
    return whose.person, whose.instead_of.person if whose.instead_of else None


def test_who_answered_is_who_was_known_to_then(session: Session, book: Rulebook) -> None:
    """On Tuesday morning the worker is away from Monday on, on Tuesday noon back again; on Wednesday another comes."""
    case = Case(session, book, reported(session, book, MONDAY)).assigned()
    tuesday = date(2026, 3, 3)
    away(session, book, "W01", (tuesday, date(2026, 3, 6)), "W02", now=at("2026-03-03 08:00"))
    absences.cancel(session, book, "W01", by="W01", now=at("2026-03-03 12:00"))
    successor = Appointment("east-1", Role.GRID_WORKER, "W09", "何平", tuesday)
    appoint(session, book.county.id, [successor], now=at("2026-03-04 09:00"))
    session.flush()
    assert answers(case, "2026-03-03 07:59") == ("李青", None)
    assert answers(case, "2026-03-03 08:00") == ("王芳", "李青")
    assert answers(case, "2026-03-03 12:00") == ("李青", None)
    assert answers(case, "2026-03-04 08:59") == ("李青", None)  # though the post was another's since Tuesday
    assert answers(case, "2026-03-04 09:00") == ("何平", None)


def test_a_call_up_was_known_from_when_it_was_made(session: Session, book: Rulebook) -> None:
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    calling.call_up(session, book, case.issue.number, unit="works", reason="断电", by="W01", now=at("2026-03-03 09:00"))
    session.flush()
    before, then = (stored(session, book, at(when), as_known=True) for when in ("2026-03-03 08:59", "2026-03-03 09:00"))
    assert [each.called_up for each in (*before.entries, *then.entries)] == [False, True]
    assert before.owed[0].due_at == at("2026-03-05 09:00")
    assert {each.due_at for each in then.owed if each.kind is DutyKind.ACT} == {at("2026-03-16 09:00")}


def test_steps_are_known_from_when_they_were_recorded(session: Session, book: Rulebook) -> None:
    """Yellow on Wednesday 10:45, due on Thursday 9:00; the nights find out."""
    case = Case(session, book, reported(session, book, MONDAY)).assigned().signed()
    case.night("2026-03-05 02:30").night("2026-03-06 02:30")
    known = {
        when: stored(session, book, at(when), as_known=True)
        for when in ("2026-03-04 12:00", "2026-03-05 12:00", "2026-03-06 12:00")
    }
    assert [(each.entries[0].light, each.entries[0].steps_fired) for each in known.values()] == [
        (Light.YELLOW, 0),
        (Light.RED, 1),
        (Light.RED, 2),
    ]
    coming = [each.owed[0].next_step_at for each in known.values()]
    assert coming == [at("2026-03-04 10:45"), at("2026-03-05 09:00"), at("2026-03-06 09:00")]
