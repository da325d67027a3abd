"""What was asked for and by whom it is to be decided."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables.requests import Request


def pending(session: Session, issue_id: int) -> Request | None:
    """The request about an issue that nobody has decided."""
    return session.scalar(select(Request).where(Request.issue_id == issue_id, Request.decided_at.is_(None)))


def last_decided(session: Session, issue_id: int) -> Request | None:
    """The request about an issue that was decided, or lapsed, last."""
    decided = select(Request).where(Request.issue_id == issue_id, Request.decided_at.is_not(None))
    return session.scalar(decided.order_by(Request.decided_at.desc(), Request.id.desc()).limit(1))
