"""The whole lifecycle at random once more, of issues that came from elsewhere and are closed there now and then."""

import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from models.actions.closing import close_as_recorded
from models.actions.stock import take_over_stock
from models.rules.stock import Closing
from models.vocabulary import Action
from tests.models import stocks
from tests.models.lifecycle.snapshots import Snapshot
from tests.models.lifecycle.verbs import minutes
from tests.models.test_audited_lives import Audited, Unwatched
from tests.models.test_lifecycle_machine import HAPPENED, NUMBER, START, TURNS, WAITS


class FromElsewhere(Unwatched):
    """The county, in which each step that fires is looked at."""

    def watch(self, before: Snapshot) -> None:
        for event_id in self.seen.events.keys() - before.events.keys():
            event = self.seen.events[event_id]
            live_at = self.seen.issues[event.issue_id].live_at
            assert event.action is not Action.STEP or live_at is None or event.happened_at > live_at, event
        for duty_id, given in self.seen.steps_by_duty().items():
            numbers = [each.step for each in given]
            assert numbers == sorted(set(numbers)), "no step is given twice, and escalation never goes down"
            assert self.seen.duties[duty_id].step >= numbers[-1]


class TakenOver(Audited):
    """The same people and nights; what they work on came from another system, which closes some of it by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.world.closing.close()
        self.world = FromElsewhere(self.url, START)

    def raised(self, what: dict[str, Any], ago: timedelta, wait: timedelta) -> None:
        dice = Random(f"{what} {ago} {self.world.now}")
        number, live_at = len(self.world.seen.issues), self.world.now + wait - timedelta(days=6) * dice.random()

        def work(session: Session, now: datetime) -> None:
            row = stocks.row(dice, number, now, longest=timedelta(days=20))
            taken = take_over_stock(session, self.world.book, [row], live_at=live_at, by="C01", now=now)
            assert (len(taken.issues), taken.rejected) == (1, {})

        self.world.do("stock", wait, work)

    @rule(turns=TURNS, data=st.data(), wait=WAITS, which=NUMBER, ago=minutes(0, 600))
    def work_and_a_closing_elsewhere(
        self, turns: list[Any], data: st.DataObject, wait: timedelta, which: int, ago: timedelta
    ) -> None:
        self.casework(turns, data)
        issues = list(self.world.seen.issues.values())
        if issues:
            number = self.world.one_of(issues, which).number

            def work(session: Session, now: datetime) -> None:
                closing = Closing(number, now - ago)
                done = close_as_recorded(session, self.world.book, [closing], by="C01", now=now)
                HAPPENED[f"closing: {done}"] += 1

            self.world.do("closing elsewhere", wait, work)


def test_whatever_is_done_to_a_stock_the_auditor_is_silent(database_url: str) -> None:
    TakenOver.url = database_url
    HAPPENED.clear()
    run_state_machine_as_test(
        TakenOver,
        settings=settings(
            max_examples=int(os.environ.get("WANGGE_SOAK_LIVES", "8")),
            stateful_step_count=14,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    print(f"\n{dict(sorted(Counter(HAPPENED).items()))}")
