"""What a county knows, for reading intake files against."""

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries import people
from models.queries.rulebook import Rulebook
from models.rules.intake import Known
from models.tables.people import Person
from models.tables.places import Unit
from models.tables.policies import Category


def known(session: Session, book: Rulebook, now: datetime) -> Known:
    """The grids and categories of a county, and the people who hold a post."""
    county, zone = book.county.id, book.calendar.office.zone
    grids = session.execute(select(Unit.key, Unit.name).where(Unit.county_id == county, Unit.depth == book.lowest))
    return Known(
        grids={name for row in grids for name in row},
        categories=set(session.scalars(select(Category.key).where(Category.county_id == county))),
        reporters=_on_duty(session, book, now),
        zone=zone,
        since=datetime.combine(book.calendar.first, time(), tzinfo=zone),
        now=now,
    )


def category_names(session: Session, county_id: int) -> dict[str, str]:
    """The keys of the categories by what people call them."""
    rows = session.execute(select(Category.name, Category.key).where(Category.county_id == county_id))
    return {row.name: row.key for row in rows}


def _on_duty(session: Session, book: Rulebook, now: datetime) -> set[str]:
    """The staff numbers of all who hold a post today: the only ones who may report."""
    held = people.holders(session, book.county.id, book.local_date(now)).values()
    return set(session.scalars(select(Person.code).where(Person.id.in_(held))))
