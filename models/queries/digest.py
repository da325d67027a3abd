"""The facts of a message, from the notices that went into it: what the templates ``digest`` and ``urgent`` name."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.reach import reach
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
        "address": f"{message.on_date.isoformat()}/{person.code}-{message.part}",
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
    return {**asdict(entry), "section": entry.section}


def _entries(session: Session, message: Message) -> list[Entry]:
    rows = session.execute(
        select(Notice, Duty, Issue, Unit)
        .join(Duty, Duty.id == Notice.duty_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .join(Unit, Unit.id == Issue.unit_id)
        .where(Notice.message_id == message.id)
        .order_by(Notice.id)
    ).all()
    owners = {duty.id: duty.post_id or unit.answering[-1] for _, duty, _, unit in rows}
    posts = {*owners.values(), *(notice.post_id for notice, *_ in rows)}
    reached = reach(session, message.county_id, posts, message.on_date)
    work = _work_due(session, [issue.id for _, _, issue, _ in rows])
    return [
        Entry(
            duty_id=duty.id,
            step=notice.step,
            action=notice.action,
            kind=duty.kind,
            number=issue.number,
            summary=issue.summary,
            unit=unit.name,
            severity=issue.severity,
            light=light(duty.due_at, tuple(duty.steps_at), message.composed_at),
            due_at=duty.due_at,
            work_due_at=work.get(issue.id) if duty.kind is DutyKind.SIGN else None,
            whose=reached.of(owners[duty.id]),
            to=reached.of(notice.post_id),
        )
        for notice, duty, issue, unit in rows
    ]


def _work_due(session: Session, issue_ids: Sequence[int]) -> dict[int, Any]:
    """When the work itself is due, by issue."""
    wanted = select(Duty.issue_id, Duty.due_at).where(Duty.issue_id.in_(issue_ids), Duty.kind == DutyKind.ACT)
    return {row.issue_id: row.due_at for row in session.execute(wanted.order_by(Duty.id))}
