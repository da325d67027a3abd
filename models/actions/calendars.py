"""A county's calendar corrected: days announced or changed, and what is owed counted anew by them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Row, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions import guards
from models.queries import calendars
from models.queries.named import statement
from models.queries.rulebook import calendar, levels_by_id
from models.rules.announcing import Day, announced
from models.rules.bulk import differing
from models.rules.escalation import Schedule, ServiceLevel
from models.rules.recounting import Correction, Standing, recounted
from models.rules.segments import SECOND
from models.tables.duties import Duty
from models.tables.places import CalendarDay, County, Unit
from models.vocabulary import OWED, Basis

TIMES = (
    *(Duty.id, Duty.service_level_id, Duty.opened_at, Duty.due_at, Duty.steps_at, Duty.step, Duty.provisional),
    *(Duty.basis, Duty.basis_at),
)
AT_ONCE = 5_000
"""So many duties are looked at and written together: more would only take memory."""


@dataclass(frozen=True)
class Imported:
    """What became of announced days: the years now confirmed that were not, the days worked otherwise than was known
    until now, with whether they are worked, and how many duties moved.
    """

    years: tuple[int, ...]
    days: Mapping[date, bool]
    moved: int


def import_days(session: Session, county_key: str, listed: Mapping[date, bool], *, now: datetime) -> Imported:
    """Take over announced days, worked or not, and count anew what is owed; again, nothing changes.

    :raises InvalidInput: when a year would leave a gap in the calendar.
    :raises CountyBusy: others go by the county's rules for long.
    :raises CalendarEnds: when the calendar then no longer reaches far enough for what is owed.
    """
    guards.hold_rules(session, county_key)
    county = session.scalars(select(County).where(County.key == county_key)).one()
    known, before = calendars.days(session, county.id), calendar(session, county)
    settled = announced(known, listed, calendars.usual(county.calendar))
    kept = {day.isoformat(): worked for day, worked in {**calendars.imported(county.calendar), **settled}.items()}
    county.calendar = {**county.calendar, calendars.IMPORTED: kept}
    write_days(session, county.id, {day: Day(worked, confirmed=True) for day, worked in settled.items()})
    moved = recount(session, county, Correction(before, calendar(session, county)), now=now)
    return Imported(
        tuple(sorted({day.year for day in settled if day not in known or not known[day].confirmed})),
        {day: worked for day, worked in settled.items() if day in known and known[day].worked is not worked},
        moved,
    )


def write_days(session: Session, county_id: int, days: Mapping[date, Day]) -> None:
    """Write days into a county's calendar, over what it had of them."""
    rows = [
        {"county_id": county_id, "day": day, "worked": each.worked, "confirmed": each.confirmed}
        for day, each in days.items()
    ]
    if rows:
        known = insert(CalendarDay)
        changed = {name: known.excluded[name] for name in ("worked", "confirmed")}
        session.execute(known.on_conflict_do_update(index_elements=["county_id", "day"], set_=changed), rows)


def recount(session: Session, county: County, correction: Correction, *, now: datetime) -> int:
    """Count what a county owes anew by its corrected calendar; again, nothing is left to do.

    Only rows that move are written. Steps that have fired keep their instants; what stood before stays in the history.
    The caller keeps out whoever goes by the calendar.

    :return: how many duties are due, or take a step, at another time.
    :raises CalendarEnds: when the calendar no longer reaches far enough for one of them.
    :raises ClockBehind: when something is to be written, and `now` lies before what is recorded.
    """
    span = correction.span()
    if span is None:
        return 0
    owed = _owed_within(county.id, *span)
    levels = levels_by_id(
        session, county.id, set(session.scalars(select(Duty.service_level_id).where(*owed).distinct()))
    )
    duty_ids = [*_set_otherwise(session, owed, levels, correction), *_agreed_or_resumed(session, owed)]
    moved = 0
    for first in range(0, len(duty_ids), AT_ONCE):
        some = literal(duty_ids[first : first + AT_ONCE], ARRAY(BigInteger))
        duties = session.execute(select(*TIMES).where(Duty.id == func.any(some)))
        rows = [row for duty in duties if (row := _row(duty, levels[duty.service_level_id], correction))]
        moved += _write(session, county.id, rows, now) if rows else 0
    return moved


def _owed_within(county_id: int, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """The owed duties that began before the end of a span and have an instant in it or after it."""
    own = Duty.community_id.in_(select(Unit.id).where(Unit.county_id == county_id))
    last = func.greatest(Duty.due_at, Duty.steps_at[func.cardinality(Duty.steps_at)])
    return own, Duty.state.in_(OWED), Duty.opened_at < until, last >= since


def _set_otherwise(
    session: Session,
    owed: tuple[ColumnElement[bool], ...],
    levels: Mapping[int, ServiceLevel],
    correction: Correction,
) -> Iterator[int]:
    """Those whose times policy set, and sets otherwise by the corrected calendar."""
    opened_at = cast(func.extract("epoch", Duty.opened_at) * SECOND, BigInteger)
    rows = session.execute(
        select(Duty.service_level_id, func.array_agg(Duty.id), func.array_agg(opened_at))
        .where(*owed, Duty.basis == Basis.POLICY)
        .group_by(Duty.service_level_id)
    )
    for level_id, duty_ids, opened in rows:
        yield from (
            duty_ids[place] for place in differing(levels[level_id], opened, correction.before, correction.after)
        )


def _agreed_or_resumed(session: Session, owed: tuple[ColumnElement[bool], ...]) -> Iterator[int]:
    """Those whose times policy alone does not say: each is looked at by itself."""
    yield from session.scalars(select(Duty.id).where(*owed, Duty.basis != Basis.POLICY))


def _row(duty: Row[Any], level: ServiceLevel, correction: Correction) -> dict[str, Any] | None:
    """A duty's new times, to be written; None when they are the old ones."""
    stood = Schedule(duty.opened_at, duty.due_at, tuple(duty.steps_at), duty.provisional)
    anew = recounted(level, Standing(stood, duty.step, duty.basis, duty.basis_at), correction)
    if anew == stood:
        return None
    steps_at = [at.isoformat() for at in anew.steps_at]
    return {"id": duty.id, "due_at": anew.due_at.isoformat(), "steps_at": steps_at, "provisional": anew.provisional}


def _write(session: Session, county_id: int, rows: list[dict[str, Any]], now: datetime) -> int:
    recorded_at = guards.check_clock(session, county_id, now)
    facts = {"county": county_id, "rows": json.dumps(rows), "now": recorded_at}
    moved: int = session.execute(statement("recount"), facts).scalar_one()
    return moved
