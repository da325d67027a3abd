"""Nights killed at any instant and run again leave what undisturbed nights leave.

Two databases start as copies of one another and live through the same days. In the twin every night runs undisturbed;
in the other a forked child runs it and is killed with SIGKILL, then it is run again to the end. Afterwards all rows
must be the same. Statements of the killed child are slowed down by triggers, so that kills land inside transactions.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random
from time import perf_counter, sleep

import pytest
from sqlalchemy import Connection, make_url, select, text

from models.actions import night
from models.actions.night import NightCounts
from models.database import engine, transaction
from models.queries import units
from models.queries.rulebook import rulebook
from models.tables.events import Event
from models.tables.registry import METADATA
from models.vocabulary import Action
from tests import conftest
from tests.county import COUNTY
from tests.scenarios import county_life, killing
from tests.scenarios.county_life import DAYS_BEFORE, FIRST_DAY, night_and_morning
from tests.scenarios.killing import Struck
from tests.scenarios.rows import Rows, differences, rows

KILLS = int(os.environ.get("WANGGE_SOAK_KILLS", "20"))
LEAST_INSIDE = max(5, KILLS // 4)
SECONDS_A_STATEMENT = 0.01
SLOWED = {
    "duties": "INSERT OR UPDATE",
    "events": "INSERT",
    "notices": "INSERT",  # settled one by one, they would take too long
    "messages": "INSERT",
    "night_log": "INSERT",
}

SLOWLY = f"""
    CREATE FUNCTION take_a_while() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('application_name') LIKE 'killed-%' THEN
            PERFORM pg_sleep({SECONDS_A_STATEMENT});
        END IF;
        RETURN NULL;
    END $$;
""" + "".join(
    f"CREATE TRIGGER slowly AFTER {change} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION take_a_while();"
    for table, change in SLOWED.items()
)

# A night's rows stand in the ledger if and only if its log does: nothing of a killed transaction is left.
HALF_DONE = text("""
    SELECT i.number FROM events e JOIN issues i ON i.id = e.issue_id
    WHERE e.recorded_at = :now AND NOT EXISTS (
        SELECT 1 FROM night_log n WHERE n.community_id = i.community_id AND n.night = :night
    )
""")


@dataclass
class Killer:
    """The database whose nights are killed, who looks on, and how often a kill struck where."""

    url: str
    observer: Connection
    dice: Random
    usual: float = 0.0
    struck: Counter[Struck] = field(default_factory=Counter)

    @property
    def kills(self) -> int:
        """How many so far; whoever had ended was not killed."""
        return self.struck.total() - self.struck[Struck.ENDED]

    def night(self, day: date) -> None:
        """Run a night and its morning with a kill, or with two, then once more to the end."""
        for n in range(min(self.dice.choice([1, 2, 2]), KILLS - self.kills)):
            self.one_kill(night_of(day, only_undone=bool(n % 2)))
            with transaction(self.url) as session:
                now = county_life.on(day, 2, 30)
                assert session.execute(HALF_DONE, {"now": now, "night": day}).all() == []
        night_and_morning(self.url, day, only_undone=self.dice.random() < 0.5)

    def one_kill(self, job: Callable[[str], None]) -> None:
        """Every other kill waits for a transaction that has written, the others strike at any instant."""
        attempt = self.struck.total()
        with killing.child(self.url, f"killed-{attempt}-{os.getpid()}", job) as victim:
            if attempt % 2:
                where = killing.strike_while_writing(self.observer, victim, self.dice.uniform(0, self.usual / 10))
            else:
                sleep(self.dice.uniform(0, self.usual))
                where = killing.strike(self.observer, victim) or Struck.ENDED
        self.struck[where] += 1

    def undisturbed(self, day: date) -> None:
        """A night in a child that nobody kills: how long one takes."""
        before = perf_counter()
        with killing.child(self.url, f"killed-not-{os.getpid()}", night_of(day, only_undone=False)) as spared:
            spared.wait()
        self.usual = perf_counter() - before


def night_of(day: date, *, only_undone: bool) -> Callable[[str], None]:
    """The work of a child: a night and its morning in the database it is given."""
    return partial(night_and_morning, day=day, only_undone=only_undone)


def lived_through(url: str, day: date) -> None:
    with transaction(url) as session:
        reports, turns = county_life.REPORTS_A_DAY, county_life.TURNS_A_DAY
        county_life.work(session, rulebook(session, COUNTY), day, reports=reports, turns=turns)


def read(url: str) -> Rows:
    with transaction(url) as session:
        return rows(session)


@pytest.fixture(scope="module")
def observer(server_url: str) -> Iterator[Connection]:
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@pytest.fixture(scope="module")
def twins(server_url: str, observer: Connection) -> tuple[str, str]:
    """The database to be killed and its twin."""
    killed = conftest.fresh_database(server_url, "wangge_killed")
    with transaction(killed) as session:
        county_life.lived(session)
    engine(killed).dispose()
    original = make_url(killed).database
    copy = f"{original}_twin"
    conftest.MADE.append(copy)
    observer.execute(text(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"'))
    with transaction(killed) as session:
        session.execute(text(SLOWLY))
    return killed, make_url(killed).set(database=copy).render_as_string(hide_password=False)


@pytest.mark.timeout(120 + 10 * KILLS)
def test_nights_killed_and_run_again_leave_what_undisturbed_ones_leave(
    twins: tuple[str, str], observer: Connection
) -> None:
    killed, twin = twins
    with transaction(twin) as session:
        stages, owed = county_life.standing(session)
    assert sum(stages.values()) >= 250
    assert all(stages[stage] for stage in county_life.STAGES), stages
    assert all(owed[kind] for kind in county_life.KINDS), owed
    killer = Killer(killed, observer, Random(20))
    day = FIRST_DAY + timedelta(days=DAYS_BEFORE)
    night_and_morning(twin, day, only_undone=False)
    killer.undisturbed(day)
    while killer.kills < KILLS:
        for url in twins:
            lived_through(url, day)
        day += timedelta(days=1)
        night_and_morning(twin, day, only_undone=False)
        killer.night(day)
    print(f"\n{killer.kills} kills over {(day - FIRST_DAY).days - DAYS_BEFORE} nights: " + told(killer.struck))
    assert killer.struck[Struck.WRITING] >= LEAST_INSIDE
    assert differences(read(twin), read(killed)) == {}
    with transaction(twin) as session:
        done = set(session.scalars(select(Event.action).distinct()))
    assert done >= {
        Action.HOLD,
        Action.RESUME,
        Action.PROMISE,
        Action.BREAK,
        Action.TRANSFER,
        Action.VOID,
    }


def told(struck: Counter[Struck]) -> str:
    return "; ".join(f"{struck[where]} {where}" for where in Struck if struck[where])


def test_a_difference_between_twins_would_be_seen(twins: tuple[str, str]) -> None:
    history = ", ".join(column.name for column in METADATA.tables["events"].columns if column.name != "id")
    with transaction(twins[1]) as session:
        before = rows(session)
        session.execute(text(f"INSERT INTO events ({history}) SELECT {history} FROM events LIMIT 1"))
        session.execute(text("UPDATE notices SET recorded_at = recorded_at + interval '1 second' WHERE step = 3"))
        found = differences(before, rows(session))
        session.rollback()
    assert set(found) == {"events", "notices"}
    assert len(found["events"]) == 1


def test_a_preview_leaves_nothing_and_predicts_the_night_exactly(twins: tuple[str, str]) -> None:
    twin, day = twins[1], FIRST_DAY + timedelta(days=DAYS_BEFORE + 2 * KILLS)
    lived_through(twin, day)
    before = read(twin)
    predicted = night_in(twin, day, preview=True)
    assert read(twin) == before
    assert night_in(twin, day, preview=False) == predicted
    assert sum(each.steps for each in predicted) > 0
    assert sum(each.assigned for each in predicted) > 0
    assert read(twin) != before


def night_in(url: str, day: date, *, preview: bool) -> list[NightCounts]:
    """The night of every community as the task runs it: in a transaction of its own, which a preview rolls back."""
    counts = []
    with transaction(url) as session:
        communities = [unit.id for unit in units.communities(session, rulebook(session, COUNTY).county.id)]
    for community in communities:
        with transaction(url) as session:
            now = county_life.on(day + timedelta(days=1), 2, 30)
            counts.append(night.run(session, rulebook(session, COUNTY), community, now))
            if preview:
                session.rollback()
    return counts
