"""The demonstration county: invented people hold the posts and live through days, by the same actions real ones use.

Everything follows from a seed. A day is one transaction: stopped anywhere and begun again, no day is lived twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from faker import Faker
from ruamel.yaml import YAML
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deployments.simulated_day import live_day, run_night
from models.actions.people import Appointment, appoint
from models.database import transaction
from models.queries.rulebook import Rulebook, rulebook
from models.rules.pack import CountyPack
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import County
from models.vocabulary import Role

SCRIPT = "demonstration.yaml"
LETTERS = {
    Role.COUNTY_COMMANDER: "X",
    Role.COMMITTEE_SECRETARY: "D",
    Role.FIRST_SECRETARY: "S",
    Role.GRID_WORKER: "G",
    Role.CONTRACTED_CADRE: "K",
    Role.PART_TIME_GRID_WORKER: "J",
}


@dataclass(frozen=True)
class Lived:
    """How many days were lived through, from and up to which, and how many issues the county has now."""

    days: int
    first: date | None
    last: date | None
    issues: int


def script(folder: Path) -> dict[str, Any]:
    """What a pack's demonstration script says."""
    read: dict[str, Any] = YAML(typ="safe").load(folder / SCRIPT)
    return read


def staff(pack: CountyPack, plan: dict[str, Any], since: date) -> list[Appointment]:
    """An invented person for every post but the vacant ones; the same each time."""
    names = Faker("zh_CN")
    names.seed_instance(plan["seed"])
    vacant = {(each["unit"], each["role"]) for each in plan["vacant"]}
    numbers = dict.fromkeys(Role, 0)
    people = []
    for placed in pack.units():
        tier = pack.tiers[placed.depth]
        for role in (tier.answers, *tier.posts):
            numbers[role] += 1
            code, name = f"{LETTERS[role]}{numbers[role]:03d}", names.name()
            if (placed.unit.key, role) not in vacant:
                people.append(Appointment(placed.unit.key, role, code, name, since))
    return people


def found(session: Session, pack: CountyPack, plan: dict[str, Any], now: datetime) -> None:
    """Give a county just loaded its invented people, who hold their posts from the first day they are to live."""
    book = rulebook(session, pack.county.key)
    appoint(session, book.county.id, staff(pack, plan, _first_of_all(book, plan, now)), now=now)


def founded(session: Session, pack: CountyPack, plan: dict[str, Any]) -> bool:
    """Whether the demonstration gave the county its people: whoever it put at the top is known there by that name."""
    top = staff(pack, plan, date.min)[0]
    county = select(County.id).where(County.key == pack.county.key).scalar_subquery()
    known = select(Person.id).where(Person.county_id == county, Person.code == top.code, Person.name == top.name)
    return session.scalar(known) is not None


def live(
    url: str, pack: CountyPack, plan: dict[str, Any], now: datetime, told: Callable[[date, int, int], None]
) -> Lived:
    """Let a county that the demonstration founded live up to yesterday; tonight's night is left to who runs it.

    :param told: called before each day with the day, how many are done, and how many there are.
    """
    days = _days_to_live(url, pack, plan, now)
    for done, day in enumerate(days):
        told(day, done, len(days))
        _one_day(url, pack, plan, day, tonight=days[-1])
    with transaction(url) as session:
        own = select(func.count()).select_from(Issue).join(County, County.id == Issue.county_id)
        issues = session.scalars(own.where(County.key == pack.county.key)).one()
    return Lived(len(days), days[0] if days else None, days[-1] if days else None, issues)


def _days_to_live(url: str, pack: CountyPack, plan: dict[str, Any], now: datetime) -> list[date]:
    """The days whose daytime nobody lived yet, yesterday the last; at the very first, as many as the plan says."""
    with transaction(url) as session:
        book = rulebook(session, pack.county.key)
        today = book.local_date(now)
        last = _last_lived(session, book)
        first = last + timedelta(days=1) if last else _first_of_all(book, plan, now)
    return [first + timedelta(days=n) for n in range((today - first).days)]


def _first_of_all(book: Rulebook, plan: dict[str, Any], now: datetime) -> date:
    return book.local_date(now) - timedelta(days=plan["days"])


def _last_lived(session: Session, book: Rulebook) -> date | None:
    """The last day on which people, invented or real, did anything."""
    acted = select(func.max(Event.recorded_at)).where(Event.county_id == book.county.id, Event.person_id.is_not(None))
    last = session.scalar(acted)
    return book.local_date(last) if last else None


def _one_day(url: str, pack: CountyPack, plan: dict[str, Any], day: date, *, tonight: date) -> None:
    """A day's daytime and the night after it; the last night is not ours."""
    with transaction(url) as session:
        book = rulebook(session, pack.county.key)
        live_day(session, book, plan, day)
        if day != tonight:
            run_night(session, book, day + timedelta(days=1))
