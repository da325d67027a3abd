"""A replay from its files to its account: a database of its own, the pack, invented people, the history."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import make_url

from deployments.county_pack.calendar_days import calendar_days
from deployments.demonstration.founding import staff
from deployments.interrupts import INTERRUPTS
from deployments.replay import telling
from deployments.replay.account import account
from deployments.replay.agenda import Agenda
from deployments.replay.database import own_database
from deployments.replay.history import History, read_history
from deployments.replay.hours import Hours
from deployments.replay.living import Life
from models.actions import packs
from models.actions.people import appoint
from models.database import transaction
from models.errors import InvalidInput
from models.queries import intake
from models.queries.rulebook import rulebook
from models.rules.pack import CountyPack
from tasks.sources import Line

PLAN = {"seed": 20, "vacant": []}
"""Everybody in a post is invented, the same each time; no post is vacant."""

Told = Callable[[date, int, int], None]


@dataclass(frozen=True)
class Wanted:
    """What to live: a file's lines in a pack's county; so many nights, or up to a day's, or all the file has."""

    file: str
    lines: Sequence[Line]
    pack: CountyPack
    nights: int | None = None
    until: date | None = None


@dataclass(frozen=True)
class Replayed:
    """What a replay leaves: its facts, a row for each night and unit, and its database's name, where it is kept."""

    facts: dict[str, Any]
    cells: list[dict[str, Any]]
    database: str


def replay(beside: str, wanted: Wanted, told: Told, *, keep: bool = False) -> Replayed:
    """Live a history in a database of its own.

    :param beside: the URL of a database on whose server it is made; nothing is written to that one.
    :param told: called before each day with the day, how many are done, and how many there are.
    :raises InvalidInput: when no line can be lived, or no night lies before the day named.
    :raises NotConfigured: when no database may be made there.
    """
    with own_database(beside, keep=keep) as url:
        with INTERRUPTS.held():
            history, by = _begin(url, wanted)
        if not history.lived:
            raise InvalidInput(why="nothing_to_live", file=wanted.file, rejected=len(history.turned))
        agenda = Agenda(history, Hours.read(wanted.pack.county.tzinfo))
        nights = agenda.nights(wanted.nights, wanted.until)
        if not nights:
            zone = wanted.pack.county.zone
            raise InvalidInput(why="no_night", until=wanted.until, first_at=min(agenda.arrivals), zone=zone)
        life = Life(url, wanted.pack.county.key, history, agenda, by)
        life.live(nights, told)
        with INTERRUPTS.held(), transaction(url, of_one_moment=True) as session:
            book = rulebook(session, wanted.pack.county.key)
            counted = account(session, book, life)
            facts, cells = telling.facts(counted, life, book, wanted.file), telling.cells(counted, book)
    return Replayed(facts, cells, make_url(url).database or "" if keep else "")


def _begin(url: str, wanted: Wanted) -> tuple[History, str]:
    """Load the pack, fill the posts, read the history against both; the county begins with the first day told of."""
    pack, zone = wanted.pack, wanted.pack.county.tzinfo
    times = [at for line in wanted.lines if (at := line.fields.get("happened_at"))]
    days = [at.astimezone(zone).date() for at in (min(times), max(times))] if times else [date(2000, 1, 1)] * 2
    begun = datetime.combine(days[0], time(), tzinfo=zone)
    with transaction(url) as session:
        county = packs.load(session, pack, calendar_days(pack, days[1].year), now=begun)
        people = staff(pack, PLAN, days[0])
        appoint(session, county.id, people, now=begun)
        book = rulebook(session, pack.county.key)
        by = people[0].code
        return read_history(wanted.lines, book, intake.known(session, book, begun), by), by
