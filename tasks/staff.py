"""Rows of people, of the posts they hold and of their absences, each by the action a person would take."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.actions import absences
from models.actions.absences import Leave
from models.actions.people import Appointment, appoint, register
from models.errors import WanggeError
from models.queries import people, staff, units
from models.queries.rulebook import Rulebook
from models.rules.fields import ROW, Subject, shortcomings
from models.vocabulary import Role
from tasks.rejects import Rejected, Why
from tasks.sources import Line

FIELD_OF = {
    "unit": "unit",
    "post": "role",
    "reason": "reason",
    "absence_ends": "until_on",
    "absence_overlaps": "from_on",
    "deputy_itself": "deputy",
    "deputy_without_post": "deputy",
}
"""The field a refusal is about, by its `why`; any other is about the row."""

Said = Mapping[str, Any]
Faults = dict[str, Why]


class Taken(NamedTuple):
    """How many rows were new, how many known before, and those that can't be taken."""

    taken: int
    known: int
    rejected: list[Rejected]


def take_people(session: Session, book: Rulebook, lines: Iterable[Line], now: datetime) -> Taken:
    """Make people known; a number that is somebody else's already is a fault."""
    known = people.names(session, book.county.id)
    new: dict[str, str] = {}

    def enter(said: Said) -> bool | Faults:
        code, name = said["code"], said["name"]
        called = known.get(code, new.get(code))
        if called is None:
            new[code] = name
            return True
        return False if called == name else {"code": "other_name"}

    took = _each(lines, Subject.PEOPLE, enter)
    register(session, book.county.id, new, now=now)
    return took


def take_postings(session: Session, book: Rulebook, lines: Iterable[Line], now: datetime) -> Taken:
    """Appoint people, in the order of the file; whoever held the post until then leaves it."""
    county, known = book.county.id, people.names(session, book.county.id)

    def enter(said: Said) -> bool | Faults:
        if said["code"] not in known:
            return {"code": "unknown"}
        if said.get("until_on") and said["until_on"] <= said["from_on"]:
            return {"until_on": "ends_first"}
        unit, role, until_on = units.unit(session, county, said["unit"]), Role(said["role"]), said.get("until_on")
        wanted = (people.person(session, county, said["code"]).id, said["from_on"], until_on)
        clash = staff.posting_clash(session, unit.id, role, *wanted)
        if clash is not None:
            return {clash: "posting_clash"}
        made = Appointment(unit.key, role, said["code"], known[said["code"]], said["from_on"], until_on)
        return bool(appoint(session, county, [made], now=now))

    return _each(lines, Subject.POSTINGS, _by_itself(session, enter))


def take_absences(session: Session, book: Rulebook, lines: Iterable[Line], by: str, now: datetime) -> Taken:
    """Write absences down; one that is entered already comes to nothing."""

    def enter(said: Said) -> bool | Faults:
        leave = Leave(said["code"], said["from_on"], said["until_on"], said["reason"], said.get("deputy"))
        if staff.absence_known(session, book.county.id, leave.code, leave.from_on, leave.until_on, leave.deputy):
            return False
        absences.enter(session, book, leave, by=by, now=now)
        return True

    return _each(lines, Subject.ABSENCES, _by_itself(session, enter))


def _each(lines: Iterable[Line], subject: Subject, enter: Callable[[Said], bool | Faults]) -> Taken:
    """Enter row by row; what is wrong with one stops no other."""
    taken = known = 0
    rejected = []
    for line in lines:
        wrong: Faults = {
            **({} if ROW in line.faults else shortcomings(subject, line.fields, line.faults)),
            **line.faults,
        }
        entered = wrong or enter(line.fields)
        if isinstance(entered, dict):
            rejected.append(Rejected(line, entered))
        else:
            taken, known = taken + entered, known + (not entered)
    return Taken(taken, known, rejected)


def _by_itself(session: Session, enter: Callable[[Said], bool | Faults]) -> Callable[[Said], bool | Faults]:
    """Each row in a savepoint of its own: what the rules refuse is that row's fault, and leaves nothing behind."""

    def entered(said: Said) -> bool | Faults:
        try:
            with session.begin_nested():
                return enter(said)
        except WanggeError as error:
            return {FIELD_OF.get(str(error.facts.get("why")), ROW): error}

    return entered
