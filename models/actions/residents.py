"""Looking at who somebody is, and forgetting them: each written down, by whom and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import codes, guards
from models.actions.forgetting import Forgetting
from models.actions.side_exits import demand_reason
from models.errors import Refused
from models.queries import people, residents
from models.queries.rulebook import Rulebook
from models.room import Room
from models.rules.households import PersonRow
from models.rules.lifecycle import ABOVE, ANYBODY, COMMUNITY
from models.rules.privacy import struck
from models.tables.people import Person
from models.tables.places import Unit
from models.tables.residents import Household, RaisedBy, Resident, RoomEvent
from models.vocabulary import Role, RoomAction

MAY_READ = ANYBODY
MAY_ERASE = COMMUNITY | ABOVE


@dataclass(frozen=True)
class Order:
    """Who wants something done in the room, and why; the personal code shows that it is they."""

    by: str
    secret: str
    reason: str

    def __repr__(self) -> str:
        """Without the code."""
        return f"Order(by={self.by!r})"


def reveal(
    session: Session, book: Rulebook, room: Room, wanted: Sequence[Resident], order: Order, *, now: datetime
) -> list[PersonRow]:
    """Who some residents are, for somebody who answers for where they live. That they looked is written down.

    :raises InvalidInput: without a reason.
    :raises WrongCode: it is not who it says it is.
    :raises Refused: they hold no post in the grid of one of them or above.
    """
    person = _ordering(session, book, order)
    guards.check_clock(session, book.county.id, now)
    who = [residents.person_of(room, each) for each in wanted]
    reason = struck(order.reason.strip(), [each.name for each in who])
    for each in wanted:
        household = session.get_one(Household, each.household_id)
        demand_post(session, book, person, session.get_one(Unit, household.grid_id), MAY_READ, now=now)
        session.add(
            RoomEvent(
                county_id=book.county.id,
                action=RoomAction.READ,
                household_id=household.id,
                resident_id=each.id,
                columns=["name", "phone", "id_number"],
                person_id=person.id,
                reason=reason,
                recorded_at=now,
            )
        )
    session.flush()
    return who


@dataclass(frozen=True)
class Erased:
    """How many rows of somebody were emptied, and of how many issues it is no longer known that they raised them."""

    residents: int
    issues: int


def erase(session: Session, book: Rulebook, room: Room, resident_id: int, order: Order, *, now: datetime) -> Erased:
    """Forget somebody for good, behind whatever doors they are known, and in what they raised: as they asked.

    Issues stay as they are, but for their name and numbers in what they said.

    :raises NotFound: there is nobody of that number.
    :raises InvalidInput: without a reason.
    :raises WrongCode: it is not who it says it is.
    :raises Refused: they hold no post that may, where the resident lives or above.
    """
    person = _ordering(session, book, order)
    guards.check_clock(session, book.county.id, now)
    guards.hold_room(session, book.county.id)
    asked = residents.resident(session, book.county.id, resident_id)
    place = session.get_one(Unit, session.get_one(Household, asked.household_id).grid_id)
    demand_post(session, book, person, place, MAY_ERASE, now=now)
    if asked.erased_at is not None:
        return Erased(0, 0)
    rows = _everywhere(session, book, room, asked)
    who = [residents.person_of(room, each) for each in rows]
    raised = _raised(session, book, room, rows, who)
    forget = Forgetting(session, book, person.id, struck(order.reason.strip(), [each.name for each in who]), now)
    forget.summaries([each.issue_id for each in raised], who)
    forget.reporters(raised, RoomAction.ERASE)
    forget.residents(rows, RoomAction.ERASE)
    return Erased(len(rows), len(raised))


def _everywhere(session: Session, book: Rulebook, room: Room, asked: Resident) -> list[Resident]:
    """Somebody, and whoever has the same identity number behind another door."""
    number = residents.person_of(room, asked).id_number
    same = residents.by_id_number(session, room, book.county.id, number) if number else []
    return [asked, *(each for each in same if each.id != asked.id)]


def _raised(
    session: Session, book: Rulebook, room: Room, rows: Sequence[Resident], who: Sequence[PersonRow]
) -> list[RaisedBy]:
    """What somebody raised: linked to them, or with their phone and no other name."""
    linked = session.scalars(select(RaisedBy).where(RaisedBy.resident_id.in_([each.id for each in rows])))
    marks = [mark for each in who if each.phone for mark in room.marks("phone", book.county.id, each.phone)]
    names = {each.name for each in who}
    theirs = [
        each
        for each in residents.raised_with(session, marks)
        if (residents.reporter_of(room, each).name or min(names)) in names
    ]
    return [*linked, *theirs]


def _ordering(session: Session, book: Rulebook, order: Order) -> Person:
    demand_reason(order.reason)
    person = people.person(session, book.county.id, order.by)
    codes.check_code(person, order.secret)
    return person


def demand_post(
    session: Session, book: Rulebook, person: Person, place: Unit, roles: frozenset[Role], *, now: datetime
) -> None:
    """Whether somebody holds, that day, a post of some roles at a place or above it.

    :raises Refused: they do not.
    """
    held = people.held_posts(session, person.id, book.local_date(now))
    if not any(each.role in roles and each.unit_id in place.path for each in held):
        raise Refused(why="room", by=person.code, unit=place.name, roles=tuple(sorted(roles)))
