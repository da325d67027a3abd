"""The ledger of issues and the numbers they are spoken of by."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Remark, Table
from models.vocabulary import Lane, Rating, Severity, Stage


class Issue(Table):
    """What a resident raised. How it came to stand where it stands is in the events.

    ``summary`` is what they said, but for their own name and phone: the only words of residents outside their room. It
    is in no revision, and whatever puts it out masks the numbers in it.
    """

    __tablename__ = "issues"
    __table_args__ = (
        UniqueConstraint("county_id", "number"),
        UniqueConstraint("county_id", "source", "external_id"),
        Index("issues_of_a_community", "community_id", "stage"),
        Index("issues_on_hold", "community_id", postgresql_where=text("held_until IS NOT NULL")),
        Index("issues_taken_over", "community_id", postgresql_where=text("live_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("units.id"), comment="whose night minds it")
    unit_id: Mapped[int] = mapped_column(
        ForeignKey("units.id"), comment="the grid; the topmost unit while it lies on none"
    )
    number: Mapped[str] = mapped_column(comment="speakable: community, year, running number")
    source: Mapped[str] = mapped_column(
        comment="where it came from; with external_id the key that keeps it from coming twice"
    )
    external_id: Mapped[str | None]
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    severity: Mapped[Severity]
    lane: Mapped[Lane]
    stage: Mapped[Stage]
    summary: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(comment="when it was raised; clocks count from here")
    recorded_at: Mapped[datetime]
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), comment="who said it was done")
    evidence: Mapped[str | None] = mapped_column(Remark, comment="what shows that it was done, by reference")
    rating: Mapped[Rating | None]
    closed_at: Mapped[datetime | None]
    reopenings: Mapped[int] = mapped_column(SmallInteger, default=0)
    called_up: Mapped[bool] = mapped_column(default=False, comment="help of another unit was called for")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"), index=True)
    held_until: Mapped[date | None] = mapped_column(comment="on hold until this day begins")
    published: Mapped[str | None] = mapped_column(Remark, comment="where residents can read what came of it")
    exempt: Mapped[str | None] = mapped_column(Remark, comment="why it need not be published")
    live_at: Mapped[datetime | None] = mapped_column(
        comment="taken over from elsewhere: steps that fall by then are passed over"
    )
    changed_at: Mapped[datetime] = mapped_column(comment="the `now` of its last change")


class IssueNumber(Table):
    """The last running number given in a community and year."""

    __tablename__ = "issue_numbers"

    community_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    last: Mapped[int]
