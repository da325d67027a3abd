"""The whole lifecycle at random once more: the auditor is silent, the ledger balances, each night was previewed."""

import os
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from models.actions import preview
from models.rules.worktime import WorkCalendar
from tests.models.lifecycle.snapshots import Snapshot, digest
from tests.models.lifecycle.world import World
from tests.models.mutations import audited
from tests.models.night_lines import Stood, facts, written
from tests.models.test_lifecycle_machine import START, Lifecycle

PREVIEWED = Counter[str]()
"""What the previews listed: nights in which nothing is due tell nothing."""


class Nobody:
    """In place of whoever watches every step: that is another test's."""

    def correct(self, calendar: WorkCalendar) -> None:
        pass

    def nothing_lags(self, now: Snapshot, community: int, at: datetime) -> None:
        pass


class Unwatched(World):
    """The same county, only looked at in the end."""

    shadow: Any

    def __init__(self, url: str, start: datetime) -> None:
        super().__init__(url, start)
        self.shadow = Nobody()

    def watch(self, before: Snapshot) -> None:
        pass


class Audited(Lifecycle):
    """The same people and nights, looked at by the auditor; and each night is previewed first."""

    def __init__(self) -> None:
        super().__init__()
        self.world.closing.close()
        self.world = Unwatched(self.url, START)

    def teardown(self) -> None:
        with self.world.session() as session:
            found = [(each.key, each.facts) for each in audited(session, self.world.book, self.world.now)]
        super().teardown()
        assert found == []

    def a_night(self, wait: timedelta, community: str) -> None:
        unit, untouched = self.world.keys[community].id, digest(self.world.connection)
        with self.world.session() as session:
            seen = preview.preview(session, self.world.book, unit, self.world.now + wait)
            session.rollback()
            assert digest(self.world.connection) == untouched
            stood = Stood.now(session)
        super().a_night(wait, community)
        with self.world.session() as session:
            assert Counter(facts(each) for each in seen.doings) == written(session, stood)
        PREVIEWED.update(each.action for each in seen.doings)


def test_the_auditor_is_silent_and_the_night_does_what_was_previewed(database_url: str) -> None:
    Audited.url = database_url
    PREVIEWED.clear()
    run_state_machine_as_test(
        Audited,
        settings=settings(
            max_examples=int(os.environ.get("WANGGE_SOAK_LIVES", "16")),
            stateful_step_count=14,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    print(f"\n{dict(sorted(PREVIEWED.items()))}")
    assert PREVIEWED.total() > 0
