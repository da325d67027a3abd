"""The history: append-only, who did what to which issue or duty, when and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Remark, Table, stored
from models.vocabulary import Action, Stage


class Event(Table):
    """One thing that happened. A trigger refuses to change or delete it."""

    __tablename__ = "events"
    __table_args__ = (
        Index("events_of_an_issue", "issue_id", "id"),
        Index("events_as_recorded", "county_id", "recorded_at"),
        Index("events_rescheduled", "county_id", "recorded_at", postgresql_where=text("action = 'reschedule'")),
        Index("event_voided_once", "voids_id", unique=True, postgresql_where=text("voids_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    duty_id: Mapped[int | None] = mapped_column(ForeignKey("duties.id"))
    action: Mapped[Action]
    stage_from: Mapped[Stage | None] = mapped_column(stored(Stage, "stage_from"))
    stage_to: Mapped[Stage | None]
    step: Mapped[int | None] = mapped_column(SmallInteger, comment="the escalation step, for action step")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), comment="null: by rule, in the night")
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id"), comment="the post that allowed it, or was assigned"
    )
    reason: Mapped[str | None] = mapped_column(Remark)
    voids_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"), comment="the event that this one takes back")
    revision_id: Mapped[int | None] = mapped_column(
        comment="the newest revision of the issue and its duties before it: what taking it back returns to"
    )
    facts: Mapped[dict[str, Any] | None]
    happened_at: Mapped[datetime] = mapped_column(comment="when it happened; clocks and figures use it")
    recorded_at: Mapped[datetime] = mapped_column(comment="when it became known; what was known then is rebuilt by it")
