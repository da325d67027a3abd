"""Random histories of issues: as they are lived through here, and as another system would hand them over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
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
SECRETARY = {"east-1": "S01", "east-2": "S01", "west-1": "S02"}
SEVERITIES = (Severity.ORDINARY, Severity.ORDINARY, Severity.MAJOR, Severity.URGENT)
CONTENT = (Rating.SATISFIED, Rating.FAIRLY_SATISFIED, Rating.UNREACHABLE)
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
    times = iter(sorted(moment(dice, place) for _ in range(9)))
    grid, severity = dice.choice(("east-1", "east-1", "east-2", "west-1", None)), dice.choice(SEVERITIES)
    what = (str(n), SOURCE, grid, dice.choice(CATEGORIES), severity, f"灯 {n}")
    row = StockRow(*what, next(times), "W01", Stage.RAISED)
    far = dice.randrange(7) if grid else 0
    if grid is None or not far:
        return Life(row, (Doing(row.happened_at, 0, "report", row.external_id, {"row": row}),))
    handler, found_late = dice.choice(HANDLERS[grid]), dice.random() < 0.2
    told = Telling(dice, times, grid, handler, row)
    told.does("report", row.happened_at, row=replace(row, grid=None) if found_late else row)
    signed_at = next(times)
    if found_late:  # it lay on no grid until then
        told.does("assign", signed_at, grid=grid, by="C01")
    told.does("sign", signed_at, by=handler)
    told.row = replace(row, stage=Stage.ACTING, signed_at=signed_at, handler=handler)
    rounds = told.works(far)
    return Life(told.row, tuple(told.doings), rounds)


@dataclass
class Telling:
    """A life as it is told."""

    dice: Random
    times: Iterator[datetime]
    grid: str
    handler: str
    row: StockRow
    doings: list[Doing] = field(default_factory=list)

    def does(self, what: str, at: datetime, **said: object) -> None:
        """One thing more."""
        self.doings.append(Doing(at, len(self.doings), what, self.row.external_id, said))

    def works(self, far: int) -> int:
        """The work is done, rated, done again if the resident is not content, and closed: how often it was done."""
        rounds = 0
        while far >= 2:
            rounds += 1
            self.done()
            if far == 2:
                break
            back = far in (3, 6) and rounds < 3 and self.handler[0] != "S" and self.dice.random() < 0.8
            self.rated(back=back)
            if not back or far == 3:
                break
        if far >= 5 and self.row.stage is Stage.EVALUATING:
            self.closed()
        return rounds

    def done(self) -> None:
        """The handler says that it is done."""
        at, evidence = next(self.times), f"照片 {self.row.external_id}"
        self.does("done", at, by=self.handler, evidence=evidence)
        stage = Stage.EVALUATING
        self.row = replace(self.row, stage=stage, done_at=at, evidence=evidence, rating=None, rated_at=None)

    def rated(self, *, back: bool) -> None:
        """The resident is content, or sends it back."""
        at, rating = next(self.times), Rating.DISSATISFIED if back else self.dice.choice(CONTENT)
        self.does("evaluate", at, by=SECRETARY[self.grid], rating=rating)
        self.row = replace(self.row, rating=rating, rated_at=at, stage=Stage.ACTING if back else self.row.stage)

    def closed(self) -> None:
        """Another one strikes it off."""
        at, by = next(self.times), "P01" if self.handler == SECRETARY[self.grid] else SECRETARY[self.grid]
        self.does("close", at, by=by)
        self.row = replace(self.row, stage=Stage.CLOSED, closed_at=at, closed_by=by)


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
