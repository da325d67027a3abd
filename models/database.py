"""The one way to the database: engines, transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.orm import Session

from models import settings
from models.tables.registry import METADATA

SCHEMA = METADATA  # whoever has the database knows all its tables: foreign keys are looked up by name


@cache
def engine(url: str) -> Engine:
    """The process's engine for a URL; psycopg prepares what is asked often. Errors tell no values: logs keep them."""
    options = {"options": "-c timezone=UTC"}
    made = create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=options)
    event.listen(made, "handle_error", _without_details)
    return made


def _without_details(context: ExceptionContext) -> None:
    """Keep of what the database says went wrong only the first line: the details are somebody's rows."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0], *error.args[1:])


@contextmanager
def transaction(url: str | None = None, *, of_one_moment: bool = False) -> Iterator[Session]:
    """A session whose work is committed at the end, or rolled back as a whole.

    :param url: the database; without it, the one the settings name.
    :param of_one_moment: see the database throughout as it is at the first statement.
    """
    chosen = url or settings.database_url(settings.settings())
    with Session(engine(chosen), expire_on_commit=False) as session, session.begin():
        if of_one_moment:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield session
