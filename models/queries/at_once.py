"""When something that does not wait for the night is due next."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.policies import EscalationPolicy
from models.vocabulary import DutyState


def next_at_once(session: Session, county_id: int) -> datetime | None:
    """The earliest instant at which the watch has a step to give in a county; None: nothing will come by itself."""
    immediate = select(EscalationPolicy.id).where(EscalationPolicy.immediate)
    return session.scalar(
        select(func.min(Duty.next_step_at))
        .join(Issue, Issue.id == Duty.issue_id)
        .where(Issue.county_id == county_id, Duty.state == DutyState.OPEN, Duty.escalation_policy_id.in_(immediate))
    )
