"""What posts are to hear, what persons get, and each try to send it; and which nights ran."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table
from models.vocabulary import ChannelKind, DeliveryOutcome, MessageKind, StepAction


class Notice(Table):
    """A fact for a post: duty, step, post. Step 0 is "newly yours". Told once, in one message."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("duty_id", "step", "post_id", "arming"),
        Index("notices_to_tell", "county_id", postgresql_where=text("settled_at IS NULL")),
        Index("notices_of_a_message", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    duty_id: Mapped[int] = mapped_column(ForeignKey("duties.id"))
    step: Mapped[int] = mapped_column(SmallInteger)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    arming: Mapped[int] = mapped_column(
        SmallInteger,
        default=0,
        server_default="0",
        comment="how often the step was armed anew: a promise broken, a new holder",
    )
    action: Mapped[StepAction | None] = mapped_column(comment="null for step 0")
    immediate: Mapped[bool]
    recorded_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(
        comment="told in a message, or moot because the duty ended first"
    )
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))


class Message(Table):
    """What one person gets, composed once: ids of notices, turned into text when it is sent."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("person_id", "on_date", "part"),
        Index("messages_to_send", "county_id", postgresql_where=text("outcome IS NULL OR outcome = 'retry'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    on_date: Mapped[date]
    part: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[MessageKind]
    facts: Mapped[dict[str, Any]]
    composed_at: Mapped[datetime]
    not_before: Mapped[datetime] = mapped_column(comment="quiet hours hold it until then")
    outcome: Mapped[DeliveryOutcome | None] = mapped_column(comment="of the last try; null: not tried")


class Delivery(Table):
    """One try to send a message."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("deliveries_of_a_message", "message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    channel: Mapped[ChannelKind]
    outcome: Mapped[DeliveryOutcome]
    detail: Mapped[str | None]
    tried_at: Mapped[datetime]


class NightLog(Table):
    """A community's night that ran, written in the same commit as what it did."""

    __tablename__ = "night_log"

    community_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    night: Mapped[date] = mapped_column(primary_key=True, comment="the local date it belongs to")
    ran_at: Mapped[datetime] = mapped_column(comment="the last time it ran")
    runs: Mapped[list[datetime]] = mapped_column(comment="all the times it ran: what it told then bears this time")
    counts: Mapped[dict[str, Any]]
