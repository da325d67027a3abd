"""What is owed: by whose it is, where, and how it stands; now, or as it was known then."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session

from models.queries import people, revisions, units
from models.queries.rulebook import Rulebook
from models.rules.assignment import who_answers
from models.rules.worktime import Allowance
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.places import Post, Unit
from models.tables.policies import ServiceLevel
from models.vocabulary import OWED, Basis, DutyKind, Light, Severity, TimeUnit


@dataclass(frozen=True)
class Wanted:
    """Which duties are asked for; what is None asks for nothing. `unit_id` means everything below it too.

    ``taken_over``: of issues from elsewhere, and overdue at the go-live moment already; or the others.
    """

    unit_id: int | None = None
    post_ids: Collection[int] | None = None
    light: Light | None = None
    number: str | None = None
    taken_over: bool | None = None


@dataclass(frozen=True)
class Owed:
    """A duty that is owed. `post_id` is None while nobody was assigned; `unit` is the unit whose post owes it.

    ``step`` is how many of its steps fired; those passed over at a go-live did not.

    ``held_at`` is since when its clock stands still, ``basis`` how its due time came about, ``promised_at`` by when its
    holder said it would be done.
    """

    number: str
    severity: Severity
    summary: str
    kind: DutyKind
    unit: str
    post_id: int | None
    opened_at: datetime
    due_at: datetime
    limit_unit: TimeUnit
    light: Light
    step: int
    steps: int
    next_step_at: datetime | None
    held_at: datetime | None
    basis: Basis
    promised_at: datetime | None


def light(now: datetime, duty: type[Duty] = Duty) -> ColumnElement[str]:
    """How a duty stands at an instant, as ``rules.escalation.light`` says; while its clock stands still, as of then."""
    as_of = func.coalesce(duty.held_at, now)
    warned = func.coalesce(duty.steps_at[1] <= as_of, False)
    return case(
        (duty.due_at <= as_of, literal(Light.RED.value)),
        (warned, literal(Light.YELLOW.value)),
        else_=literal(Light.GREEN.value),
    )


def fired(duty: type[Duty], issue: type[Issue]) -> ColumnElement[int]:
    """How many steps of a duty fired: of an issue from elsewhere, those after the go-live moment alone."""
    passed = func.coalesce(func.width_bucket(issue.live_at, duty.steps_at), 0)
    return func.greatest(duty.step - passed, 0)


def overdue_at_go_live(duty: type[Duty], issue: type[Issue]) -> ColumnElement[bool]:
    """The condition that a duty of an issue from elsewhere was overdue at the go-live moment: it was told to nobody."""
    return func.coalesce(duty.due_at <= issue.live_at, False)


def owed(
    session: Session,
    book: Rulebook,
    wanted: Wanted,
    now: datetime,
    limit: int | None = None,
    *,
    as_known: bool = False,
) -> list[Owed]:
    """Duties that are owed, what is due first standing first.

    :param as_known: as it was known at `now`, whatever was recorded since.
    """
    rows = session.execute(_owing(book, wanted, now, now if as_known else None).limit(limit))
    return [_owed(dict(row)) for row in rows.mappings()]


def _owed(row: dict[str, Any]) -> Owed:
    limit = Allowance.parse(row.pop("allowance"))
    return Owed(**{**row, "light": Light(row["light"])}, limit_unit=limit.unit)


def count(session: Session, book: Rulebook, wanted: Wanted, now: datetime) -> int:
    """How many duties are owed of those asked for."""
    asked = _owing(book, wanted, now, None).order_by(None).subquery()
    return session.scalars(select(func.count()).select_from(asked)).one()


def _owing(book: Rulebook, wanted: Wanted, now: datetime, known_at: datetime | None) -> Select[Any]:
    issue, duty = revisions.issues(known_at), revisions.duties(known_at)
    rows = (
        select(
            issue.number,
            issue.severity,
            issue.summary,
            duty.kind,
            Unit.name.label("unit"),
            duty.post_id,
            duty.opened_at,
            duty.due_at,
            ServiceLevel.allowance,
            light(now, duty).label("light"),
            fired(duty, issue).label("step"),
            func.cardinality(duty.steps_at).label("steps"),
            duty.next_step_at,
            duty.held_at,
            duty.basis,
            duty.promised_at,
        )
        .join(issue, issue.id == duty.issue_id)
        .join(Unit, Unit.id == duty.unit_id)
        .join(ServiceLevel, ServiceLevel.id == duty.service_level_id)
        .where(issue.county_id == book.county.id, duty.state.in_(OWED))
        .order_by(duty.due_at, duty.id)
    )
    named = {
        "unit_id": Unit.path.contains([wanted.unit_id]),
        "post_ids": duty.post_id.in_(wanted.post_ids or ()),
        "light": light(now, duty) == wanted.light,
        "number": issue.number == wanted.number,
        "taken_over": overdue_at_go_live(duty, issue).is_(wanted.taken_over),
    }
    return rows.where(*(named[each.name] for each in fields(wanted) if getattr(wanted, each.name) is not None))


def posts_answered_by(session: Session, book: Rulebook, person_id: int, now: datetime) -> set[int]:
    """The posts for which a person answers now: their own, and vacant ones below."""
    own = select(Post.id).join(Unit, Unit.id == Post.unit_id).where(Unit.county_id == book.county.id)
    posts = set(session.scalars(own))
    above = units.answering_above(session, posts)
    holders = people.holders(session, book.county.id, book.local_date(now))
    answers = {post_id: who_answers(post_id, above[post_id], holders) for post_id in posts}
    return {post_id for post_id, answer in answers.items() if answer and answer.person_id == person_id}
