"""What tests share: a real PostgreSQL, a small county in it, and a transaction that is rolled back after each test."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from deployments.embedded import EmbeddedPostgres
from models.database import engine, migrate
from models.queries.rulebook import Rulebook, rulebook
from tests.county import COUNTY, load_small_county


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
        return
    home = (
        Path("/var/tmp" if os.geteuid() == 0 else tmp_path_factory.mktemp("postgres")) / f"wangge-tests-{os.getpid()}"
    )
    server = EmbeddedPostgres(home)
    yield server.start()
    server.stop()


def fresh_database(server_url: str, name: str) -> str:
    """A new, migrated database on the server."""
    base, _, query = server_url.partition("?")
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    url = f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    migrate(url)
    return url


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
