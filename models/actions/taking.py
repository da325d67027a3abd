"""Taking an issue for one action, and concluding it: a known person, a post that allows it, history, duties."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from models.actions import duties, guards, suspending
from models.errors import InvalidInput, NotFound, OnHold, StaleIssue
from models.queries import people, reporters, requests
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import DECISIONS, ON_HOLD, HeldPost, Transition, allowing_post, transition
from models.rules.privacy import kept
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import Unit
from models.vocabulary import Action, DutyKind, DutyState, Rating

# What every action asks is put together once.
BY_NUMBER = select(Issue).where(Issue.county_id == bindparam("county"), Issue.number == bindparam("number"))
LOCKED = (
    select(Issue)
    .where(Issue.id == bindparam("issue"))
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True)
class Case:
    """An issue taken for one action: locked, with who acts by which post, and the row of the table that applies.

    ``happened_at`` is when it was done, which may be before it is recorded: clocks and figures go by it.
    ``revision_id`` is the newest revision of the issue and its duties before the action. ``names`` are those of
    whoever raised it, which nothing that is written about it may hold.
    """

    issue: Issue
    row: Transition
    person: Person
    post: HeldPost
    happened_at: datetime
    revision_id: int
    names: tuple[str, ...] = ()

    def said(self, text: str) -> str:
        """What somebody wrote about it, as it may be kept."""
        return kept(text, self.names)


def take(
    session: Session,
    book: Rulebook,
    number: str,
    action: Action,
    *,
    by: str,
    now: datetime,
    happened_at: datetime | None = None,
    rating: Rating | None = None,
) -> Case:
    """Lock an issue for an action of a person.

    :param by: the person's staff number; they hold the post on the day on which it happened.
    :param happened_at: when it was done, if that is not `now`.
    :raises NotFound: no such issue or person.
    :raises OnHold: the issue's clock stands still, which the action does not go with.
    :raises IllegalTransition: the stage does not allow the action.
    :raises NotAllowed: the person held no post that does on the day it happened.
    :raises ClockBehind: `now` lies before what is recorded.
    :raises InvalidInput: it happened after `now`, or before what happened last.
    :raises StaleIssue: it was put on another community's grid while this waited.
    """
    (issue,) = lock(session, book, number)
    revision_id = _demand_order(session, book, issue.id, now)
    happened = _happened(session, issue, now, happened_at)
    if issue.held_until is not None and action not in ON_HOLD:
        raise OnHold(number=number, until=issue.held_until, allowed=ON_HOLD)
    row = transition(issue.stage, action, rating)
    person = people.person(session, book.county.id, by)
    posts = people.held_posts(session, person.id, book.local_date(happened))
    post = allowing_post(row, posts, _path(session, issue, action))
    return Case(issue, row, person, post, happened, revision_id, reporters.names_of(session, issue.id))


# The last record of a county and of an issue, and the issue's newest revision: asked at once, for every action does.
STANDING = select(
    guards.LAST_OF_COUNTY.scalar_subquery(),
    guards.LAST_OF_ISSUE.scalar_subquery(),
    duties.NEWEST_REVISION.scalar_subquery(),
)


def _demand_order(session: Session, book: Rulebook, issue_id: int, now: datetime) -> int:
    """Refuse to write history before what is recorded.

    :return: the newest revision of the issue and its duties.
    :raises ClockBehind: `now` lies before what is recorded.
    """
    session.flush()  # what was done to the issue until now has its revision then
    county, issue, revision_id = session.execute(STANDING, {"county": book.county.id, "issue": issue_id}).one()
    guards.demand_order(now, county=county, issue=issue)
    return revision_id or 0


def lock(session: Session, book: Rulebook, *numbers: str) -> list[Issue]:
    """Lock issues and keep the nights of their communities out; always in the same order, so nobody waits in a circle.

    :raises NotFound: no such issue.
    :raises StaleIssue: one was put on another community's grid while this waited, whose night is not kept out.
    """
    found = [issue(session, book, each) for each in numbers]
    held = {each.id: each.community_id for each in found}
    guards.hold_casework(session, set(held.values()))
    for each in sorted(found, key=lambda one: one.id):
        session.scalars(LOCKED, {"issue": each.id}).one()
        if each.community_id != held[each.id]:
            raise StaleIssue(number=each.number)
    return found


def _path(session: Session, issue: Issue, action: Action) -> list[int]:
    """The units whose posts may: the issue's and those above it.

    A call-up is answered by the unit called; a request is decided above whoever owes what it is about.
    """
    if action is Action.ANSWER and (called := duties.owed_id(session, issue.id, DutyKind.ANSWER)):
        return session.get_one(Unit, session.get_one(Duty, called).unit_id).path
    path = session.get_one(Unit, issue.unit_id).path
    if action in DECISIONS and (asked := requests.pending(session, issue.id)) is not None:
        owing = duties.owing_unit(session, session.get_one(Duty, asked.duty_id))
        return path[: owing.depth]
    return path


def issue(session: Session, book: Rulebook, number: str) -> Issue:
    """An issue by its number.

    :raises NotFound: no such issue.
    """
    found = session.scalar(BY_NUMBER, {"county": book.county.id, "number": number})
    if found is None:
        raise NotFound(why="issue", number=number)
    return found


def _happened(session: Session, issue: Issue, now: datetime, happened_at: datetime | None) -> datetime:
    """When it happened: not after it is recorded, nor before what happened last."""
    if happened_at is None:
        return now
    if happened_at > now:
        raise InvalidInput(why="happened_later", happened_at=happened_at.isoformat())
    last = latest(session, issue.id)
    if last is not None and happened_at < last.happened_at:
        raise InvalidInput(why="happened_earlier", happened_at=happened_at.isoformat(), last_at=last.happened_at)
    return happened_at


def latest(session: Session, issue_id: int) -> Event | None:
    """The last thing people did to an issue, as far as it stands: not taken back, and not itself a taking back."""
    void = aliased(Event)
    taken_back = select(void.id).where(void.voids_id == Event.id).exists()
    return session.scalar(
        select(Event)
        .where(Event.issue_id == issue_id, Event.person_id.is_not(None), Event.voids_id.is_(None), ~taken_back)
        .where(Event.action != Action.HAND_OVER)
        .order_by(Event.id.desc())
        .limit(1)
    )


def conclude(
    session: Session,
    book: Rulebook,
    case: Case,
    now: datetime,
    owners: Mapping[DutyKind, int] | None = None,
    **said: Any,
) -> Issue:
    """Move the issue along its row: history, duties ended and opened. What is owed already is not owed twice.

    :param owners: the posts that duties go to where it isn't the usual one.
    """
    record(session, book, case, now, **said)
    case.issue.stage, case.issue.changed_at = case.row.target, now
    owed = duties.owed(session, case.issue.id)
    _end(session, book, case, owed, now)
    ended = {*case.row.fulfils, *case.row.cancels} & owed.keys()
    for kind in case.row.opens:
        if kind not in owed or kind in ended:
            owner = (owners or {}).get(kind) or _owner(session, book, case.issue, kind)
            duties.open_duty(session, book, case.issue, kind, owner, now=now)
    if DutyKind.APPROVE in ended:
        lapse(session, case.issue.id, now)
    suspending.follow(session, book, [case.issue.id], now=now, moved=case.row.action is Action.TRANSFER)
    return case.issue


def _end(session: Session, book: Rulebook, case: Case, owed: Mapping[DutyKind, DutyState], now: datetime) -> None:
    """What was owed and the action fulfils or cancels."""
    done = [kind for kind in case.row.fulfils if kind in owed]
    if any(owed[kind] is DutyState.HELD for kind in done):
        suspending.let_end(session, book, case.issue.id, done, at=case.happened_at, now=now)
    duties.fulfil(session, case.issue.id, done, now=now, happened_at=case.happened_at)
    undone = [kind for kind in case.row.cancels if kind in owed and kind not in done]
    duties.cancel(session, case.issue.id, undone, now=now)


def lapse(session: Session, issue_id: int, now: datetime) -> None:
    """A request that nobody owes a decision on any more has lapsed."""
    asked = requests.pending(session, issue_id)
    if asked is not None and not duties.is_owed(session, issue_id, DutyKind.APPROVE):
        asked.decided_at = now


def record(session: Session, book: Rulebook, case: Case, now: datetime, **said: Any) -> Event:
    """Write an action into the history.

    :param said: `reason`, `duty_id`, `voids_id`; anything else that is not None becomes a fact.
    """
    said = {name: case.said(each) if type(each) is str else each for name, each in said.items()}
    columns = {name: said.pop(name, None) for name in ("reason", "voids_id", "duty_id")}
    event = Event(
        county_id=book.county.id,
        issue_id=case.issue.id,
        action=case.row.action,
        stage_from=case.row.source,
        stage_to=case.row.target,
        person_id=case.person.id,
        post_id=case.post.post_id,
        facts={name: each for name, each in said.items() if each is not None} or None,
        happened_at=case.happened_at,
        recorded_at=now,
        revision_id=case.revision_id,
        **columns,
    )
    session.add(event)
    return event


def _owner(session: Session, book: Rulebook, issue: Issue, kind: DutyKind) -> int:
    """The post a follow-up duty goes to: the work back to whoever had it, the rest to the community."""
    if kind is DutyKind.ACT:
        had = select(Duty.post_id).where(Duty.issue_id == issue.id, Duty.kind == kind).order_by(Duty.id.desc()).limit(1)
        return session.scalar(had) or duties.answering_post(session, issue.unit_id)
    return duties.answering_post(session, issue.unit_id, book.lowest - 1)
