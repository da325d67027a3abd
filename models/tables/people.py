"""People and the posts they hold."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Remark, Table


class Person(Table):
    """Somebody who works in the chain of responsibility; residents are kept elsewhere."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("county_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    code: Mapped[str] = mapped_column(comment="the staff number they are known by in commands and files")
    name: Mapped[str]
    code_hash: Mapped[str | None] = mapped_column(comment="of the personal code they approve with; null: none set")


class Posting(Table):
    """A person holds a post from a day up to, not including, another."""

    __tablename__ = "postings"
    __table_args__ = (
        Index("one_holder_a_post", "post_id", unique=True, postgresql_where=text("until_on IS NULL")),
        Index("postings_of_a_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(comment="the `now` of its last change")


class Absence(Table):
    """A person is away from a day up to, not including, another; the deputy stands in at all their posts."""

    __tablename__ = "absences"
    __table_args__ = (Index("absences_of_a_person", "person_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), comment="null: the tier above answers")
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Remark)
    cancelled: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime] = mapped_column(comment="the `now` of its last change")


class Suspension(Table):
    """A unit in which nothing can be done, a flood or an evacuation: the clocks below it stand still until an end."""

    __tablename__ = "suspensions"
    __table_args__ = (Index("suspensions_in_force", "unit_id", postgresql_where=text("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    cause: Mapped[str] = mapped_column(Remark)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), comment="who ordered it")
    ended_at: Mapped[datetime | None] = mapped_column(comment="when the clocks went on; null: they stand still")
    recorded_at: Mapped[datetime]
