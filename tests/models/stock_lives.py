"""Random histories of issues: as they are lived through here, and as another system would hand them over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from models.actions import casework, night, packs
from models.actions.people import appoint
from models.actions.reporting import Report, report
from models.queries import units
from models.queries.rulebook import Rulebook, rulebook
from models.rules.pack import CountyPack
from models.rules.stock import StockRow
from models.tables.issues import Issue
from models.vocabulary import Rating, Severity, Stage
from tests.county import STAFF, START, ZONE
from tests.models.changed_packs import as_written

MONDAY = date(2026, 3, 2)
SOURCE = "old"
HANDLERS = {"east-1": ("W01", "K01", "S01"), "east-2": ("W02", "K02", "S01"), "west-1": ("W03", "K03", "S02")}
SECRETARY = {"east-1": "S01", "east-2": "S01", "west-1": "S02", None: "C01"}
CATEGORIES = ("lighting", "roads", "noise")


class Place(NamedTuple):
    """Where clocks are read, and how many days later everything is."""

    zone: ZoneInfo
    later: int = 0


HERE = Place(ZONE)


class Doing(NamedTuple):
    """Something done to an issue, which is known by its number there."""

    at: datetime
    order: int
    what: str
    key: str
    said: dict[str, Any]


@dataclass(frozen=True)
class Life:
    """What happened to one issue, and what a source can tell of it; ``rounds``: how often the work was done."""

    row: StockRow
    doings: tuple[Doing, ...]
    rounds: int = 0


def moment(dice: Random, place: Place) -> datetime:
    """A minute of the twelve days from a Monday on, days off and nights too, most in office hours."""
    hour = dice.choice((8, 9, 10, 11, 12, 14, 15, 16, 17, 17, dice.randrange(24)))
    day = MONDAY + timedelta(days=place.later + dice.randrange(12))
    local = datetime.combine(day, time(hour, dice.choice((0, 30, dice.randrange(60)))), place.zone)
    return local.astimezone(UTC)  # of one zone, two times would be compared by the clock


def life(dice: Random, n: int, place: Place) -> Life:
    """One issue's: raised, perhaps signed, done, rated, sent back and done again, closed."""
    key, grid, handler = str(n), dice.choice(("east-1", "east-1", "east-2", "west-1", None)), None
    severity = dice.choice((Severity.ORDINARY, Severity.ORDINARY, Severity.MAJOR, Severity.URGENT))
    times = sorted(moment(dice, place) for _ in range(9))
    row = StockRow(key, SOURCE, grid, dice.choice(CATEGORIES), severity, f"灯 {n}", times.pop(0), "W01", Stage.RAISED)
    doings = [Doing(row.happened_at, 0, "report", key, {"row": row})]
    far = dice.randrange(7) if grid else 0
    if far >= 1:
        handler = dice.choice(HANDLERS[grid])
        row = replace(row, stage=Stage.ACTING, signed_at=times.pop(0), handler=handler)
        if dice.random() < 0.2:  # it lay on no grid until then
            place = replace(doings[0].said["row"], grid=None)
            doings = [doings[0]._replace(said={"row": place})]
            doings.append(Doing(row.signed_at, len(doings), "assign", key, {"grid": grid, "by": "C01"}))
        doings.append(Doing(row.signed_at, len(doings), "sign", key, {"by": handler}))
    rounds = 0
    while far >= 2:
        rounds += 1
        row = replace(
            row, stage=Stage.EVALUATING, done_at=times.pop(0), evidence=f"照片 {n}", rating=None, rated_at=None
        )
        doings.append(Doing(row.done_at, len(doings), "done", key, {"by": handler, "evidence": row.evidence}))
        if far == 2:
            break
        back = far in (3, 6) and rounds < 3 and handler not in SECRETARY.values() and dice.random() < 0.8
        rating = Rating.DISSATISFIED if back else dice.choice([each for each in Rating if each != "dissatisfied"])
        row = replace(row, rating=rating, rated_at=times.pop(0), stage=Stage.ACTING if back else row.stage)
        doings.append(Doing(row.rated_at, len(doings), "evaluate", key, {"by": SECRETARY[grid], "rating": rating}))
        if not back or far == 3:
            break
    if far >= 5 and row.stage is Stage.EVALUATING and row.rating is not None:
        closer = "P01" if handler == SECRETARY[grid] else SECRETARY[grid]
        row = replace(row, stage=Stage.CLOSED, closed_at=times.pop(0), closed_by=closer)
        doings.append(Doing(row.closed_at, len(doings), "close", key, {"by": closer}))
    return Life(row, tuple(doings), rounds)


def lives(seed: int, many: int, place: Place = HERE) -> list[Life]:
    """So many, the same for the same seed."""
    dice = Random(seed)
    return [life(dice, n, place) for n in range(many)]


def bronx(session: Session) -> Rulebook:
    """The small county once more, where clocks are changed: in New York, without holidays."""
    written = as_written()
    written["county"] |= {"key": "bronx", "zone": "America/New_York"}
    written["calendar"] |= {"holidays": "none", "confirmed": [2026], "provisional": {}}
    pack = CountyPack.model_validate(written)
    county = packs.load(session, pack, calendar_days(pack, 2026), now=START)
    appoint(session, county.id, STAFF, now=START)
    return rulebook(session, "bronx")


def live(session: Session, book: Rulebook, doings: Sequence[Doing]) -> None:
    """Do what was done, in the order of time, each recorded when it happened."""
    for each in sorted(doings):
        do(session, book, each)


def do(session: Session, book: Rulebook, doing: Doing) -> None:
    """Do one thing at its time."""
    said = dict(doing.said)
    if doing.what == "report":
        row = said.pop("row")
        what = Report(
            *(row.grid, row.category, row.severity, row.summary, row.happened_at, row.reported_by),
            source=SOURCE,
            external_id=doing.key,
        )
        report(session, book, what, now=doing.at)
        return
    number = session.scalars(select(Issue.number).where(Issue.source == SOURCE, Issue.external_id == doing.key)).one()
    getattr(casework, doing.what)(session, book, number, now=doing.at, **said)


def nights(session: Session, book: Rulebook, *at: datetime) -> None:
    """The night of every community, at each of these times."""
    for each in at:
        for community in units.communities(session, book.county.id):
            night.run(session, book, community.id, each)


OWED = text(
    """SELECT d.kind, d.state, lies.key AS lies, u.key || ' ' || p.role AS post, d.opened_at, d.due_at, d.steps_at,
        d.ended_at, d.held_at, d.basis, d.provisional, d.promised_at, m.key AS minded, e.key AS ladder,
        parent.kind AS part_of
    FROM duties d JOIN issues i ON i.id = d.issue_id JOIN units lies ON lies.id = d.unit_id
    JOIN units m ON m.id = d.community_id JOIN escalation_policies e ON e.id = d.escalation_policy_id
    LEFT JOIN posts p ON p.id = d.post_id LEFT JOIN units u ON u.id = p.unit_id
    LEFT JOIN duties parent ON parent.id = d.parent_id
    WHERE i.source = 'old' AND i.external_id = :key ORDER BY d.opened_at, d.kind, d.id"""
)
ISSUE = text(
    """SELECT i.stage, u.key AS lies, m.key AS minded, c.key AS category, i.severity, i.lane, i.summary, i.happened_at,
        p.code AS handler, i.evidence, i.rating, i.closed_at, i.reopenings, i.held_until, i.called_up
    FROM issues i JOIN units u ON u.id = i.unit_id JOIN units m ON m.id = i.community_id
    JOIN categories c ON c.id = i.category_id LEFT JOIN people p ON p.id = i.handler_id
    WHERE i.source = 'old' AND i.external_id = :key"""
)
STEPS = text(
    """SELECT d.kind, d.opened_at, v.step, v.happened_at, v.recorded_at
    FROM events v JOIN issues i ON i.id = v.issue_id JOIN duties d ON d.id = v.duty_id
    WHERE i.source = 'old' AND i.external_id = :key AND v.action = 'step' ORDER BY 1, 2, 3"""
)
HEARD = text(
    """SELECT d.kind, d.opened_at, n.step, n.recorded_at, u.key || ' ' || p.role AS post, n.action, n.immediate
    FROM notices n JOIN duties d ON d.id = n.duty_id JOIN issues i ON i.id = d.issue_id
    JOIN posts p ON p.id = n.post_id JOIN units u ON u.id = p.unit_id
    WHERE i.source = 'old' AND i.external_id = :key AND n.step > 0 ORDER BY 1, 2, 3, 4, 5"""
)


def read(session: Session, what: Any, key: str) -> list[Any]:
    """Rows about an issue, in names."""
    session.flush()
    return list(session.execute(what, {"key": key}))
