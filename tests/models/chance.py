"""A county by chance: whatever people may do to issues, done at random, with nights that run or are missed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import (
    calendars,
    calling,
    casework,
    handing_over,
    holding,
    night,
    promises,
    side_exits,
    suspending,
    voiding,
)
from models.actions.reporting import Report, report
from models.errors import InvalidInput, Refused
from models.queries import units
from models.queries.rulebook import Rulebook, rulebook
from models.rules.lifecycle import REPLIES, allowed_actions
from models.tables.issues import Issue
from models.vocabulary import Action, Rating, RequestKind, Severity
from tests.county import COUNTY, SECRET, at

GRIDS = ("east-1", "east-2", "west-1")
NEAR = {"东街": ("W01", "W02", "S01"), "西街": ("W03", "S02"), "河县": ("C01", "P01")}
STAFF = ("W01", "W02", "W03", "S01", "S02", "P01", "C01")
CATEGORIES = ("lighting", "roads", "noise")
WEIGHTS = dict.fromkeys((Action.SIGN, Action.DONE, Action.EVALUATE, Action.CLOSE), 20)
WEIGHTS |= dict.fromkeys((Action.REJECT, Action.WITHDRAW, Action.MERGE), 1) | {
    Action.VOID: 3,
    Action.ASK: 12,
    Action.CALL_UP: 12,
}
BEGIN = at("2026-03-02 09:00")


@dataclass
class Chance:
    """Throws the dice; what the rules refuse leaves everything as it was, and is no failure."""

    session: Session
    book: Rulebook
    dice: Random
    now: datetime = BEGIN
    done: Counter[str] = field(default_factory=Counter)

    def live(self, turns: int) -> "Chance":
        """So many turns: some hours pass, somebody does something, and the night may come."""
        for _ in range(turns):
            before = self.book.local_date(self.now)
            self.now += timedelta(minutes=self.dice.choice([5, 60, 60, 300, 300, 1440]))
            if self.book.local_date(self.now) != before and self.dice.random() < 0.8:
                self.night()
                self.now += timedelta(minutes=1)
            self.turn()
            if self.dice.random() < 0.1:
                self.befalls()
        return self

    def night(self) -> None:
        """The night of every community, as of now."""
        for community in units.communities(self.session, self.book.county.id):
            night.run(self.session, self.book, community.id, self.now)
        self.done["night"] += 1

    def befalls(self) -> None:
        """Something that befalls a whole unit, a post, or the county's calendar."""
        try:
            with self.session.begin_nested():
                self.dice.choice(BEFALLING)(self)
        except (Refused, InvalidInput):
            self.session.expire_all()
        self.session.expire_all()
        self.book = rulebook(self.session, COUNTY)

    def turn(self) -> None:
        """Something new is raised, or something done to an issue, if the rules allow it."""
        issues = self.session.scalars(select(Issue).order_by(Issue.id.desc()).limit(5)).all()
        if not issues or self.dice.random() < 0.08:
            self.report()
            return
        issue = self.dice.choice(issues)
        fitting = [each for each in (*allowed_actions(issue.stage), *sorted(REPLIES)) if each in DOINGS]
        action = self.dice.choices(fitting, [WEIGHTS.get(each, 6) for each in fitting])[0]
        by = self.dice.choice([*STAFF, *NEAR[issue.number[:2]] * 6])
        try:
            with self.session.begin_nested():
                DOINGS[action](self, To(self, issue.number, by))
            self.done[action] += 1
        except (Refused, InvalidInput):
            self.session.expire_all()

    def report(self) -> None:
        grid = self.dice.choice([*GRIDS, *GRIDS, None])
        severity = self.dice.choices(list(Severity), [6, 2, 1])[0]
        raised = self.now - timedelta(hours=self.dice.choice([0, 0, 5, 60]))
        what = Report(grid, self.dice.choice(CATEGORIES), severity, "灯", raised, by="C01")
        report(self.session, self.book, what, now=self.now)
        self.done[Action.REPORT] += 1

    def flood(self) -> None:
        unit, until = (
            self.dice.choice(["east", "west-1", "east-2"]),
            self.now + timedelta(hours=self.dice.randint(1, 90)),
        )
        suspending.suspend(self.session, self.book, unit, cause="洪水", until=until, by="C01", now=self.now)

    def flood_over(self) -> None:
        unit = self.dice.choice(["east", "west-1", "east-2"])
        suspending.resume(self.session, self.book, unit, by="C01", now=self.now)

    def hands_change(self) -> None:
        leaving, coming = self.dice.sample(["W01", "W02", "W03", "K01", "S01"], 2)
        on = self.day(3)
        handing_over.hand_over(self.session, self.book, leaving, to=coming, on=on, by="C01", now=self.now)

    def days_announced(self) -> None:
        days = {self.day(12): self.dice.random() < 0.5 for _ in range(2)}
        calendars.import_days(self.session, COUNTY, days, now=self.now)

    def day(self, most: int) -> date:
        return self.book.local_date(self.now) + timedelta(days=self.dice.randint(0, most))

    def other(self) -> str:
        """Any issue of the latest."""
        return self.dice.choice(list(self.session.scalars(select(Issue.number).order_by(Issue.id.desc()).limit(8))))


@dataclass(frozen=True)
class To:
    """Somebody about to do something to an issue."""

    of: Chance
    number: str
    by: str

    def __call__(self, do: Callable[..., object], **said: object) -> None:
        do(self.of.session, self.of.book, self.number, by=self.by, now=self.of.now, **said)

    def late(self, do: Callable[..., object], **said: object) -> None:
        """The same, perhaps on a paper that came late."""
        happened_at = self.of.now - timedelta(hours=1) if self.of.dice.random() < 0.2 else None
        self(do, happened_at=happened_at, **said)


def asking(of: Chance, to: To) -> None:
    """A hold or more time; mostly whoever answers for the community decides at once."""
    to(holding.ask, what=of.dice.choice(list(RequestKind)), until=of.day(20), reason="…")
    above = replace(to, by=NEAR[to.number[:2]][-1])
    if of.dice.random() < 0.5:
        above(holding.approve, secret=SECRET)
    elif of.dice.random() < 0.5:
        above(holding.refuse, secret=SECRET, reason="…")


BEFALLING = (Chance.flood, Chance.flood_over, Chance.hands_change, Chance.days_announced)
DOINGS: dict[Action, Callable[[Chance, To], None]] = {
    Action.ASSIGN: lambda of, to: to(casework.assign, grid=of.dice.choice(GRIDS)),
    Action.SIGN: lambda _, to: to.late(casework.sign),
    Action.ACT: lambda _, to: to.late(casework.act, note="…"),
    Action.DONE: lambda _, to: to.late(casework.done, evidence="photo"),
    Action.EVALUATE: lambda of, to: to.late(casework.evaluate, rating=of.dice.choice(list(Rating))),
    Action.PUBLISH: lambda _, to: to(casework.publish, where="公示栏"),
    Action.CLOSE: lambda _, to: to.late(casework.close),
    Action.REOPEN: lambda _, to: to(casework.reopen, reason="…"),
    Action.REJECT: lambda _, to: to(side_exits.reject, reason="…"),
    Action.WITHDRAW: lambda _, to: to(side_exits.withdraw, reason="…"),
    Action.MERGE: lambda of, to: to(side_exits.merge, into=of.other(), reason="…"),
    Action.TRANSFER: lambda of, to: to(side_exits.transfer, to=of.dice.choice([*GRIDS, "west"]), reason="…"),
    Action.CALL_UP: lambda of, to: to(calling.call_up, unit=of.dice.choice(["works", "west", "east-2"]), reason="…"),
    Action.ANSWER: lambda of, to: replace(to, by=of.dice.choice(("P01", "S01", "S02")))(calling.answer, note="…"),
    Action.ASK: asking,
    Action.HOLD: lambda _, to: to(holding.approve, secret=SECRET),
    Action.REFUSE: lambda _, to: to(holding.refuse, secret=SECRET, reason="…"),
    Action.RESUME: lambda _, to: to(holding.resume, reason="…"),
    Action.PROMISE: lambda of, to: to(promises.promise, until=of.day(5)),
    Action.VOID: lambda _, to: to(voiding.void, reason="…"),
}
