"""The facts of a message, from the notices that went into it: what the templates ``digest`` and ``urgent`` name."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.reach import Reach, reach
from models.rules.digesting import Entry, digest
from models.rules.escalation import light
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import Message, Notice
from models.tables.people import Person
from models.tables.places import County, Unit
from models.vocabulary import DutyKind, Severity


def content(session: Session, message_id: int) -> dict[str, Any]:
    """What a message says, as facts: its kind, its locale, where it goes, and what is owed as it was when composed.

    Told again later, it says the same. It holds no telephone number and nothing about residents but the summary.
    """
    message = session.get_one(Message, message_id)
    county = session.get_one(County, message.county_id)
    person = session.get_one(Person, message.person_id)
    entries = _entries(session, message)
    told = digest(entries)
    return {
        "kind": message.kind,
        "locale": county.locale,
        "address": f"{county.key}/{message.on_date.isoformat()}/{person.code}-{message.part}",
        "person": person.name,
        "on": message.on_date,
        "now": message.composed_at,
        "zone": county.zone,
        "total": sum(told.counts.values()),
        "urgent": any(each.severity is Severity.URGENT for each in entries),
        "counts": {section.value: count for section, count in told.counts.items()},
        "first": [_facts(each) for each in told.first],
        "rest": [
            {"section": each.section, "entries": [_facts(entry) for entry in each.entries], "more": each.more}
            for each in told.rest
        ],
    }


def _facts(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "section": entry.section, "came_by": asdict(entry.came_by)}


@dataclass(frozen=True)
class _Row:
    """A notice with what it is about."""

    notice: Notice
    duty: Duty
    issue: Issue
    unit: Unit

    @property
    def owner(self) -> int:
        """The duty's own post, or the one that answers for the issue's unit while nobody was assigned."""
        return self.duty.post_id or self.unit.answering[-1]


def _entries(session: Session, message: Message) -> list[Entry]:
    found = session.execute(
        select(Notice, Duty, Issue, Unit)
        .join(Duty, Duty.id == Notice.duty_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .join(Unit, Unit.id == Issue.unit_id)
        .where(Notice.message_id == message.id)
        .order_by(Notice.id)
    )
    rows = [_Row(*row) for row in found]
    posts = {post_id for row in rows for post_id in (row.owner, row.notice.post_id)}
    reached = reach(session, message.county_id, posts, message.on_date)
    work = _work_due(session, {row.issue.id for row in rows if row.duty.kind is DutyKind.SIGN})
    return [_entry(row, reached, work.get(row.issue.id), message.composed_at) for row in rows]


def _entry(row: _Row, reached: Reach, work_due_at: datetime | None, now: datetime) -> Entry:
    return Entry(
        step=row.notice.step,
        action=row.notice.action,
        kind=row.duty.kind,
        number=row.issue.number,
        summary=row.issue.summary,
        unit=row.unit.name,
        severity=row.issue.severity,
        light=light(row.duty.due_at, tuple(row.duty.steps_at), now),
        due_at=row.duty.due_at,
        work_due_at=work_due_at if row.duty.kind is DutyKind.SIGN else None,
        whose=reached.of(row.owner),
        to=reached.of(row.notice.post_id),
    )


def _work_due(session: Session, issue_ids: Collection[int]) -> dict[int, datetime]:
    """When the work itself is due, by issue."""
    wanted = select(Duty.issue_id, Duty.due_at).where(Duty.issue_id.in_(issue_ids), Duty.kind == DutyKind.ACT)
    return {row.issue_id: row.due_at for row in session.execute(wanted.order_by(Duty.id))}
