"""Tables as they are, or as they were known at an instant: rebuilt from the revisions kept of their rows.

Each function gives what a query may select from, so that one query answers for now and for then. Known at an instant, a
row says what its newest revision recorded by that instant says; a row that has none was not yet known.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, FromClause, case, cast, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from models.tables.base import Table
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.history import Revision
from models.tables.issues import Issue
from models.tables.people import Absence, Posting
from models.vocabulary import Action, DutyState

Row = TypeVar("Row", bound=Table)
Columns = dict[str, ColumnElement[Any]]


def issues(known_at: datetime | None) -> type[Issue]:
    """Issues. What a resident said is kept in no revision: it never changes."""
    return _rows(Issue, known_at, ("id", "county_id", "number", "summary"))


def duties(known_at: datetime | None) -> type[Duty]:
    """Duties. How far one has climbed is kept in the history alone."""
    return _rows(Duty, known_at, ("id", "issue_id", "kind"), _climbed)


def postings(known_at: datetime | None) -> type[Posting]:
    """Who holds which post."""
    return _rows(Posting, known_at, ("id", "post_id", "person_id"))


def absences(known_at: datetime | None) -> type[Absence]:
    """Who is away, and who stands in."""
    return _rows(Absence, known_at, ("id", "person_id"))


def events(known_at: datetime | None) -> type[Event]:
    """The history, under a name of its own each time: one event is asked for what another says of it."""
    if known_at is None:
        return aliased(Event)
    return aliased(Event, select(Event).where(Event.recorded_at <= known_at).subquery())


def _rows(
    entity: type[Row],
    known_at: datetime | None,
    kept: Collection[str],
    besides: Callable[[Columns, datetime], Columns] = lambda *_: {},
) -> type[Row]:
    """The rows of a table, as they are or as they were known.

    :param kept: the columns that never change: by them rows are found without reading revisions.
    :param besides: columns that revisions do not tell, made from those they do, and the instant.
    """
    if known_at is None:
        return entity
    live = entity.__table__.alias()
    newest = (
        select(Revision.content)
        .where(Revision.kind == entity.__tablename__, Revision.row_id == live.c.id, Revision.recorded_at <= known_at)
        .order_by(Revision.id.desc())
        .limit(1)
        .lateral()
    )
    told = {each.name: each if each.name in kept else _said(newest, each) for each in live.c}
    told |= besides(told, known_at)
    columns = (each.label(name) for name, each in told.items())
    return aliased(entity, select(*columns).select_from(live).join(newest, true()).subquery(), adapt_on_names=True)


def _said(revision: FromClause, of: ColumnElement[Any]) -> ColumnElement[Any]:
    """What a revision says in a column; one that nobody asks for costs nothing, as in a whole record it would."""
    said = revision.c.content[of.name]
    if isinstance(of.type, ARRAY):
        items = select(cast(func.jsonb_array_elements_text(said), of.type.item_type)).correlate(revision)
        return func.array(items.scalar_subquery(), type_=of.type)
    return cast(said.astext, of.type)


def _climbed(told: Columns, known_at: datetime) -> Columns:
    """The step a duty stood at, and when the next was due: it climbs from where a revision says that it stood."""
    since = (
        select(func.max(Event.step))
        .where(Event.issue_id == told["issue_id"], Event.duty_id == told["id"], Event.action == Action.STEP)
        .where(Event.recorded_at >= told["changed_at"], Event.recorded_at <= known_at)
        .scalar_subquery()
    )
    step = func.greatest(told["step"], since)
    is_open = told["state"] == DutyState.OPEN
    return {"step": step, "next_step_at": case((is_open, told["steps_at"][step + 1]))}
