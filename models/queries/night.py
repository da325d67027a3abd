"""What a night did and what it leaves to people: the facts of the night's report."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session, aliased

from models.queries import people, units
from models.queries.rulebook import Rulebook
from models.rules.assignment import who_answers
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import NightLog, Notice
from models.tables.people import Person, Posting
from models.tables.places import Post, Unit
from models.tables.policies import Category
from models.vocabulary import DutyKind, DutyState, StepAction

LONGEST_LIST = 20
OF_ALL = func.count().over().label("of_all")


def night_facts(session: Session, book: Rulebook, night: date, now: datetime) -> dict[str, Any]:
    """All the report says: per community, whom it escalated to, and what needs a person."""
    rows = _communities(session, book, night)
    escalated = _escalated(session, book, night, now)
    unowned, vacant = _unowned(session, book), _vacant(session, book, now)
    return {
        "county": book.county.name,
        "zone": book.county.zone,
        "night": night,
        "now": now,
        "communities": [dict(row) for row in rows],
        "missing": [row["name"] for row in rows if row["ran_at"] is None],
        "escalated": escalated,
        "escalated_left_out": _left_out(escalated),
        "unowned": unowned,
        "unowned_left_out": _left_out(unowned),
        "vacant": vacant,
    }


def _communities(session: Session, book: Rulebook, night: date) -> Sequence[RowMapping]:
    return (
        session.execute(
            select(Unit.name, Unit.depth, NightLog.ran_at, NightLog.counts)
            .outerjoin(NightLog, (NightLog.community_id == Unit.id) & (NightLog.night == night))
            .where(Unit.county_id == book.county.id, Unit.community_id == Unit.id)
            .order_by(Unit.depth.desc(), Unit.id)
        )
        .mappings()
        .all()
    )


def _left_out(listed: list[dict[str, Any]]) -> int:
    """How many more there are than are listed."""
    return listed[0]["of_all"] - len(listed) if listed else 0


def _escalated(session: Session, book: Rulebook, night: date, now: datetime) -> list[dict[str, Any]]:
    """What was told or put under supervision that night, to whom: the gravest steps first."""
    addressed = aliased(Unit)
    rows = session.execute(
        select(
            Issue.number,
            Category.name.label("category"),
            Unit.name.label("unit"),
            Notice.step,
            Notice.action,
            Notice.post_id,
            Post.role,
            addressed.name.label("addressed"),
            Duty.kind,
            Duty.due_at,
            OF_ALL,
        )
        .join(Duty, Duty.id == Notice.duty_id)
        .join(Issue, Issue.id == Duty.issue_id)
        .join(Category, Category.id == Issue.category_id)
        .join(NightLog, (NightLog.community_id == Duty.community_id) & (NightLog.night == night))
        .join(Unit, Unit.id == Duty.unit_id)
        .join(Post, Post.id == Notice.post_id)
        .join(addressed, addressed.id == Post.unit_id)
        .where(Notice.county_id == book.county.id, Notice.recorded_at == func.any(NightLog.runs))
        .where(Notice.action.in_((StepAction.TELL, StepAction.SUPERVISE)))
        .order_by(addressed.depth, Notice.step.desc(), Issue.number)
        .limit(LONGEST_LIST)
    )
    found = [dict(row) for row in rows.mappings()]
    names = _names(session, book, {row["post_id"] for row in found}, now)
    return [{**row, "person": names.get(row["post_id"])} for row in found]


def _names(session: Session, book: Rulebook, post_ids: set[int], now: datetime) -> dict[int, str]:
    """Who answers for posts now, by name."""
    holders = people.holders(session, book.county.id, book.local_date(now))
    above = units.answering_above(session, post_ids)
    answers = {post_id: who_answers(post_id, above[post_id], holders) for post_id in post_ids}
    wanted = {answer.person_id for answer in answers.values() if answer}
    named = {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))}
    return {post_id: named[answer.person_id] for post_id, answer in answers.items() if answer}


def _unowned(session: Session, book: Rulebook) -> list[dict[str, Any]]:
    """Issues that are nobody's: open, not assigned, on no grid."""
    rows = session.execute(
        select(Issue.number, Category.name.label("category"), Duty.due_at, OF_ALL)
        .join(Duty, Duty.issue_id == Issue.id)
        .join(Category, Category.id == Issue.category_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(Issue.county_id == book.county.id, Duty.kind == DutyKind.ACT, Duty.state == DutyState.OPEN)
        .where(Duty.post_id.is_(None), Unit.depth != book.lowest)
        .order_by(Duty.due_at, Issue.number)
        .limit(LONGEST_LIST)
    )
    return [dict(row) for row in rows.mappings()]


def _vacant(session: Session, book: Rulebook, now: datetime) -> list[dict[str, Any]]:
    """Posts that nobody holds though they answer for a unit or owe something, with what they owe."""
    held = select(Posting.id).where(Posting.post_id == Post.id, people.held_on(book.local_date(now)))
    owed = func.count(Duty.id)
    rows = session.execute(
        select(Unit.name.label("unit"), Post.role, owed.label("duties"))
        .select_from(Post)
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(Duty, (Duty.post_id == Post.id) & (Duty.state == DutyState.OPEN))
        .where(Unit.county_id == book.county.id, ~held.exists())
        .group_by(Unit.id, Post.id)
        .having((owed > 0) | (Post.id == Unit.answering[Unit.depth + 1]))
        .order_by(Unit.id)
    )
    return [dict(row) for row in rows.mappings()]
