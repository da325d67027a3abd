"""When something that does not wait for the night is due next."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, any_, func, literal, select
from sqlalchemy.orm import Session

from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.policies import EscalationPolicy
from models.vocabulary import DutyState

IMMEDIATE = select(EscalationPolicy.id).where(EscalationPolicy.immediate)
STEPS = select(func.min(Duty.next_step_at)).where(
    Duty.state == DutyState.OPEN, Duty.escalation_policy_id.in_(IMMEDIATE)
)


UNTOLD = select(func.min(Notice.recorded_at)).where(
    Notice.settled_at.is_(None), Notice.immediate, Notice.duty_id == Duty.id, Duty.state == DutyState.OPEN
)


def next_at_once(session: Session, county_id: int) -> datetime | None:
    """The earliest instant at which the watch has a step to give in a county, or something to tell.

    None: nothing will come by itself.
    """
    steps = session.scalar(STEPS.join(Issue, Issue.id == Duty.issue_id).where(Issue.county_id == county_id))
    untold = session.scalar(UNTOLD.where(Notice.county_id == county_id))
    return min(filter(None, (steps, untold)), default=None)


def first_at_once(session: Session, issue_ids: Sequence[int]) -> datetime | None:
    """The same of some issues alone."""
    return session.scalar(STEPS.where(Duty.issue_id == any_(literal(issue_ids, ARRAY(BigInteger)))))
