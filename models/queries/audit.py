"""What the auditor reads: plain columns of plain tables, put together in the rules' own objects."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, Select, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook, service_levels
from models.rules.auditing import ROUND
from models.rules.dossiers import Dossier, DutyRow, EventRow, IssueRow, NoticeRow, Place, Seat, Surroundings
from models.rules.pause import Pause
from models.tables.base import Table
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.findings import Finding
from models.tables.history import Revision
from models.tables.issues import Issue
from models.tables.notices import NightLog, Notice
from models.tables.people import Suspension
from models.tables.places import Post, Unit
from models.tables.policies import PolicyVersion
from models.tables.requests import Request
from models.vocabulary import Action, Basis, RequestKind

Row = TypeVar("Row")
ISSUE: ColumnElement[int] = Finding.facts["issue"].astext.cast(BigInteger)
"""The issue a finding is about."""


def surroundings(session: Session, book: Rulebook, now: datetime) -> Surroundings:
    """The county as its ledger is judged by it."""
    own = book.county.id
    places = {
        row.id: Place(row.name, row.depth, tuple(row.path), tuple(row.answering))
        for row in session.scalars(select(Unit).where(Unit.county_id == own))
    }
    posts = session.execute(select(Post.id, Post.unit_id, Post.role).where(Post.unit_id == _any(places)))
    versions = session.scalars(select(PolicyVersion.id).where(PolicyVersion.county_id == own)).all()
    last = select(NightLog.community_id, func.max(NightLog.ran_at)).group_by(NightLog.community_id)
    counted_anew = select(func.max(Event.recorded_at)).where(Event.county_id == own, Event.action == Action.RESCHEDULE)
    return Surroundings(
        calendar=book.calendar,
        levels={level.id: level for version in versions for level in service_levels(session, own, version)},
        units=places,
        posts={post_id: Seat(unit_id, role) for post_id, unit_id, role in posts},
        lowest=book.lowest,
        nights={row[0]: row[1] for row in session.execute(last)},
        pauses=_pauses(session, places),
        rescheduled_at=session.scalar(counted_anew),
        now=now,
    )


def _pauses(session: Session, unit_ids: Iterable[int]) -> dict[int, tuple[Pause, ...]]:
    ends = func.coalesce(Suspension.ended_at, Suspension.until_at)
    rows = session.execute(
        select(Suspension.unit_id, Suspension.from_at, ends).where(Suspension.unit_id == _any(unit_ids))
    )
    found: dict[int, tuple[Pause, ...]] = defaultdict(tuple)
    for unit_id, from_at, until_at in rows:
        found[unit_id] += (Pause(from_at, until_at),)
    return found


def last_night_but_one(session: Session, community_id: int) -> datetime | None:
    """When the night before the last one ran: what was recorded by then was looked at after it."""
    nights = select(NightLog.ran_at).where(NightLog.community_id == community_id).order_by(NightLog.night.desc())
    return session.scalar(nights.offset(1).limit(1))


def to_look_at(session: Session, book: Rulebook, community_id: int, since: datetime | None, turn: int) -> list[int]:
    """The issues of a community about which something was recorded after an instant, or found; and whose turn it is.

    :param since: None: all of them.
    """
    own = select(Issue.id).where(Issue.community_id == community_id)
    if since is None:
        return sorted(session.scalars(own))
    changed = own.join(Event, Event.issue_id == Issue.id)
    changed = changed.where(Event.county_id == book.county.id, Event.recorded_at > since)
    found = own.where(Issue.id.in_(open_findings(book).with_only_columns(ISSUE)))
    return sorted(session.scalars(changed.union(found, own.where(Issue.id % ROUND == turn))))


def findings(book: Rulebook) -> Select[tuple[Finding]]:
    """Whatever was found, the oldest first."""
    return select(Finding).where(Finding.county_id == book.county.id).order_by(Finding.found_at, Finding.id)


def open_findings(book: Rulebook) -> Select[tuple[Finding]]:
    """What was found, is still so, and nobody has said why it may stand."""
    return findings(book).where(Finding.acknowledged_at.is_(None))


def count_open(session: Session, book: Rulebook) -> int:
    """How many of them there are."""
    return session.scalars(select(func.count()).select_from(open_findings(book).order_by(None).subquery())).one()


def about_issues(issue_ids: Sequence[int]) -> ColumnElement[bool]:
    """The condition that a finding is about one of some issues."""
    return ISSUE.in_(issue_ids)


def about_counts() -> ColumnElement[bool]:
    """The condition that a finding is about counts that don't balance."""
    return ISSUE.is_(None)


def dossiers(session: Session, issue_ids: Collection[int]) -> list[Dossier]:
    """Some issues, each with all that hangs on it."""
    issues = _rows(session, IssueRow, Issue, Issue.id == _any(issue_ids))
    events = _rows(session, EventRow, Event, Event.issue_id == _any(issue_ids))
    duties = _rows(session, DutyRow, Duty, Duty.issue_id == _any(issue_ids))
    ids = [duty.id for duty in duties]
    notices = _rows(session, NoticeRow, Notice, Notice.duty_id == _any(ids))
    revisions = [DutyRow(*row) for row in session.execute(_as_they_stood(ids))]
    extended = _extended_to(session, [duty.id for duty in duties if duty.basis is Basis.EXTENSION])
    told, stood = _by("duty_id", notices), _by("id", revisions)
    owed, happened = _by("issue_id", duties), _by("issue_id", events)
    return [Dossier(each, owed[each.id], happened[each.id], told, stood, extended) for each in issues]


def _rows(session: Session, kind: type[Row], table: type[Table], condition: ColumnElement[bool]) -> list[Row]:
    """Rows of a table as objects, which have a field for each column wanted; oldest first."""
    columns = table.__table__.c
    wanted = select(*(columns[field.name] for field in fields(kind))).where(condition)  # type: ignore[arg-type]
    return [kind(*row) for row in session.execute(wanted.order_by(columns["id"]))]


def _as_they_stood(duty_ids: Collection[int]) -> Select[Any]:
    """The revisions of some duties, as rows of duties."""
    columns = Duty.__table__.c
    said = func.jsonb_to_record(Revision.content).table_valued(
        *(column(field.name, columns[field.name].type) for field in fields(DutyRow))
    )
    was = said.render_derived(with_types=True).lateral()
    rows = select(*was.c).select_from(Revision).join(was, true())
    return rows.where(Revision.kind == Duty.__tablename__, Revision.row_id == _any(duty_ids)).order_by(Revision.id)


def _extended_to(session: Session, duty_ids: Sequence[int]) -> dict[int, date]:
    """To which day each of some duties was last extended."""
    if not duty_ids:
        return {}
    asked = select(Request.duty_id, Request.until_on).where(
        Request.duty_id == _any(duty_ids), Request.approved.is_(True)
    )
    asked = asked.where(Request.what == RequestKind.EXTENSION).order_by(Request.decided_at)
    return {row[0]: row[1] for row in session.execute(asked)}


def _by(name: str, rows: Iterable[Row]) -> dict[int, tuple[Row, ...]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for each in rows:
        found[getattr(each, name)].append(each)
    return defaultdict(tuple, {key: tuple(own) for key, own in found.items()})


def _any(ids: Iterable[int]) -> ColumnElement[int]:
    return func.any(literal(list(ids), ARRAY(BigInteger)))
