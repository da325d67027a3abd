"""Policy as loaded from a county pack: immutable versions, escalation policies, service levels, categories."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table
from models.vocabulary import DutyKind, Lane, Severity, StepAction


class Category(Table):
    """What an issue is about."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("county_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    key: Mapped[str]
    name: Mapped[str]


class PolicyVersion(Table):
    """A whole policy file as it was loaded; never changed afterwards."""

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("county_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    version: Mapped[str]
    content: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]


class EscalationPolicy(Table):
    """A ladder of steps a duty climbs while it stays undone."""

    __tablename__ = "escalation_policies"
    __table_args__ = (UniqueConstraint("policy_version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    key: Mapped[str]
    immediate: Mapped[bool] = mapped_column(comment="minded every ten minutes, told at once")


class EscalationStep(Table):
    """What step `number` does to one addressee; a step may have several."""

    __tablename__ = "escalation_steps"
    __table_args__ = (UniqueConstraint("policy_id", "number", "depth", postgresql_nulls_not_distinct=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("escalation_policies.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[str] = mapped_column(comment="as the pack writes it: 75%, due, +1 working_days")
    action: Mapped[StepAction]
    depth: Mapped[int | None] = mapped_column(SmallInteger, comment="the tier addressed; null is the duty's own post")


class ServiceLevel(Table):
    """The limit and the escalation policy for duties it matches; the first matching row of a version wins."""

    __tablename__ = "service_levels"
    __table_args__ = (UniqueConstraint("policy_version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    policy_version_id: Mapped[int] = mapped_column(ForeignKey("policy_versions.id"))
    escalation_policy_id: Mapped[int] = mapped_column(ForeignKey("escalation_policies.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    key: Mapped[str]
    duty_kind: Mapped[DutyKind]
    categories: Mapped[list[str] | None]
    severity: Mapped[Severity | None]
    lane: Mapped[Lane | None]
    called_up: Mapped[bool | None]
    allowance: Mapped[str] = mapped_column(comment="as the pack writes it: 3 working_days")
