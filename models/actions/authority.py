"""Who may order something about a person or a whole unit: they themselves, or somebody who answers above."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.errors import NotAbove
from models.queries import people, posts, units
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import ABOVE, COMMUNITY
from models.tables.people import Person
from models.tables.places import Unit


def over_person(session: Session, book: Rulebook, code: str, *, by: str, now: datetime) -> tuple[Person, Person]:
    """Somebody, kept from other changes until the end of the transaction, and who orders something about them.

    :raises NotFound: there is no such person.
    :raises NotAbove: it is neither the person nor somebody who answers above one of their posts.
    """
    whom, orders = people.person(session, book.county.id, code), people.person(session, book.county.id, by)
    session.refresh(whom, with_for_update={"key_share": True})
    today = book.local_date(now)
    acting = {each.post_id for each in people.held_posts(session, orders.id, today)}
    if whom.id != orders.id and not acting & posts.answering_above(session, whom.id, today):
        raise NotAbove(why="person", person=whom.name, by=by)
    return whom, orders


def over_unit(session: Session, book: Rulebook, unit: Unit, *, by: str, now: datetime) -> Person:
    """Who orders something about a unit.

    :raises NotFound: there is no such person.
    :raises NotAbove: it is nobody who leads a tier above the unit.
    """
    orders = people.person(session, book.county.id, by)
    acting = people.held_posts(session, orders.id, book.local_date(now))
    if not any(each.role in COMMUNITY | ABOVE and each.unit_id in unit.path[:-1] for each in acting):
        raise NotAbove(why="unit", unit=unit.name, by=by)
    return orders


def over_county(session: Session, book: Rulebook, *, by: str, now: datetime) -> Person:
    """Who orders something about the whole county.

    :raises NotFound: there is no such person.
    :raises NotAbove: they hold no post of the topmost unit.
    """
    orders = people.person(session, book.county.id, by)
    top = units.topmost(session, book.county.id)
    if not any(each.unit_id == top.id for each in people.held_posts(session, orders.id, book.local_date(now))):
        raise NotAbove(why="county", by=by)
    return orders
