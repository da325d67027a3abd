"""The private room: households, the persons in them, who raised what; and who looked.

Names and numbers are sealed; found is a number by its mark, shown are its last four. Nothing here is ever copied into
the history of issues, into messages or exports.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Remark, Table
from models.vocabulary import RoomAction


class Household(Table):
    """Who lives behind one door. Where that is stands in clear: visits are planned by it."""

    __tablename__ = "households"
    __table_args__ = (
        UniqueConstraint("county_id", "external_id"),
        Index("households_as_one_walks", "grid_id", "in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    external_id: Mapped[str] = mapped_column(comment="the register's own; by it the household is known again")
    grid_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compounds.id"))
    building: Mapped[str]
    unit: Mapped[str] = mapped_column(comment="the staircase")
    room: Mapped[str]
    in_order: Mapped[str] = mapped_column(comment="building, unit and room, numbers by their value")
    flags: Mapped[list[str]] = mapped_column(comment="what makes it a key household")
    moved_out_on: Mapped[date | None] = mapped_column(comment="the first day nobody of it lives there any more")
    recorded_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(comment="the `now` of its last change, persons included")


class Resident(Table):
    """Somebody of a household. Erased, the row is an empty chair."""

    __tablename__ = "residents"
    __table_args__ = (
        Index("residents_of_a_household", "household_id"),
        Index("residents_by_phone", "phone_mark", postgresql_where=text("phone_mark IS NOT NULL")),
        Index("residents_by_id_number", "id_mark", postgresql_where=text("id_mark IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("households.id"))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, comment="null: erased")
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_mark: Mapped[bytes | None] = mapped_column(LargeBinary, comment="keyed hash by which a phone is found")
    id_mark: Mapped[bytes | None] = mapped_column(LargeBinary, comment="keyed hash by which an ID number is found")
    phone_tail: Mapped[str | None] = mapped_column(String(4), comment="the last four")
    id_tail: Mapped[str | None] = mapped_column(String(4), comment="the last four")
    left_at: Mapped[datetime | None] = mapped_column(comment="the register no longer names them here")
    erased_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(comment="the `now` of its last change")


class RaisedBy(Table):
    """Who raised an issue: a resident known here, or somebody by the name and phone they gave; neither once erased."""

    __tablename__ = "raised_by"
    __table_args__ = (
        Index("raised_by_resident", "resident_id", postgresql_where=text("resident_id IS NOT NULL")),
        Index("raised_by_phone", "phone_mark", postgresql_where=text("phone_mark IS NOT NULL")),
    )

    issue_id: Mapped[int] = mapped_column(ForeignKey("issues.id"), primary_key=True)
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("residents.id"))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_mark: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_tail: Mapped[str | None] = mapped_column(String(4), comment="the last four")
    recorded_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class RoomEvent(Table):
    """What was done in the room, by whom and why, without a word of what was seen there. A trigger keeps it so."""

    __tablename__ = "room_events"
    __table_args__ = (
        Index("room_events_of_a_household", "household_id", "id"),
        Index("room_events_as_recorded", "county_id", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    action: Mapped[RoomAction]
    household_id: Mapped[int | None] = mapped_column(ForeignKey("households.id"))
    resident_id: Mapped[int | None] = mapped_column(ForeignKey("residents.id"))
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"))
    columns: Mapped[list[str]] = mapped_column(comment="the names of what changed or was read")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), comment="null: a register, or by rule")
    reason: Mapped[str | None] = mapped_column(Remark)
    recorded_at: Mapped[datetime]
