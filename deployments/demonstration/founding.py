"""Founding the demonstration county: its script, and an invented person for every post but the vacant ones."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from faker import Faker
from ruamel.yaml import YAML
from sqlalchemy import select
from sqlalchemy.orm import Session

from deployments.demonstration.day import days_after
from models.actions.people import Appointment, appoint
from models.queries.rulebook import Rulebook, rulebook
from models.rules.pack import CountyPack
from models.tables.people import Person
from models.tables.places import County
from models.vocabulary import Role

SCRIPT = "demonstration.yaml"
NAMES = Path(__file__).parent / "names.yaml"
LETTERS = {
    Role.COUNTY_COMMANDER: "X",
    Role.COMMITTEE_SECRETARY: "D",
    Role.FIRST_SECRETARY: "S",
    Role.GRID_WORKER: "G",
    Role.CONTRACTED_CADRE: "K",
    Role.PART_TIME_GRID_WORKER: "J",
}


def script(folder: Path) -> dict[str, Any]:
    """What a pack's demonstration script says, and the names that newcomers and residents may have."""
    reader = YAML(typ="safe")
    names, read = reader.load(NAMES), reader.load(folder / SCRIPT)
    return {**names, **read}


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
    since = first_of_all(book, plan, now)
    appoint(session, book.county.id, staff(pack, plan, since), now=book.calendar.midnight(since))


def first_of_all(book: Rulebook, plan: dict[str, Any], now: datetime) -> date:
    """The first day the county is to live through before it is first shown."""
    return days_after(book.local_date(now), -plan["days"])


def founded(session: Session, pack: CountyPack, plan: dict[str, Any]) -> bool:
    """Whether the demonstration gave the county its people: whoever it put at the top is known there by that name."""
    top = staff(pack, plan, date.min)[0]
    county = select(County.id).where(County.key == pack.county.key).scalar_subquery()
    known = select(Person.id).where(Person.county_id == county, Person.code == top.code, Person.name == top.name)
    return session.scalar(known) is not None
