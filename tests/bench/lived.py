"""A ledger of any size as life leaves it: the auditor finds nothing in it, before its nights and after them.

Its times are those of the rules; the rest is filled by statements. A tenth was raised over ten working days before the
first night under the usual level, so that each of the first nights climbs some of it; nothing of the rest is due soon.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook, rulebook
from models.rules.escalation import Schedule, ServiceLevel, freeze
from models.tables.people import Person
from models.tables.places import County
from tests.bench.ledger import written

FIRST_DAY = date(2026, 1, 21)
"""A Wednesday: the day before the first night."""
NIGHTS, SHARE = 4, 20
"""How many nights the ledger has in it, and which part of it each has to assign."""


@dataclass(frozen=True)
class Clock:
    """The moments of a county's working days."""

    book: Rulebook

    def day(self, turn: int) -> date:
        """The working day before a night; those before the first count down from 0."""
        days = self.book.calendar.days
        return days[days.index(FIRST_DAY) + turn]

    def at(self, day: date, hours: int, minutes: int) -> datetime:
        return datetime.combine(day, time(hours, minutes), tzinfo=self.book.calendar.office.zone)

    def night(self, turn: int) -> datetime:
        return self.night_after(self.day(turn))

    def night_after(self, day: date) -> datetime:
        return self.at(day + timedelta(days=1), 2, 30)

    def level(self, key: str) -> ServiceLevel:
        return next(level for level in self.book.levels if level.key == key)


def clock(session: Session) -> Clock:
    return Clock(rulebook(session, session.scalars(select(County.key)).one()))


def fill_lived(session: Session, *, open_duties: int) -> None:
    """Fill an empty county; its triggers must be off, they would do it row by row."""
    of = clock(session)
    session.add(Person(county_id=of.book.county.id, code="bench", name="bench"))
    session.flush()
    usual, longer = of.level("act"), of.level("act-called-up")
    classes = [_class(of, usual, -age, (age - 1, age - 1)) for age in range(1, 11)]
    classes.append(_class(of, longer, -3, (10, 99)))
    session.execute(text(written("lived")), {"open": open_duties, "classes": json.dumps(classes, default=str)})
    for table, last in (("issues", open_duties), ("duties", 2 * open_duties)):
        session.execute(text(f"SELECT setval('{table}_id_seq', :last)"), {"last": last})
    for turn in (-2, -1):
        session.execute(text(written("ran")), {"at": of.night(turn), "night": of.night(turn).date()})


def _class(of: Clock, level: ServiceLevel, turn: int, hundredths: tuple[int, int]) -> dict[str, Any]:
    """What was raised on a working day under a level, and what has become of it by the eve of the first night."""
    opened = of.at(of.day(turn), 9, 30)
    assigned, signed = of.night(turn), of.at(of.day(turn + 1), 8, 40)
    times, signing = freeze(level, opened, of.book.calendar), freeze(of.level("sign"), assigned, of.book.calendar)
    fired = _fired(of, times)
    steps = {step.number: step for step in level.escalation.steps}
    return {
        "first": hundredths[0],
        "last": hundredths[1],
        "level_id": level.id,
        "ladder_id": level.escalation.id,
        "called_up": level.called_up or False,
        "opened_at": opened,
        "due_at": times.due_at,
        "steps_at": times.steps_at,
        "step": len(fired),
        "assigned_at": assigned,
        "signed_at": signed,
        "sign_due_at": signing.due_at,
        "sign_steps_at": signing.steps_at,
        "fired": [{"step": step, "at": at, "known": known} for step, at, known in fired],
        "told": [
            {"step": step, "depth": each.depth, "action": each.action, "known": known}
            for step, _, known in fired
            for each in steps[step].addressees
        ],
    }


def _fired(of: Clock, times: Schedule) -> list[tuple[int, datetime, datetime]]:
    """The steps that came before the eve of the first night, each recorded in the night after."""
    zone = of.book.calendar.office.zone
    nights = ((step, at, of.night_after(at.astimezone(zone).date())) for step, at in enumerate(times.steps_at, 1))
    return [each for each in nights if each[2] < of.night(0)]


def evening(session: Session, turn: int, open_duties: int) -> None:
    """The day before a night: what the night before assigned is signed for, and a share is raised anew."""
    day_before(session, turn)
    of = clock(session)
    raised = of.at(of.day(turn), 16, 0)
    times = freeze(of.level("act"), raised, of.book.calendar)
    facts = {"count": open_duties // SHARE, "raised_at": raised, "due_at": times.due_at}
    session.execute(text(written("raised")), {**facts, "steps_at": list(times.steps_at)})


def day_before(session: Session, turn: int) -> None:
    """The same day, with nothing raised."""
    of = clock(session)
    session.execute(text(written("signed")), {"signed_at": of.at(of.day(turn), 8, 40)})


def night(session: Session, turn: int) -> datetime:
    """When a night runs."""
    if turn >= NIGHTS:
        raise ValueError(turn)
    return clock(session).night(turn)
