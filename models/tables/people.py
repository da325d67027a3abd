"""People and the posts they hold."""

from datetime import date

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table


class Person(Table):
    """Somebody who works in the chain of responsibility; residents are kept elsewhere."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("county_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    code: Mapped[str] = mapped_column(comment="the staff number they are known by in commands and files")
    name: Mapped[str]


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
