"""A database of one's own beside the configured one, gone afterwards: the county's own ledger is never touched.

What a killed replay left behind is dropped by the next one: a living replay keeps a connection to its database, a kept
database is marked.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from deployments.interrupts import INTERRUPTS
from models.database import engine
from models.errors import NotConfigured
from models.migrations.schema import migrate

PREFIX = "wangge_replay_"
KEPT = "kept"
MAKING = 7  # an advisory lock: of two replays that begin at once neither takes the other's database for a leftover
LEFT_BEHIND = text("""
    SELECT d.datname FROM pg_database d
    WHERE starts_with(d.datname, :prefix) AND pg_get_userbyid(d.datdba) = current_user
        AND shobj_description(d.oid, 'pg_database') IS DISTINCT FROM :kept
        AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
""")


@contextmanager
def own_database(beside: str, *, keep: bool = False) -> Iterator[str]:
    """A new, migrated database on a server, by its URL. However the block is left, it is dropped, unless it is kept.

    :param beside: the URL of a database of that server; nothing is written to it.
    :param keep: whether it stays when the block is left without an error.
    :raises NotConfigured: when whoever connects there may not make databases.
    """
    name, kept = f"{PREFIX}{token_hex(4)}", False
    url = make_url(beside).set(database=name).render_as_string(hide_password=False)
    with _server(beside) as server:
        try:
            _make(server, name, url)
            with engine(url).connect():  # as long as somebody is connected, it is nobody's leftover
                server.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MAKING})
                migrate(url)
                yield url
            kept = keep
        finally:
            with INTERRUPTS.held():
                engine(url).dispose()
                _leave(server, name, kept=kept)


@contextmanager
def _server(beside: str) -> Iterator[Connection]:
    """A connection on which each statement stands by itself, as CREATE DATABASE asks for."""
    with engine(beside).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _make(server: Connection, name: str, url: str) -> None:
    """Make the database, from the template nobody is ever connected to; nothing in it has to outlive a crash."""
    server.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MAKING})
    for leftover in server.scalars(LEFT_BEHIND, {"prefix": PREFIX, "kept": KEPT}).all():
        with suppress(DBAPIError):  # somebody looks at it
            server.execute(text(f'DROP DATABASE IF EXISTS "{leftover}"'))
    try:
        server.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        server.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise NotConfigured(why="no_createdb", user=make_url(url).username or "") from error
        raise


def _leave(server: Connection, name: str, *, kept: bool) -> None:
    if kept:
        server.execute(text(f"COMMENT ON DATABASE \"{name}\" IS '{KEPT}'"))
    else:
        server.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    server.execute(text("SELECT pg_advisory_unlock_all()"))
