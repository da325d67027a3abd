"""The server the bench runs on, and databases of its own that go when it ends."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from deployments.embedded import EmbeddedPostgres
from models.actions import packs
from models.database import engine
from models.migrations.schema import migrate
from tests.bench.ledger import FIRST

PACK = Path(__file__).parents[2] / "deployments" / "counties" / "gucheng"


@contextmanager
def a_home() -> Iterator[Path]:
    """A folder which every account may pass through, and which goes with all in it."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-bench-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_server(home: Path) -> Iterator[str]:
    """A superuser's URL: of the server WANGGE_TEST_DATABASE_URL names, else of an embedded one below `home`."""
    if given := os.environ.get("WANGGE_TEST_DATABASE_URL"):
        yield given
        return
    server = EmbeddedPostgres(home / "server")
    try:
        yield _url(server.start(), username="postgres", database="postgres")
    finally:
        server.stop()


@contextmanager
def a_ledger(server_url: str, fill: Callable[[Session], None]) -> Iterator[str]:
    """The URL of a new database with the demonstration pack and what fills its ledger; dropped at the end."""
    name = f"wangge_bench_{os.getpid()}"
    url = _url(server_url, database=name)
    by_itself(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    try:
        migrate(url)
        with Session(engine(url)) as session, session.begin():
            pack = load_pack(PACK)
            packs.load(session, pack, calendar_days(pack, FIRST.year), now=FIRST)
            # References are right by construction: checking them would take most of the time.
            session.execute(text("SET LOCAL session_replication_role = replica"))
            fill(session)
        yield url
    finally:
        engine(url).dispose()
        by_itself(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def by_itself(url: str, *statements: str) -> None:
    """Run statements that take no transaction around them."""
    with engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for each in statements:
            connection.execute(text(each))


def settle(url: str) -> None:
    """Bring a database to rest, so that each measurement begins alike."""
    by_itself(url, "VACUUM (ANALYZE)", "CHECKPOINT")


def _url(url: str, username: str | None = None, database: str | None = None) -> str:
    return make_url(url).set(username=username, database=database).render_as_string(hide_password=False)
