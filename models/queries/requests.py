"""What was asked for and by whom it is to be decided."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from models.tables.duties import Duty
from models.tables.requests import Request

PENDING = select(Request).where(Request.issue_id == bindparam("issue"), Request.decided_at.is_(None))


def pending(session: Session, issue_id: int) -> Request | None:
    """The request about an issue that nobody has decided."""
    return session.scalar(PENDING, {"issue": issue_id})


def to_decide(session: Session, duty_id: int) -> Request:
    """The request that a duty to decide is about: each opens one, so both are the same in number."""
    earlier = aliased(Duty)
    nth = (
        select(func.count())
        .where(earlier.issue_id == Duty.issue_id, earlier.kind == Duty.kind, earlier.id < Duty.id)
        .scalar_subquery()
    )
    issue_id, before = session.execute(select(Duty.issue_id, nth).where(Duty.id == duty_id)).one()
    asked = select(Request).where(Request.issue_id == issue_id).order_by(Request.id)
    return session.scalars(asked.offset(before).limit(1)).one()
