"""What was asked for that the tier above has to allow: a hold, an extension."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Remark, Table
from models.vocabulary import RequestKind


class Request(Table):
    """Somebody asks for something about an issue, with a reason; somebody else, one tier up, decides."""

    __tablename__ = "requests"
    __table_args__ = (
        Index("one_pending_request", "issue_id", unique=True, postgresql_where=text("decided_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"), comment="the duty it is about")
    what: Mapped[RequestKind]
    until_on: Mapped[date] = mapped_column(comment="the day a hold ends, or the new day on which the duty is due")
    reason: Mapped[str] = mapped_column(Remark)
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"), comment="null when it lapsed")
    decided_at: Mapped[datetime | None]
    approved: Mapped[bool | None]
