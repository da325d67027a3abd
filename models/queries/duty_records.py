"""The duties of an issue as an explanation needs them: levels, steps and notices, posts resolved to people."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.queries.reach import Reach, reach
from models.queries.rulebook import Rulebook, service_levels
from models.rules.escalation import ServiceLevel
from models.rules.records import Addressed, DutyRecord, Fired, Reached, Told
from models.tables import policies
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.notices import Delivery, Message, Notice
from models.tables.people import Person
from models.tables.places import Unit
from models.vocabulary import Action, DeliveryOutcome, StepAction

ACTIONS = tuple(StepAction)  # the mildest first


@dataclass(frozen=True)
class _Notified:
    """A notice of a step: the day whose holders count for it, who was told, and when that was sent, if it was."""

    duty_id: int
    step: int
    post_id: int
    action: StepAction
    day: date
    person: str | None
    sent_at: datetime | None
    moot: bool


@dataclass(frozen=True)
class _Desk:
    """What was looked up for all duties of an issue at once."""

    levels: dict[int, ServiceLevel]
    versions: dict[int, str]
    answering: dict[int, list[int]]
    notified: Sequence[_Notified]

    def owner(self, duty: Duty) -> int:
        """The duty's own post, or the one that answers for its unit while nobody was assigned."""
        return duty.post_id or self.answering[duty.unit_id][-1]

    def asked(self, duty: Duty) -> list[dict[int, StepAction]]:
        """What each step does to which post; as the climb has it, a tier the unit lacks falls to the unit itself."""
        tiers = self.answering[duty.unit_id]
        steps: list[dict[int, StepAction]] = []
        for step in self.levels[duty.service_level_id].escalation.steps:
            posts: dict[int, StepAction] = {}
            for each in step.addressees:
                tier = self.owner(duty) if each.depth is None else tiers[min(each.depth, len(tiers) - 1)]
                posts.setdefault(tier, each.action)
            steps.append(posts)
        return steps


def duty_records(
    session: Session, book: Rulebook, issue_id: int, events: Sequence[Event], now: datetime
) -> tuple[DutyRecord, ...]:
    """All duties of an issue, oldest first.

    :param events: the issue's history.
    :param now: the instant as of whose date the persons of steps to come are resolved.
    """
    duties = session.scalars(select(Duty).where(Duty.issue_id == issue_id).order_by(Duty.id)).all()
    desk = _desk(session, book, duties, now)
    posts = {desk.owner(duty) for duty in duties} | {each.post_id for each in desk.notified}
    posts |= {post_id for duty in duties for step in desk.asked(duty) for post_id in step}
    today = book.local_date(now)
    days = {today, *(each.day for each in desk.notified)}
    reaches = {day: reach(session, book.county.id, posts, day) for day in days}
    return tuple(_record(duty, desk, reaches[today], _fired(duty, events, desk, reaches)) for duty in duties)


def _desk(session: Session, book: Rulebook, duties: Sequence[Duty], now: datetime) -> _Desk:
    version = policies.PolicyVersion
    wanted = (
        select(version.id, version.version)
        .join(policies.ServiceLevel, policies.ServiceLevel.policy_version_id == version.id)
        .where(policies.ServiceLevel.id.in_({duty.service_level_id for duty in duties}))
    )
    levels: dict[int, ServiceLevel] = {}
    versions: dict[int, str] = {}
    for version_id, name in session.execute(wanted.distinct()):
        own = {level.id: level for level in service_levels(session, book.county.id, version_id)}
        levels |= own
        versions |= dict.fromkeys(own, name)
    on_units = select(Unit.id, Unit.answering).where(Unit.id.in_({duty.unit_id for duty in duties}))
    answering = {row.id: row.answering for row in session.execute(on_units)}
    return _Desk(levels, versions, answering, _notified(session, book, duties, now))


def _notified(session: Session, book: Rulebook, duties: Sequence[Duty], now: datetime) -> list[_Notified]:
    sent = (
        select(Delivery.message_id, func.min(Delivery.tried_at).label("sent_at"))
        .where(Delivery.outcome == DeliveryOutcome.SENT)
        .group_by(Delivery.message_id)
        .subquery()
    )
    rows = session.execute(
        select(Notice, Message.on_date, Person.name, sent.c.sent_at)
        .outerjoin(Message, Message.id == Notice.message_id)
        .outerjoin(Person, Person.id == Message.person_id)
        .outerjoin(sent, sent.c.message_id == Notice.message_id)
        .where(Notice.duty_id.in_([duty.id for duty in duties]), Notice.action.is_not(None))
        .order_by(Notice.id)
    )
    today = book.local_date(now)
    return [
        _Notified(
            row.duty_id,
            row.step,
            row.post_id,
            row.action,
            day=on_date or today,
            person=person,
            sent_at=sent_at,
            moot=row.settled_at is not None and row.message_id is None,
        )
        for row, on_date, person, sent_at in rows
        if row.action
    ]


def _fired(duty: Duty, events: Sequence[Event], desk: _Desk, reaches: dict[date, Reach]) -> tuple[Fired, ...]:
    told: dict[int, list[Told]] = defaultdict(list)
    for each in desk.notified:
        if each.duty_id == duty.id:
            told[each.step].append(Told(each.action, _reached(each, reaches), each.sent_at, each.moot))
    return tuple(
        Fired(event.step, event.happened_at, event.recorded_at, tuple(sorted(told[event.step], key=_by_action)))
        for event in events
        if event.duty_id == duty.id and event.action is Action.STEP and event.step
    )


def _reached(notified: _Notified, reaches: dict[date, Reach]) -> Reached:
    """Whom a notice reached: who was told, also where who answers that day was entered only later."""
    whom = reaches[notified.day].of(notified.post_id)
    return whom if notified.person in (None, whom.person) else Reached(whom.asked, notified.person, whom.asked)


def _by_action(told: Told) -> int:
    return ACTIONS.index(told.action)


def _record(duty: Duty, desk: _Desk, now: Reach, fired: tuple[Fired, ...]) -> DutyRecord:
    return DutyRecord(
        kind=duty.kind,
        state=duty.state,
        level=desk.levels[duty.service_level_id],
        policy=desk.versions[duty.service_level_id],
        assigned=duty.post_id is not None,
        whose=now.of(desk.owner(duty)),
        opened_at=duty.opened_at,
        due_at=duty.due_at,
        ended_at=duty.ended_at,
        step=duty.step,
        steps_at=tuple(duty.steps_at),
        provisional=duty.provisional,
        steps=tuple(
            tuple(Addressed(action, now.of(post_id)) for post_id, action in step.items()) for step in desk.asked(duty)
        ),
        fired=fired,
        held_at=duty.held_at,
        basis=duty.basis,
        basis_at=duty.basis_at,
        promised_at=duty.promised_at,
    )
