"""The night's process killed twice in the middle: in the end all stands as if nothing had happened."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from models.actions import night
from models.database import engine
from models.queries import units
from models.queries.rulebook import rulebook
from tests.scenarios.rows import Rows, differences, rows
from tests.system.operator import System, processes_of, until

pytestmark = pytest.mark.timeout(300)

ASLEEP = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND backend_xid IS NOT NULL"


@pytest.fixture
def twin(system: System) -> Iterator[str]:
    """A copy of the database, as it stands before the night; its URL."""
    system.ask("""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = 'wangge' AND pid <> pg_backend_pid() AND state = 'idle'""")
    system.ask("CREATE DATABASE twin TEMPLATE wangge", database="postgres")
    url = make_url(system.url).set(database="twin").render_as_string(hide_password=False)
    yield url
    engine(url).dispose()
    system.ask("DROP DATABASE twin WITH (FORCE)", database="postgres")


def undisturbed(url: str, now: datetime) -> None:
    """The night in one go."""
    with Session(engine(url)) as session:
        book = rulebook(session, None)
        for unit in units.communities(session, book.county.id):
            night.run(session, book, unit.id, now)
            session.commit()


def standing(url: str) -> Rows:
    with Session(engine(url)) as session:
        return rows(session)


def fall_asleep(system: System, table: str, after: int, now: datetime) -> None:
    """Once so many units are done, let each transaction stop when it writes to a table: there a kill finds it."""
    system.ask(f"""
        CREATE OR REPLACE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF (SELECT count(*) FROM night_log WHERE ran_at = '{now.isoformat()}') >= {after}
                AND coalesce(current_setting('doze.once', true), '') = ''
            THEN
                PERFORM set_config('doze.once', 'yes', true), pg_sleep(2);
            END IF;
            RETURN NEW;
        END $$""")
    system.ask(f"CREATE TRIGGER doze BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION doze()")


def wake_up(system: System, table: str) -> None:
    """All is fast again, and what a dead process left open is over."""
    system.ask(f"DROP TRIGGER doze ON {table}")
    until(lambda: system.ask(ASLEEP) == [0])


def kill(run: UUID) -> None:
    """Kill -9 whatever works on a run."""
    for process in processes_of(run):
        process.kill()


def test_killed_twice_in_the_middle_the_night_ends_as_an_undisturbed_one(system: System, twin: str) -> None:
    now = system.tonight()
    undisturbed(twin, now)
    for table, after in (("night_log", 3), ("events", 7)):
        fall_asleep(system, table, after, now)
        run = system.begin("nightly", now=now)
        until(lambda: system.ask(ASLEEP) != [0], pause=0.1)
        kill(run)
        dead = system.ended(run)
        assert dead.state_name == "Crashed"
        done = system.written(now.date())
        assert after <= len(done) < 14, "some are done, some are not"
        wake_up(system, table)
    green = system.run("nightly", now=now)
    assert green.state is not None
    assert green.state.is_completed(), green.state.message
    finished = system.written(now.date())
    assert set(finished) == system.units()
    assert {name: finished[name] for name in done} == done, "what was done before the kills was not done again"
    assert differences(standing(system.url), standing(twin)) == {}
