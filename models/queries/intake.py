"""What a county knows, for reading intake files against."""

from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from models.rules.intake import Known
from models.tables.people import Person
from models.tables.places import Unit
from models.tables.policies import Category


def known(session: Session, book: Rulebook, now: datetime) -> Known:
    """The grids, categories and people of a county."""
    county, zone = book.county.id, book.calendar.office.zone
    grids = session.execute(select(Unit.key, Unit.name).where(Unit.county_id == county, Unit.depth == book.lowest))
    return Known(
        grids={name for row in grids for name in row},
        categories=set(session.scalars(select(Category.key).where(Category.county_id == county))),
        reporters=set(session.scalars(select(Person.code).where(Person.county_id == county))),
        zone=zone,
        since=datetime.combine(book.calendar.first, time(), tzinfo=zone),
        now=now,
    )
