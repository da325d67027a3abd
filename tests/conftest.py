"""What tests share: a real PostgreSQL, a small county in it, and a transaction that is rolled back after each test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from deployments.embedded import EmbeddedPostgres
from models.database import engine
from models.migrations.schema import migrate
from models.queries.rulebook import Rulebook, rulebook
from tests.county import COUNTY, load_small_county

TOGETHER = ("flows", "system")
"""Folders whose tests share what is dear to make."""
TRIES = 20
MADE: list[str] = []
"""The databases of this run."""


@pytest.fixture(scope="session")
def homes() -> Iterator[Path]:
    """A folder for homes which every account may pass through: pytest's own is closed to the embedded server's."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url(homes: Path) -> Iterator[str]:
    """A PostgreSQL server: the one WANGGE_TEST_DATABASE_URL names, else an embedded one of our own."""
    given = os.environ.get("WANGGE_TEST_DATABASE_URL")
    if given:
        yield given
        _drop(given, *MADE)
        return
    server = EmbeddedPostgres(homes / "server")
    yield server.start()
    server.stop()


def empty_database(server_url: str, name: str) -> str:
    """A new database without tables on the server; several test runs may share a server."""
    own = f"{name}_{os.getpid()}"
    MADE.append(own)
    _drop(server_url, own)
    with _by_itself(server_url) as connection:
        connection.execute(text(f'CREATE DATABASE "{own}"'))
    return make_url(server_url).set(database=own).render_as_string(hide_password=False)


def fresh_database(server_url: str, name: str) -> str:
    """A new, migrated database on the server."""
    url = empty_database(server_url, name)
    migrate(url)
    return url


def _drop(server_url: str, *names: str) -> None:
    with _by_itself(server_url) as connection:
        for name in names:
            for left in reversed(range(TRIES)):
                try:
                    connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
                    break
                except ProgrammingError:  # the server itself is tidying up in it, and is not ours to end
                    if not left:
                        raise
                    sleep(1)


@contextmanager
def _by_itself(server_url: str) -> Iterator[Connection]:
    """A connection on which each statement stands by itself, as CREATE DATABASE asks for."""
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@pytest.fixture(scope="session")
def database_url(server_url: str) -> str:
    """A migrated database with the small county of tests/county.py in it; tests leave no trace in it."""
    url = fresh_database(server_url, "wangge_tests")
    with Session(engine(url)) as session, session.begin():
        load_small_county(session)
    return url


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session in a transaction that is rolled back after the test, whatever it commits."""
    with engine(database_url).connect() as connection, connection.begin() as outer:
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as inner:
            yield inner
        outer.rollback()


@pytest.fixture
def book(session: Session) -> Rulebook:
    """The rules of the small county."""
    return rulebook(session, COUNTY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Flows run in this process come first: a client of theirs must not outlive a server of other tests.

    The system's come next: they are the longest that can't be shared out, and another process goes on beside them.
    """
    items.sort(key=lambda item: next((n for n, part in enumerate(TOGETHER) if part in item.path.parts), len(TOGETHER)))


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist tells no types
    """Shares tests out among processes so that nothing is torn apart: a file, all of one server, all flows."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((part for part in file.split("/") if part in TOGETHER), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)
