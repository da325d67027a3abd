"""What a night wrote, read row by row from the tables, to be held against what its preview listed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.doings import Doing
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.places import Post, Unit
from models.vocabulary import Action, DutyState, Role

Line = tuple[object, ...]


def facts(doing: Doing) -> Line:
    post = (doing.post.unit, doing.post.role) if doing.post else None
    return doing.number, doing.action, doing.duty, doing.step, doing.does, post


@dataclass(frozen=True)
class Stood:
    """What there was before a night: events and notices by id, and which duties stood still."""

    events: set[int]
    notices: set[int]
    held: set[int]

    @classmethod
    def now(cls, session: Session) -> "Stood":
        held = select(Duty.id).where(Duty.state == DutyState.HELD)
        return cls(*(set(session.scalars(each)) for each in (select(Event.id), select(Notice.id), held)))


def written(session: Session, before: Stood) -> Counter[Line]:
    """What the night wrote, read row by row from the tables."""
    events = [each for each in session.scalars(select(Event)) if each.id not in before.events]
    notices = [each for each in session.scalars(select(Notice)) if each.id not in before.notices and each.action]
    lines = Counter(told(session, each, events) for each in notices)
    heard = {(each.duty_id, each.step) for each in notices}
    unheard = (each for each in events if (each.duty_id, each.step) not in heard and each.action is not Action.BREAK)
    lines.update(by_rule(session, each) for each in unheard)
    resumed = {each.issue_id for each in events if each.action is Action.RESUME}
    open_now = [session.get_one(Duty, each) for each in before.held]
    lines.update(
        (number(session, duty.issue_id), Action.RESUME, duty.kind, None, None, None)
        for duty in open_now
        if duty.state is DutyState.OPEN and duty.issue_id not in resumed
    )
    return lines


def told(session: Session, notice: Notice, events: Sequence[Event]) -> Line:
    duty = session.get_one(Duty, notice.duty_id)
    step = any((each.duty_id, each.step) == (notice.duty_id, notice.step) for each in events)
    action = Action.STEP if step else Action.BREAK
    return number(session, duty.issue_id), action, duty.kind, notice.step, notice.action, seat(session, notice.post_id)


def by_rule(session: Session, event: Event) -> Line:
    kind = session.get_one(Duty, event.duty_id).kind if event.duty_id else None
    post = seat(session, event.post_id) if event.post_id else None
    return number(session, event.issue_id), event.action, kind, event.step, None, post


def number(session: Session, issue_id: int) -> str:
    return session.get_one(Issue, issue_id).number


def seat(session: Session, post_id: int) -> tuple[str, Role]:
    post = session.get_one(Post, post_id)
    return session.get_one(Unit, post.unit_id).name, post.role
