"""A copy of the database in a folder, and the way back, which proves that every row came along.

What is written beside the dump says, for each table, how many rows there are and a sum over all of them, taken in the
very snapshot that is dumped. A restored database stays under another name until it is shown to hold the same.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from pydantic import AwareDatetime, BaseModel, ValidationError
from sqlalchemy import Connection, Engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from deployments.postgres_clients import JOBS, run_client
from models.database import engine
from models.errors import InvalidInput, NotConfigured, Refused
from models.migrations.schema import alembic_config, migrate
from models.queries import doctor

MANIFEST = "wangge.json"
PRIVATE = 0o700
RESTORING = 8  # a space of advisory locks
TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname
"""
# A row's text hashed, all rows added up: the order does not matter, a row lost or altered does.
FINGERPRINT = 'SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM "{table}" t'


class TableSum(BaseModel):
    """What a table held: how many rows, and the sum over them."""

    rows: int
    sum: str


class Manifest(BaseModel):
    """What a backup says of itself; `schema_version` is the migration it was at."""

    made_at: AwareDatetime
    schema_version: str
    tables: dict[str, TableSum]

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(each.rows for each in self.tables.values())


@dataclass(frozen=True)
class Restored:
    """What became of a restoring: what the backup holds, and the name under which the database before it was kept."""

    manifest: Manifest
    kept: str | None


def back_up(url: str, folder: Path, now: datetime) -> Manifest:
    """Copy the database into a new folder; everybody may go on working meanwhile.

    :raises InvalidInput: when the folder is there already.
    :raises NotConfigured: when the database has no schema of ours, or PostgreSQL's program fails.
    """
    if folder.exists():
        raise InvalidInput(why="folder_taken", folder=folder)
    folder.mkdir(mode=PRIVATE, parents=True)
    try:
        return _copied(url, folder, now)
    except BaseException:  # what is no backup would be in the way of the next
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _copied(url: str, folder: Path, now: datetime) -> Manifest:
    with engine(url).connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        manifest = Manifest(made_at=now, schema_version=_version(connection), tables=_sums(connection))
        where = (f"--file={folder}", "--format=directory", f"--jobs={JOBS}", f"--snapshot={snapshot}")
        run_client("pg_dump", connection, *where)
    # Last: a folder without it is no backup.
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    return manifest


def restore(url: str, folder: Path, now: datetime, *, replace: bool) -> Restored:
    """Bring a backup back. Until it is proven equal, and the schema is of today, nothing of what is there changes.

    :param replace: a database with something in it gives way; it is kept under another name.
    :raises InvalidInput: when the folder holds no backup, one that a newer version made, or not all of it.
    :raises Refused: when something is in the database, or somebody is working on it.
    :raises NotConfigured: when PostgreSQL's program fails.
    """
    manifest = _manifest(folder, url)
    target = make_url(url)
    name, fresh = str(target.database), f"{target.database}_restoring"
    server = engine(target.set(database="postgres").render_as_string(hide_password=False))
    kept = f"{name}_{now:%Y%m%d_%H%M%S}" if _filled(url, server, name) else None
    if kept and not replace:
        raise Refused(why="database_filled", database=name)
    with _alone(server, name), _being_made(server, fresh) as made:
        _fill(made, folder)
        with made.connect() as connection:
            _demand_equal(manifest, _sums(connection), folder)
        made.dispose()
        migrate(made.url.render_as_string(hide_password=False))
        made.dispose()
        _change_places(url, server, name, fresh, kept)
    return Restored(manifest, kept)


def _version(connection: Connection) -> str:
    version = doctor.schema_version(Session(connection))
    if version is None:
        raise NotConfigured(why="schema")
    return version


def _sums(connection: Connection) -> dict[str, TableSum]:
    sums = {}
    for table in connection.scalars(text(TABLES)).all():
        rows, total = connection.execute(text(FINGERPRINT.format(table=table))).one()
        sums[table] = TableSum(rows=rows, sum=total)
    return sums


def _manifest(folder: Path, url: str) -> Manifest:
    """What the backup says of itself."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
        ScriptDirectory.from_config(alembic_config(url)).get_revisions(manifest.schema_version)
    except (FileNotFoundError, NotADirectoryError, ValidationError, UnicodeDecodeError) as error:
        raise InvalidInput(why="no_backup", folder=folder) from error
    except CommandError as error:
        raise InvalidInput(why="newer_backup", folder=folder) from error
    return manifest


def _filled(url: str, server: Engine, name: str) -> bool:
    """Whether there is such a database with a county in it, or with tables that aren't ours."""
    with server.connect() as connection:
        if not _there(connection, name):
            return False
    with engine(url).connect() as connection:
        sums = _sums(connection)
    engine(url).dispose()
    return bool(sums) and ("counties" not in sums or sums["counties"].rows > 0)


def _fill(made: Engine, folder: Path) -> None:
    try:
        with made.connect() as connection:
            run_client("pg_restore", connection, str(folder), f"--jobs={JOBS}", "--no-owner", "--exit-on-error")
    except NotConfigured as error:
        if error.facts["why"] == "client_failed":
            raise InvalidInput(why="backup_damaged", folder=folder, problem=error.facts["problem"]) from error
        raise


def _demand_equal(manifest: Manifest, found: Mapping[str, TableSum], folder: Path) -> None:
    odd = sorted(name for name in {*manifest.tables, *found} if manifest.tables.get(name) != found.get(name))
    if odd:
        raise InvalidInput(why="backup_incomplete", folder=folder, tables=", ".join(odd))


@contextmanager
def _alone(server: Engine, name: str) -> Iterator[None]:
    """Keep another restoring of the same database out.

    :raises Refused: when one is under way.
    """
    own = {"space": RESTORING, "name": name}
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:space, hashtext(:name))"), own):
            raise Refused(why="restoring", database=name)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:space, hashtext(:name))"), own)


@contextmanager
def _being_made(server: Engine, name: str) -> Iterator[Engine]:
    """A new database under a name of its own; whatever goes wrong, it goes away again."""
    _by_itself(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    made = engine(server.url.set(database=name).render_as_string(hide_password=False))
    try:
        yield made
    except BaseException:
        made.dispose()
        _by_itself(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        raise


def _change_places(url: str, server: Engine, name: str, fresh: str, kept: str | None) -> None:
    """The proven database takes the name, the one before it gives way, in one transaction.

    :raises Refused: when somebody is working on it.
    """
    engine(url).dispose()
    before = kept or f"{fresh}_empty"
    try:
        with server.begin() as connection:
            if _there(connection, name):
                connection.execute(text(f'ALTER DATABASE "{name}" RENAME TO "{before}"'))
            connection.execute(text(f'ALTER DATABASE "{fresh}" RENAME TO "{name}"'))
    except OperationalError as error:
        raise Refused(why="database_in_use", database=name) from error
    if not kept:
        _by_itself(server, f'DROP DATABASE IF EXISTS "{before}" WITH (FORCE)')


def _there(connection: Connection, name: str) -> bool:
    return connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}) is not None


def _by_itself(server: Engine, *statements: str) -> None:
    """Statements each of which stands by itself, as making and dropping a database ask for."""
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    server.dispose()
