"""Duties: somebody owes something by a time. The narrow row the nights write."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table
from models.vocabulary import Basis, DutyKind, DutyState


class Duty(Table):
    """One thing owed, by a post, by a time, with its escalation schedule frozen when it opened."""

    __tablename__ = "duties"
    __table_args__ = (
        Index("duties_to_climb", "community_id", "next_step_at", postgresql_where=text("state = 'open'")),
        Index(
            "one_open_duty_a_kind",
            "issue_id",
            "kind",
            unique=True,
            postgresql_where=text("state = 'open' OR state = 'held'"),
        ),
        Index("duties_promised", "community_id", postgresql_where=text("promised_at IS NOT NULL")),
        Index("duties_held", "community_id", postgresql_where=text("state = 'held'")),
        Index("duties_of_an_issue", "issue_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("units.id"), comment="whose night minds it")
    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    post_id: Mapped[int | None] = mapped_column(
        ForeignKey("posts.id"), comment="whose it is; null while nobody was assigned"
    )
    service_level_id: Mapped[int] = mapped_column(ForeignKey("service_levels.id"))
    escalation_policy_id: Mapped[int] = mapped_column(ForeignKey("escalation_policies.id"))
    kind: Mapped[DutyKind]
    state: Mapped[DutyState]
    opened_at: Mapped[datetime] = mapped_column(comment="from when its clock counts")
    due_at: Mapped[datetime]
    steps_at: Mapped[list[datetime]] = mapped_column(comment="the instants of its steps, frozen; step n at position n")
    step: Mapped[int] = mapped_column(SmallInteger, default=0, comment="the last step that fired")
    next_step_at: Mapped[datetime | None] = mapped_column(comment="null when no step is left or its clock stands still")
    provisional: Mapped[bool] = mapped_column(comment="some day it was counted over is not yet announced")
    ended_at: Mapped[datetime | None]
    basis: Mapped[Basis] = mapped_column(default=Basis.POLICY, comment="how its due time came about")
    basis_at: Mapped[datetime | None] = mapped_column(
        comment="when its clock last went on after a hold that moved its times"
    )
    held_at: Mapped[datetime | None] = mapped_column(
        comment="since when its clock stands still; it is breached as of then"
    )
    promised_at: Mapped[datetime | None] = mapped_column(comment="until then its holder is not reminded")
    promises: Mapped[int] = mapped_column(SmallInteger, default=0, comment="how many were given")
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("duties.id"), comment="the duty it is a part of, whose escalation silences its reminders"
    )
    changed_at: Mapped[datetime] = mapped_column(comment="the `now` of its last change; steps and their next apart")
