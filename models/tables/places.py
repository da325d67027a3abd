"""Who answers for what: counties, the tree of units, posts on units, compounds and what grids cover of them."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table
from models.vocabulary import Role


class County(Table):
    """A county as its pack describes it; everything below hangs on one."""

    __tablename__ = "counties"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    zone: Mapped[str] = mapped_column(comment="IANA time zone in which working time is counted")
    locale: Mapped[str]
    tiers: Mapped[list[Any]] = mapped_column(comment="from the top down: key, name, answers (role), posts (roles)")
    calendar: Mapped[dict[str, Any]] = mapped_column(
        comment="office windows and what a report outside them counts from"
    )
    quiet_hours: Mapped[str] = mapped_column(comment="local times between which messages wait, as 21:00-08:00")


class Unit(Table):
    """A node of the tree of responsibility: a county, a community, a grid, or whatever the tiers are called."""

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("county_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))
    community_id: Mapped[int] = mapped_column(
        ForeignKey("units.id"), comment="whose night minds it: its community, or the topmost unit for what lies above"
    )
    key: Mapped[str]
    name: Mapped[str]
    depth: Mapped[int] = mapped_column(SmallInteger, comment="0 is the topmost; the index into the county's tiers")
    path: Mapped[list[int]] = mapped_column(comment="unit ids from the topmost to itself, by depth")
    answering: Mapped[list[int]] = mapped_column(comment="the answering post's id of each unit of the path")


class Post(Table):
    """A role on a unit. Duties belong to posts; who holds one is a posting."""

    __tablename__ = "posts"
    __table_args__ = (UniqueConstraint("unit_id", "role", "seat"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    role: Mapped[Role]
    seat: Mapped[int] = mapped_column(SmallInteger, default=1)


class Compound(Table):
    """A residential compound of a community."""

    __tablename__ = "compounds"
    __table_args__ = (UniqueConstraint("community_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    key: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    households: Mapped[int]


class GridPart(Table):
    """What a grid covers of a compound."""

    __tablename__ = "grid_parts"

    grid_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compounds.id"), primary_key=True)
    households: Mapped[int]
    buildings: Mapped[str | None]


class CalendarDay(Table):
    """Whether a day is worked; the only thing the engine reads about holidays."""

    __tablename__ = "calendar_days"

    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    worked: Mapped[bool]
    confirmed: Mapped[bool] = mapped_column(comment="false: expected, not yet announced")
