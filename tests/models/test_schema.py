"""The schema that migrations build is the schema the tables declare, and history can't be rewritten."""

import re
from datetime import timedelta

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Enum, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from models.database import engine
from models.migrations.schema import alembic_config, migrate
from models.queries.rulebook import Rulebook
from models.tables.registry import METADATA
from tests.conftest import fresh_database
from tests.county import at, reported
from tests.models.ledger import everything

VALUES = re.compile(r"'([^']*)'::")


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    return fresh_database(server_url, "wangge_schema")


@pytest.fixture
def database(url: str) -> Engine:
    return engine(url)


def test_migrations_build_what_the_tables_declare(url: str) -> None:
    command.check(alembic_config(url))


def test_each_enum_column_takes_exactly_the_words_of_the_vocabulary(database: Engine) -> None:
    declared = {
        (table.name, column.name): set(column.type.enums)
        for table in METADATA.sorted_tables
        for column in table.columns
        if isinstance(column.type, Enum)
    }
    with database.connect() as connection:
        rows = connection.execute(
            text("""
                SELECT r.relname, a.attname, pg_get_constraintdef(c.oid)
                FROM pg_constraint c
                JOIN pg_class r ON r.oid = c.conrelid
                JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = c.conkey[1]
                WHERE c.contype = 'c' AND cardinality(c.conkey) = 1
            """)
        )
        checked = {(table, column): set(VALUES.findall(definition)) for table, column, definition in rows}
    assert checked == declared
    assert len(declared) > 10


def test_conditions_of_partial_indexes_are_as_declared(database: Engine) -> None:
    declared = {
        str(index.name): str(index.dialect_options["postgresql"]["where"])
        for table in METADATA.sorted_tables
        for index in table.indexes
        if index.dialect_options["postgresql"]["where"] is not None
    }
    built = {
        str(index["name"]): index["dialect_options"].get("postgresql_where", "")
        for table in METADATA.tables
        for index in inspect(database).get_indexes(table)
        if index["name"] in declared
    }
    assert set(built) == set(declared)
    for name, condition in built.items():
        assert _words(condition) == _words(declared[name]), name


def _words(condition: str) -> list[str]:
    """The words of a condition, without the casts and brackets PostgreSQL adds."""
    return re.findall(r"[a-z_]+|'[^']*'", re.sub(r"::[a-z ]+", "", condition).lower().replace("(", "").replace(")", ""))


def test_there_is_one_line_of_migrations(url: str) -> None:
    assert len(ScriptDirectory.from_config(alembic_config(url)).get_heads()) == 1


def test_migrating_again_changes_nothing_and_back_leaves_nothing(server_url: str) -> None:
    own = fresh_database(server_url, "wangge_back")
    migrate(own)
    command.downgrade(alembic_config(own), "base")
    with engine(own).connect() as connection:
        left = connection.execute(
            text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')")
        )
        assert {name for (name,) in left} == {"alembic_version"}
        functions = connection.scalar(text("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"))
        assert functions == 0
    migrate(own)
    command.check(alembic_config(own))


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE events SET reason = 'another'",
        "UPDATE events SET recorded_at = recorded_at WHERE false",
        "DELETE FROM events",
        "TRUNCATE events",
        "TRUNCATE issues CASCADE",
    ],
)
def test_history_is_append_only(session: Session, book: Rulebook, rewriting: str) -> None:
    reported(session, book, "2026-03-02 09:00")
    before = everything(session)
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(rewriting))
    assert everything(session) == before


def test_an_issue_with_history_cannot_be_deleted(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-02 09:00")
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            text(f"DELETE FROM duties WHERE issue_id = {issue.id}; DELETE FROM issues WHERE id = {issue.id}")
        )


@pytest.mark.parametrize(
    ("table", "assignment"),
    [("issues", "stage = 'gone'"), ("issues", "severity = ''"), ("duties", "state = 'closed'")],
)
def test_the_database_refuses_words_it_does_not_know(
    session: Session, book: Rulebook, table: str, assignment: str
) -> None:
    reported(session, book, "2026-03-02 09:00")
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text(f"UPDATE {table} SET {assignment}"))


def test_a_kind_of_duty_is_owed_once_an_issue(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-03-02 09:00")
    twice = """
        INSERT INTO duties (community_id, issue_id, unit_id, service_level_id, escalation_policy_id, kind, state,
                            opened_at, due_at, steps_at, step, provisional, basis, promises, changed_at)
        SELECT community_id, issue_id, unit_id, service_level_id, escalation_policy_id, kind, state,
               opened_at, due_at, steps_at, step, provisional, basis, promises, changed_at
        FROM duties
    """
    with pytest.raises(IntegrityError, match="one_open_duty_a_kind"), session.begin_nested():
        session.execute(text(twice))


def test_times_are_kept_to_the_instant_whatever_the_servers_zone(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-02 09:00")
    session.expire_all()
    assert issue.happened_at.utcoffset() == timedelta()
    assert issue.happened_at == at("2026-03-02 09:00")
