"""What a night did and what it leaves to people: the facts of the night's report."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.orm import Session, aliased

from models.queries import audit, duties, people, suspensions
from models.queries.reach import reach
from models.queries.rulebook import Rulebook
from models.rules.records import Reached
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import NightLog, Notice
from models.tables.places import Post, Unit
from models.tables.policies import Category
from models.vocabulary import OWED, DutyKind, DutyState, StepAction

LONGEST_LIST = 20
OF_ALL = func.count().over().label("of_all")


def night_facts(session: Session, book: Rulebook, night: date, now: datetime) -> dict[str, Any]:
    """All the report says: per community, whom it escalated to, and what needs a person."""
    rows = _communities(session, book, night)
    escalated = _escalated(session, book, night, now)
    unowned, unanswered = _unowned(session, book), _unanswered(session, book, now)
    taken_over = _taken_over(session, book, night, now)
    return {
        "county": book.county.name,
        "zone": book.county.zone,
        "tier": book.county.tiers[book.lowest - 1]["name"],
        "night": night,
        "now": now,
        "communities": [dict(row) for row in rows],
        "missing": [row["name"] for row in rows if row["ran_at"] is None],
        "escalated": escalated,
        "escalated_left_out": _left_out(escalated),
        "unowned": unowned,
        "unowned_left_out": _left_out(unowned),
        "vacant": [each for each in unanswered if each["absent"] is None],
        "absent": [each for each in unanswered if each["absent"] is not None],
        "taken_over": taken_over,
        "taken_over_left_out": _left_out(taken_over),
        "suspended": [asdict(each) for each in suspensions.current(session, book.county.id, now)],
        **_findings(session, book),
    }


def _findings(session: Session, book: Rulebook) -> dict[str, Any]:
    """What the auditor found and nobody has said why of."""
    listed = session.scalars(audit.open_findings(book).limit(LONGEST_LIST)).all()
    told = [{"key": each.key, "kind": each.kind, "facts": each.facts} for each in listed]
    return {"findings": told, "findings_left_out": audit.count_open(session, book) - len(told)}


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
    reached = reach(session, book.county.id, {row["post_id"] for row in found}, book.local_date(now))
    return [{**row, "whom": asdict(reached.of(row["post_id"]))} for row in found]


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


def _taken_over(session: Session, book: Rulebook, night: date, now: datetime) -> list[dict[str, Any]]:
    """What came from elsewhere and was overdue at the go-live moment, in the first night after it: nobody was told."""
    live_at = func.greatest(Issue.recorded_at, Issue.live_at)
    ran = select(NightLog.night).where(NightLog.community_id == Duty.community_id, NightLog.ran_at >= live_at)
    answers = func.coalesce(Duty.post_id, Unit.answering[Unit.depth + 1])
    rows = session.execute(
        select(
            Issue.number,
            Category.name.label("category"),
            Unit.name.label("unit"),
            answers.label("post_id"),
            Duty.kind,
            Duty.due_at,
            OF_ALL,
        )
        .join(Duty, Duty.issue_id == Issue.id)
        .join(Category, Category.id == Issue.category_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(Issue.county_id == book.county.id, Duty.state.in_(OWED), duties.overdue_at_go_live(Duty, Issue))
        .where(ran.where(NightLog.night == night).exists(), ~ran.where(NightLog.night < night).exists())
        .order_by(Duty.due_at, Issue.number)
        .limit(LONGEST_LIST)
    )
    found = [dict(row) for row in rows.mappings()]
    reached = reach(session, book.county.id, {row["post_id"] for row in found}, book.local_date(now))
    return [{**row, "whom": asdict(reached.of(row["post_id"]))} for row in found]


def _unanswered(session: Session, book: Rulebook, now: datetime) -> list[dict[str, Any]]:
    """Posts at which nobody answers though they answer for a unit or owe something, with what they owe.

    ``absent`` is the holder, if there is one, who is away with nobody to stand in; without one the post is vacant.
    ``above`` is whether somebody above answers meanwhile.
    """
    today = book.local_date(now)
    answered = people.holders(session, book.county.id, today)
    owed = func.count(Duty.id)
    rows = session.execute(
        select(Post.id, Unit.name.label("unit"), Post.role, owed.label("duties"))
        .select_from(Post)
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(Duty, (Duty.post_id == Post.id) & Duty.state.in_(OWED))
        .where(Unit.county_id == book.county.id, Post.id.not_in(answered))
        .group_by(Unit.id, Post.id)
        .having((owed > 0) | (Post.id == Unit.answering[Unit.depth + 1]))
        .order_by(Unit.id, Post.id)
    ).mappings()
    found = [dict(row) for row in rows]
    reached = reach(session, book.county.id, {row["id"] for row in found}, today)
    whose = [(row, reached.of(row["id"])) for row in found]
    return [{**row, "absent": _absent(each), "above": each.person is not None} for row, each in whose]


def _absent(reached: Reached) -> dict[str, Any] | None:
    """The holder of the post asked about, if the post is not vacant."""
    return next((asdict(each) for each in reached.absent if each.post == reached.asked), None)
