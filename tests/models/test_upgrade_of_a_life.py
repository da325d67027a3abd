"""A ledger the release before this one lived through is brought up to date: nothing is lost, and its nights go on.

``ledgers/0002.dump`` was written by that release: nine days of ``scenarios/county_life.py``, with holds, promises,
transfers, extensions, steps taken back, missed nights and a post left vacant. All of its people are invented.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from deployments.postgres_clients import run_client
from models.actions import night
from models.database import engine
from models.migrations.schema import alembic_config, migrate
from models.queries import units
from models.queries.rulebook import rulebook
from tests.conftest import empty_database
from tests.county import at
from tests.models.mutations import audited

LEDGER = Path(__file__).parent / "ledgers" / "0002.dump"
NIGHTS = [date(2026, 2, day) for day in (4, 5, 6)]


@pytest.fixture
def url(server_url: str) -> str:
    """The ledger as the release before left it."""
    url = empty_database(server_url, "wangge_life")
    with engine(url).connect() as connection:
        run_client("pg_restore", connection, str(LEDGER), "--no-owner", "--exit-on-error")
    return url


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    with engine(url).connect() as connection:
        yield connection


def rows(connection: Connection, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every row of every table, in some of its columns."""
    return {
        table: sorted(connection.scalars(text(f"SELECT row({', '.join(names)})::text FROM {table}")))
        for table, names in columns.items()
    }


def columns_of(connection: Connection) -> dict[str, list[str]]:
    found = connection.execute(
        text(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        )
    )
    columns: dict[str, list[str]] = {}
    for table, column in found:
        columns.setdefault(table, []).append(column)
    return {table: names for table, names in columns.items() if table != "alembic_version"}


def test_every_value_is_still_there(url: str, connection: Connection) -> None:
    columns = columns_of(connection)
    before = rows(connection, columns)
    connection.rollback()
    assert len(before["events"]) > 300
    migrate(url)
    assert rows(connection, columns) == before
    connection.rollback()
    command.check(alembic_config(url))


def test_its_nights_go_on_and_the_auditor_finds_nothing(url: str) -> None:
    migrate(url)
    for day in NIGHTS:
        with Session(engine(url)) as session, session.begin():
            book = rulebook(session, None)
            steps = [
                night.run(session, book, unit.id, at(f"{day} 02:30"))
                for unit in units.communities(session, book.county.id)
            ]
        assert steps
        with Session(engine(url)) as session, session.begin():
            assert audited(session, rulebook(session, None), at(f"{day} 03:00")) == []


def test_the_way_back_loses_nothing_of_what_it_knew(url: str, connection: Connection) -> None:
    columns = columns_of(connection)
    before = rows(connection, columns)
    connection.rollback()
    migrate(url)
    command.downgrade(alembic_config(url), "0002")
    assert rows(connection, columns) == before
