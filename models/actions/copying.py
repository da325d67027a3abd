"""Writing many rows at once: by COPY, over the session's own connection and in its transaction."""

from collections.abc import Iterable, Sequence

import psycopg
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.tables.base import Table

NEXT = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")


def reserve(session: Session, table: type[Table], count: int) -> list[int]:
    """Ids for so many rows to come, ascending."""
    return list(session.scalars(NEXT, {"name": table.__tablename__, "count": count}))


def copy(session: Session, table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows to a table; its triggers fire as ever, its columns' defaults in Python do not.

    :param rows: made without asking the database, which is busy meanwhile; words of the vocabulary as text.
    """
    session.flush()  # what the rows refer to
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.__tablename__), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise RuntimeError(table.__tablename__)
    try:
        with connection.cursor() as cursor, cursor.copy(into) as stream:
            for row in rows:
                stream.write_row(row)
    except psycopg.Error as error:  # it would tell the whole row, and logs keep it
        told = type(error)(error.diag.message_primary or "")
        raise DBAPIError.instance(f"COPY {table.__tablename__}", None, told, psycopg.Error) from None
