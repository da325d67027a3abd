"""Writing many rows at once, by COPY in binary form: one statement, however many there are."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection, sql
from sqlalchemy import BigInteger, Date, DateTime, Integer, LargeBinary, SmallInteger, func, select
from sqlalchemy.orm import Session
from sqlalchemy.types import ARRAY, TypeEngine

from models.tables.base import Table

NAMES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (SmallInteger, "int2"),
    (BigInteger, "int8"),
    (Integer, "int4"),
    (LargeBinary, "bytea"),
    (DateTime, "timestamptz"),
    (Date, "date"),
)
"""What PostgreSQL calls a column's type; every other is text."""


def new_ids(session: Session, table: type[Table], count: int) -> list[int]:
    """Ids nobody has."""
    following = func.nextval(f"{table.__tablename__}_id_seq")
    return list(session.scalars(select(following).select_from(func.generate_series(1, count).alias())))


def copy_in(session: Session, table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows, each the values of some columns in their order; the others of the table have none."""
    _copy(session, table, sql.Identifier(table.__tablename__), columns, rows)


def rewrite(session: Session, table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Give rows that there are other values, each row its id and the values of some columns in their order."""
    meant, fresh = sql.Identifier(table.__tablename__), sql.Identifier(f"fresh_{table.__tablename__}")
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    values = sql.SQL(", ").join(sql.Identifier(f"fresh_{table.__tablename__}", name) for name in columns)
    facts = {"table": meant, "fresh": fresh, "columns": listed, "values": values}
    cursor = _connection(session).cursor()
    cursor.execute(
        sql.SQL("CREATE TEMP TABLE {fresh} ON COMMIT DROP AS SELECT id, {columns} FROM {table} LIMIT 0").format(**facts)
    )
    _copy(session, table, fresh, ["id", *columns], rows)
    cursor.execute(
        sql.SQL("UPDATE {table} SET ({columns}) = ROW({values}) FROM {fresh} WHERE {table}.id = {fresh}.id").format(
            **facts
        )
    )
    cursor.execute(sql.SQL("DROP TABLE {fresh}").format(**facts))


def _copy(
    session: Session,
    like: type[Table],
    into: sql.Identifier,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> None:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(into, listed)
    with _connection(session).cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_named(like.__table__.c[name].type) for name in columns])
        for row in rows:
            copy.write_row(row)


def _connection(session: Session) -> Connection[Any]:
    """What SQLAlchemy speaks through."""
    connection: Connection[Any] | None = session.connection().connection.driver_connection
    assert connection is not None  # noqa: S101 -- the session is in a transaction
    return connection


def _named(kind: TypeEngine[Any]) -> str:
    if isinstance(kind, ARRAY):
        return f"{_named(kind.item_type)}[]"
    return next((name for each, name in NAMES if isinstance(kind, each)), "text")
