"""Looking at who somebody is, and forgetting them: each written down, by whom and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import codes, guards
from models.actions.forgetting import Forgetting
from models.actions.side_exits import demand_reason
from models.actions.taking import issue as find_issue
from models.errors import Refused
from models.queries import people, reporters, residents
from models.queries.rulebook import Rulebook
from models.room import Room
from models.rules.households import PersonRow, Reporter
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
    person = _ordering(session, book, order, now)
    who = [residents.person_of(room, each) for each in wanted]
    log = _Log(session, book, person, struck(order.reason.strip(), [each.name for each in who]), now)
    for each in wanted:
        household = session.get_one(Household, each.household_id)
        demand_post(session, book, person, session.get_one(Unit, household.grid_id), MAY_READ, now=now)
        log.read(["name", "phone", "id_number"], household_id=household.id, resident_id=each.id)
    session.flush()
    return who


def reveal_reporter(
    session: Session, book: Rulebook, room: Room, number: str, order: Order, *, now: datetime
) -> Reporter:
    """Who raised an issue, for somebody who answers for where it lies. That they looked is written down.

    :raises NotFound: there is no such issue, or nobody gave a name or a phone.
    :raises InvalidInput: without a reason.
    :raises WrongCode: it is not who it says it is.
    :raises Refused: they hold no post in the issue's unit or above.
    """
    person = _ordering(session, book, order, now)
    issue = find_issue(session, book, number)
    demand_post(session, book, person, session.get_one(Unit, issue.unit_id), MAY_READ, now=now)
    row = reporters.raised_by(session, issue)
    who = reporters.who_raised(session, room, row)
    log = _Log(session, book, person, struck(order.reason.strip(), [who.name or ""]), now)
    log.read(["name", "phone"], issue_id=issue.id, resident_id=row.resident_id)
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
    person = _ordering(session, book, order, now)
    guards.hold_room(session, book.county.id)
    asked = residents.resident(session, book.county.id, resident_id)
    place = session.get_one(Unit, session.get_one(Household, asked.household_id).grid_id)
    demand_post(session, book, person, place, MAY_ERASE, now=now)
    if asked.erased_at is not None:
        return Erased(0, 0)
    rows = _everywhere(session, book, room, asked)
    who = [residents.person_of(room, each) for each in rows]
    reason = struck(order.reason.strip(), [each.name for each in who])
    return _forget(Forgetting(session, book, person.id, reason, now), room, _Somebody(rows, who))


def erase_reporter(session: Session, book: Rulebook, room: Room, number: str, order: Order, *, now: datetime) -> Erased:
    """Forget for good who raised an issue, and whatever else is known of them; errors are those of :func:`erase`."""
    person = _ordering(session, book, order, now)
    guards.hold_room(session, book.county.id)
    issue = find_issue(session, book, number)
    demand_post(session, book, person, session.get_one(Unit, issue.unit_id), MAY_ERASE, now=now)
    row = reporters.raised_by(session, issue)
    if row.erased_at is not None:
        return Erased(0, 0)
    gave = reporters.who_raised(session, room, row)
    known = residents.by_phone(session, room, book.county.id, gave.phone) if gave.phone else []
    rows = [each for each in known if residents.person_of(room, each).name == gave.name]
    who = [PersonRow(gave.name or "", gave.phone), *(residents.person_of(room, each) for each in rows)]
    reason = struck(order.reason.strip(), [each.name for each in who])
    return _forget(Forgetting(session, book, person.id, reason, now), room, _Somebody(rows, who, (row,)))


@dataclass(frozen=True)
class _Somebody:
    """The rows of one resident, who that is, and what they are known to have raised before it is looked for."""

    rows: Sequence[Resident]
    who: Sequence[PersonRow]
    raised: Sequence[RaisedBy] = ()


def _forget(forgetting: Forgetting, room: Room, somebody: _Somebody) -> Erased:
    found = {each.issue_id: each for each in (*somebody.raised, *_raised(forgetting, room, somebody))}
    forgetting.summaries(list(found), somebody.who)
    forgetting.reporters([found[issue_id] for issue_id in sorted(found)], RoomAction.ERASE)
    forgetting.residents(somebody.rows, RoomAction.ERASE)
    return Erased(len(somebody.rows), len(found))


def _everywhere(session: Session, book: Rulebook, room: Room, asked: Resident) -> list[Resident]:
    """Somebody, and whoever has the same identity number behind another door."""
    number = residents.person_of(room, asked).id_number
    same = residents.by_id_number(session, room, book.county.id, number) if number else []
    return [asked, *(each for each in same if each.id != asked.id)]


def _raised(forgetting: Forgetting, room: Room, somebody: _Somebody) -> list[RaisedBy]:
    """What somebody raised: linked to them, or with their phone and no other name."""
    session, county_id = forgetting.session, forgetting.book.county.id
    linked = session.scalars(select(RaisedBy).where(RaisedBy.resident_id.in_([each.id for each in somebody.rows])))
    marks = [mark for each in somebody.who if each.phone for mark in room.marks("phone", county_id, each.phone)]
    names = {each.name for each in somebody.who}
    return [*linked, *_theirs(room, reporters.raised_with(session, marks), names)]


def _theirs(room: Room, rows: Sequence[RaisedBy], names: Collection[str]) -> list[RaisedBy]:
    gave = [reporters.reporter_of(room, each).name for each in rows]
    return [row for row, name in zip(rows, gave, strict=True) if name is None or name in names]


def _ordering(session: Session, book: Rulebook, order: Order, now: datetime) -> Person:
    """Who gives an order, if it is they."""
    demand_reason(order.reason)
    person = people.person(session, book.county.id, order.by)
    codes.check_code(person, order.secret)
    guards.check_clock(session, book.county.id, now)
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


@dataclass(frozen=True)
class _Log:
    """Where it is written down that somebody looked, and why."""

    session: Session
    book: Rulebook
    person: Person
    reason: str
    now: datetime

    def read(self, columns: list[str], **about: int | None) -> None:
        """Somebody saw some columns."""
        row = RoomEvent(
            county_id=self.book.county.id,
            action=RoomAction.READ,
            columns=columns,
            person_id=self.person.id,
            reason=self.reason,
            recorded_at=self.now,
            **about,
        )
        self.session.add(row)
