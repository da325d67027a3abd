"""Ten writers with an office of their own: what each may do in a turn, a clock that ticks for all, and machines."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from threading import Event as Signal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import calling, casework, holding, night, promises, side_exits, voiding
from models.actions.messages import compose
from models.actions.reporting import Report, report
from models.database import transaction
from models.errors import CommunityBusy, InvalidInput, NotFound, Refused, StaleIssue
from models.queries.rulebook import Rulebook
from models.tables.issues import Issue
from models.tables.places import Unit
from models.tables.requests import Request
from models.vocabulary import Action, MessageKind, Rating, RequestKind, Severity, Stage
from tests.county import SECRET, at

START = at("2026-03-12 20:00")
TICK = timedelta(seconds=30)
"""Long enough for a midnight to pass, short enough for nobody to fall behind the clock."""
COUNTED = ("steps", "assigned", "resumed", "broken")
RAISED_AT = (at("2026-02-24 09:00"), at("2026-03-12 16:00"))
"""Long overdue, or with time left."""
GRIDS = ("east-1", "east-2", "west-1")
WORKER = dict(zip(GRIDS, ("W01", "W02", "W03"), strict=True))
SECRETARY = {"east-1": "S01", "east-2": "S01", "west-1": "S02"}
WRITERS, TURNS = 10, 50


@dataclass
class Turn:
    """What a writer has before them."""

    session: Session
    book: Rulebook
    dice: random.Random
    now: datetime

    def issue(self, *stages: Stage, depth: int = 3, held: bool = False) -> tuple[str, str]:
        """One of the first few issues at a stage, so that writers meet, and the unit it lies on."""
        wanted = select(Issue.number, Unit.key).join(Unit, Unit.id == Issue.unit_id)
        wanted = wanted.where(Issue.stage.in_(stages), Unit.depth == depth, Issue.held_until.is_not(None) == held)
        found = self.session.execute(wanted.order_by(Issue.id).limit(4)).all()
        if not found:
            raise NotFound(why="issue", number=stages)
        number, unit = self.dice.choice(found)
        return number, unit

    def asked(self) -> tuple[str, RequestKind]:
        """What waits for a decision."""
        wanted = select(Issue.number, Request.what).join(Request, Request.issue_id == Issue.id)
        found = self.session.execute(wanted.where(Request.decided_at.is_(None)).order_by(Issue.id).limit(4)).all()
        if not found:
            raise NotFound(why="issue", number="")
        number, what = self.dice.choice(found)
        return number, what

    def does(self, verb: Callable[..., object], number: str, by: str, **said: Any) -> None:
        verb(self.session, self.book, number, by=by, now=self.now, **said)

    def report(self) -> None:
        place = self.dice.choice([*GRIDS, None])
        severity = self.dice.choice([Severity.ORDINARY, Severity.ORDINARY, Severity.URGENT])
        what = Report(place, "lighting", severity, "灯", self.dice.choice(RAISED_AT), by="W01")
        report(self.session, self.book, what, now=self.now)

    def assign(self) -> None:
        number, _ = self.issue(Stage.RAISED, depth=0)
        self.does(casework.assign, number, "C01", grid=self.dice.choice(GRIDS))

    def sign(self) -> None:
        number, unit = self.issue(Stage.RAISED)
        self.does(casework.sign, number, WORKER[unit])

    def act(self) -> None:
        self.does(casework.act, self.issue(Stage.ACTING)[0], "P01", note="…")

    def done(self) -> None:
        number, unit = self.issue(Stage.ACTING)
        self.does(casework.done, number, WORKER[unit], evidence="photo")

    def evaluate(self) -> None:
        number, unit = self.issue(Stage.EVALUATING)
        self.does(casework.evaluate, number, SECRETARY[unit], rating=self.dice.choice([*Rating, Rating.SATISFIED]))

    def close(self) -> None:
        number, unit = self.issue(Stage.EVALUATING)
        self.does(casework.close, number, SECRETARY[unit])

    def reopen(self) -> None:
        number, unit = self.issue(Stage.CLOSED)
        self.does(casework.reopen, number, SECRETARY[unit], reason="…")

    def publish(self) -> None:
        self.does(casework.publish, self.issue(Stage.ACTING, Stage.EVALUATING)[0], "P01", where="…")

    def withdraw(self) -> None:
        self.does(side_exits.withdraw, self.issue(Stage.RAISED, Stage.ACTING)[0], "P01", reason="…")

    def merge(self) -> None:
        number, into = (self.issue(Stage.RAISED, Stage.ACTING)[0] for _ in range(2))
        self.does(side_exits.merge, number, "P01", into=into, reason="…")

    def transfer(self) -> None:
        number, _ = self.issue(Stage.RAISED, Stage.ACTING)
        self.does(side_exits.transfer, number, "P01", to=self.dice.choice(GRIDS), reason="…")

    def ask(self) -> None:
        what = self.dice.choice([*RequestKind])
        until = date(2026, 3, 13 if what is RequestKind.HOLD else 20)
        number, _ = self.issue(Stage.RAISED, Stage.ACTING)
        self.does(holding.ask, number, "P01", what=what, until=until, reason="…")

    def approve(self) -> Action:
        number, what = self.asked()
        self.does(holding.approve, number, "C01", secret=SECRET)
        return holding.DECIDES[what]

    def refuse(self) -> None:
        self.does(holding.refuse, self.asked()[0], "C01", secret=SECRET, reason="…")

    def resume(self) -> None:
        self.does(holding.resume, self.issue(Stage.RAISED, Stage.ACTING, held=True)[0], "P01", reason="…")

    def promise(self) -> None:
        number, unit = self.issue(Stage.ACTING)
        self.does(promises.promise, number, WORKER[unit], until=date(2026, 3, 13))

    def call_up(self) -> None:
        number, unit = self.issue(Stage.ACTING)
        self.does(calling.call_up, number, WORKER[unit], unit="works", reason="…")

    def answer(self) -> None:
        self.does(calling.answer, self.issue(Stage.ACTING)[0], "P01", note="…")

    def void(self) -> None:
        self.does(voiding.void, self.issue(Stage.ACTING, Stage.EVALUATING, Stage.CLOSED)[0], "P01", reason="…")


WORK: dict[Action, Callable[[Turn], Action | None]] = {
    Action.REPORT: Turn.report,
    Action.ASSIGN: Turn.assign,
    Action.SIGN: Turn.sign,
    Action.ACT: Turn.act,
    Action.DONE: Turn.done,
    Action.EVALUATE: Turn.evaluate,
    Action.CLOSE: Turn.close,
    Action.REOPEN: Turn.reopen,
    Action.PUBLISH: Turn.publish,
    Action.WITHDRAW: Turn.withdraw,
    Action.MERGE: Turn.merge,
    Action.TRANSFER: Turn.transfer,
    Action.ASK: Turn.ask,
    Action.HOLD: Turn.approve,
    Action.REFUSE: Turn.refuse,
    Action.RESUME: Turn.resume,
    Action.PROMISE: Turn.promise,
    Action.CALL_UP: Turn.call_up,
    Action.ANSWER: Turn.answer,
    Action.VOID: Turn.void,
}
RARE = {Action.HOLD, Action.REFUSE, Action.RESUME, Action.ANSWER}
"""What hangs on something else that somebody did: it may not come up."""
OFTEN = (Action.REPORT, Action.SIGN, Action.DONE, Action.EVALUATE, Action.CLOSE, Action.ASK, Action.HOLD)


@dataclass
class Office:
    """The common database, a clock that ticks for all, and a sign that the writers have gone home."""

    url: str
    book: Rulebook
    ticks: "count[int]" = field(default_factory=count)
    closed: Signal = field(default_factory=Signal)

    def now(self) -> datetime:
        return START + next(self.ticks) * TICK

    def write(self, seed: int) -> Counter[Action]:
        """A writer's turns: what succeeded. Refusals are part of the work; any other error is a failure."""
        dice, succeeded = random.Random(seed), Counter[Action]()
        for _ in range(TURNS):
            action = dice.choice([*WORK, *OFTEN, *OFTEN])
            with suppress(Refused, InvalidInput, NotFound, StaleIssue):
                with transaction(self.url) as session:
                    did = WORK[action](Turn(session, self.book, dice, self.now()))
                succeeded[did or action] += 1
        return succeeded

    def messages(self, kind: MessageKind) -> Counter[str]:
        """Messages composed again and again until the writers are done: how many."""
        done = Counter[str]()
        while not self.closed.wait(0.05):
            with transaction(self.url) as session:
                done["messages"] += compose(session, self.book, self.now(), kind).messages
        return done

    def nights(self, community_id: int) -> Counter[str]:
        """Nights one after the other until the writers are done: what they did, and how many there were."""
        done = Counter[str]()
        while not self.closed.wait(0.01):
            with suppress(CommunityBusy), transaction(self.url) as session:
                counts = night.run(session, self.book, community_id, self.now())
                done += Counter({"nights": 1} | {name: getattr(counts, name) for name in COUNTED})
        return done
