"""Writing many rows at once, by COPY: one statement, however many there are."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import Connection, sql
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.rules.privacy import tails_only
from models.tables.base import Remark, Table


def new_ids(session: Session, table: type[Table], count: int) -> list[int]:
    """Ids nobody has."""
    following = func.nextval(f"{table.__tablename__}_id_seq")
    return list(session.scalars(select(following).select_from(func.generate_series(1, count).alias())))


def copy_in(session: Session, table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows, each the values of some columns in their order; the others of the table have none.

    :param rows: made without asking the database, which is busy meanwhile; words of the vocabulary as text.
    """
    session.flush()  # what the rows refer to
    _copy(session, sql.Identifier(table.__tablename__), columns, _kept(table, columns, rows))


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
    _copy(session, fresh, ["id", *columns], _kept(table, ["id", *columns], rows))
    cursor.execute(
        sql.SQL("UPDATE {table} SET ({columns}) = ROW({values}) FROM {fresh} WHERE {table}.id = {fresh}.id").format(
            **facts
        )
    )
    cursor.execute(sql.SQL("DROP TABLE {fresh}").format(**facts))


def _kept(table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterable[Sequence[object]]:
    """Rows as they may be stored: remarks as every other way to write puts them."""
    remarks = {place for place, name in enumerate(columns) if isinstance(table.__table__.c[name].type, Remark)}
    return (
        ([_remark(each) if place in remarks else each for place, each in enumerate(row)] for row in rows)
        if remarks
        else rows
    )


def _remark(value: object) -> object:
    return tails_only(value) if isinstance(value, str) else value


def _copy(session: Session, into: sql.Identifier, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(into, listed)
    try:
        with _connection(session).cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.Error as error:  # it would tell the whole row, and logs keep it
        told = type(error)(error.diag.message_primary or "")
        raise DBAPIError.instance("COPY", None, told, psycopg.Error) from None


def _connection(session: Session) -> Connection[Any]:
    """What SQLAlchemy speaks through."""
    connection: Connection[Any] | None = session.connection().connection.driver_connection
    assert connection is not None  # noqa: S101 -- the session is in a transaction
    return connection
