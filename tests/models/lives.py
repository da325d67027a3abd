"""Lives of the small county at random: what people, nights and appointments do, one thing after another."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import (
    absences,
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
from models.actions.people import Appointment, appoint, leave
from models.errors import WanggeError
from models.queries import requests, units
from models.queries.rulebook import Rulebook, rulebook
from models.rules.lifecycle import ON_HOLD, allowed_actions
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import Action, Rating, RequestKind, Role, Severity
from tests.county import COUNTY, SECRET, STAFF, at, reported
from tests.models.ledger import post_id

BEGIN = at("2026-03-02 09:00")
GRIDS = ("east-1", "east-2", "west-1")
CATEGORIES = ("lighting", "roads", "noise")
WORKERS = {each.unit: each for each in STAFF if each.role is Role.GRID_WORKER}
ABOVE = {"east-1": "S01", "east-2": "S01", "west-1": "S02", "east": "S01", "west": "S02"}
USUAL = {Action.SIGN: 9, Action.DONE: 6, Action.EVALUATE: 6, Action.CLOSE: 9, Action.HOLD: 9, Action.REOPEN: 3}
"""How much likelier than other things these are."""


@dataclass(frozen=True)
class Deed:
    """Something is done, so much later than what was done before: dice for what, to which issue, how."""

    what: int
    which: int
    how: int
    later: timedelta

    @property
    def happened(self) -> timedelta:
        """How long before it is recorded it happened: every third paper comes late."""
        return self.later / 2 if self.how % 3 == 0 else timedelta()


MOST_LATER = 36 * 60
dice = st.integers(0, 999)
deeds = st.builds(Deed, dice, dice, dice, st.integers(1, MOST_LATER).map(lambda minutes: timedelta(minutes=minutes)))


def thrown(by: Random) -> Deed:
    """A deed by other dice."""
    what, which, how = (by.randrange(1000) for _ in range(3))
    return Deed(what, which, how, timedelta(minutes=by.randint(1, MOST_LATER)))


@dataclass
class Life:
    """A county as it lives on. What the rules refuse is not done; what was done is counted."""

    session: Session
    book: Rulebook
    now: datetime = BEGIN
    done: Counter[str] = field(default_factory=Counter)

    def live(self, deed: Deed) -> None:
        """Do one thing."""
        self.now += deed.later
        what = WHAT[deed.what % len(WHAT)] if self.numbers() else Life.report
        try:
            with self.session.begin_nested():
                said = what(self, deed)
        except WanggeError:
            return
        self.done[said] += 1

    def numbers(self) -> list[str]:
        """All issues."""
        return list(self.session.scalars(select(Issue.number).order_by(Issue.id)))

    def report(self, deed: Deed) -> str:
        """Somebody raises something."""
        local = self.now.astimezone(self.book.calendar.office.zone).replace(tzinfo=None).isoformat(" ")
        grid = (*GRIDS, *GRIDS, None)[deed.which % 7]
        severity = Severity.URGENT if deed.how % 5 == 0 else Severity.ORDINARY
        reported(self.session, self.book, local, grid=grid, severity=severity, category=CATEGORIES[deed.how % 3])
        return Action.REPORT

    def night(self, _: Deed) -> str:
        """The night of every community."""
        for community in units.communities(self.session, self.book.county.id):
            night.run(self.session, self.book, community.id, self.now)
        return "night"

    def appoint(self, deed: Deed) -> str:
        """Somebody new takes a grid, whoever had it takes it again, or nobody does."""
        grid, on = GRIDS[deed.which % 3], self.book.local_date(self.now)
        if deed.how % 3 == 0:
            worker = post_id(self.session, grid, Role.GRID_WORKER)
            leave(self.session, worker, on, now=self.now, to_the_tier_above=True)
            return "leave"
        usual = WORKERS[grid]
        new = Appointment(grid, usual.role, f"N-{grid}", "新人", on)
        again = Appointment(grid, usual.role, usual.code, usual.name, on)
        appoint(self.session, self.book.county.id, [(new, again)[deed.how % 2]], now=self.now)
        return "appoint"

    def hand_over(self, deed: Deed) -> str:
        """Somebody hands over all they hold, or nobody takes over."""
        before, after = STAFF[deed.which % len(STAFF)].code, STAFF[deed.how % len(STAFF)].code
        to = after if deed.what % 3 else None
        handing_over.hand_over(self.session, self.book, before, to=to, on=self.soon(deed), by=before, now=self.now)
        return "hand over"

    def absent(self, deed: Deed) -> str:
        """Somebody is away, with a deputy or without; or comes back."""
        code, deputy = STAFF[deed.which % len(STAFF)].code, STAFF[deed.how % len(STAFF)].code
        if deed.what % 3 == 0:
            absences.cancel(self.session, self.book, code, by=code, now=self.now)
            return "back"
        today = self.book.local_date(self.now)
        away = absences.Leave(code, today, self.soon(deed), "leave", deputy if deed.what % 2 else None)
        absences.enter(self.session, self.book, away, by=code, now=self.now)
        return "absent"

    def flood(self, deed: Deed) -> str:
        """A unit is suspended, or goes on before its time."""
        unit, by = ("east", "west", "east-1")[deed.which % 3], "C01"
        if deed.how % 3 == 0:
            suspending.resume(self.session, self.book, unit, by=by, now=self.now)
            return "no flood"
        until = self.now + 3 * deed.later
        suspending.suspend(self.session, self.book, unit, cause="flood", until=until, by=by, now=self.now)
        return "flood"

    def calendar(self, deed: Deed) -> str:
        """A day of the next two weeks is worked or not, other than it was said."""
        day = self.soon(deed)
        worked = self.book.calendar.is_workday(day)
        calendars.import_days(self.session, COUNTY, {day: not worked}, now=self.now)
        self.book = rulebook(self.session, COUNTY)
        return "calendar"

    def work(self, deed: Deed) -> str:
        """One of the things that can be done to an issue."""
        number = self.numbers()[deed.which % len(self.numbers())]
        found = select(Issue, Unit.key).join(Unit, Unit.id == Issue.unit_id).where(Issue.number == number)
        issue, unit = self.session.execute(found.execution_options(populate_existing=True)).one()
        usual = [each for each in self._possible(issue) for _ in range(USUAL.get(each, 1))]
        action = usual[deed.how % len(usual)]
        do, said = ACTIONS[action]
        diced = DICED[action](self, deed) if action in DICED else {}
        do(self.session, self.book, number, by=self._who(unit, action, deed), now=self.now, **said, **diced)
        return action

    def _possible(self, issue: Issue) -> list[Action]:
        if issue.held_until is not None:
            return list(ON_HOLD)
        asked = requests.pending(self.session, issue.id) is not None
        return [*allowed_actions(issue.stage), *([Action.HOLD, Action.REFUSE] if asked else []), Action.ANSWER]

    def _who(self, unit: str, action: Action, deed: Deed) -> str:
        above = ABOVE.get(unit, "C01")
        if action in (Action.SIGN, Action.DONE, Action.PROMISE) and unit in WORKERS:
            return (WORKERS[unit].code, f"N-{unit}", above, above)[deed.what // 13 % 4]
        further = (Action.TRANSFER, Action.MERGE, Action.HOLD, Action.REFUSE, Action.ANSWER, Action.CLOSE, Action.VOID)
        return "P01" if action in further else above

    def soon(self, deed: Deed) -> date:
        """A day in the next two weeks."""
        return self.book.local_date(self.now) + timedelta(days=1 + deed.which % 13)


ACTIONS: dict[Action, tuple[Callable[..., object], dict[str, object]]] = {
    Action.ASSIGN: (casework.assign, {}),
    Action.SIGN: (casework.sign, {}),
    Action.ACT: (casework.act, {"note": "half"}),
    Action.DONE: (casework.done, {"evidence": "photo"}),
    Action.EVALUATE: (casework.evaluate, {}),
    Action.PUBLISH: (casework.publish, {"where": "hall"}),
    Action.CLOSE: (casework.close, {}),
    Action.REOPEN: (casework.reopen, {"reason": "again"}),
    Action.REJECT: (side_exits.reject, {"reason": "not ours"}),
    Action.WITHDRAW: (side_exits.withdraw, {"reason": "mended"}),
    Action.MERGE: (side_exits.merge, {"reason": "same"}),
    Action.TRANSFER: (side_exits.transfer, {"reason": "there"}),
    Action.CALL_UP: (calling.call_up, {"reason": "help", "unit": "works"}),
    Action.ANSWER: (calling.answer, {"note": "coming"}),
    Action.PROMISE: (promises.promise, {}),
    Action.ASK: (holding.ask, {"reason": "parts"}),
    Action.HOLD: (holding.approve, {"secret": SECRET}),
    Action.REFUSE: (holding.refuse, {"reason": "no", "secret": SECRET}),
    Action.RESUME: (holding.resume, {"reason": "come"}),
    Action.VOID: (voiding.void, {"reason": "a mistake"}),
}
"""What does it, and what is always said of it."""


def _late(life: Life, deed: Deed) -> dict[str, object]:
    return {"happened_at": life.now - deed.happened}


DICED: dict[Action, Callable[[Life, Deed], dict[str, object]]] = {
    **dict.fromkeys((Action.SIGN, Action.ACT, Action.DONE, Action.CLOSE), _late),
    Action.EVALUATE: lambda life, deed: {"rating": list(Rating)[deed.which % 4], **_late(life, deed)},
    Action.ASSIGN: lambda _, deed: {"grid": GRIDS[deed.which % 3]},
    Action.TRANSFER: lambda _, deed: {"to": (*GRIDS, "west")[deed.which % 4]},
    Action.MERGE: lambda life, deed: {"into": life.numbers()[deed.what % len(life.numbers())]},
    Action.PROMISE: lambda life, deed: {"until": life.soon(deed)},
    Action.ASK: lambda life, deed: {"what": list(RequestKind)[deed.what % 2], "until": life.soon(deed)},
}
"""What is said of it as the dice fall."""
RARELY = (Life.appoint, Life.hand_over, Life.absent, Life.flood, Life.calendar)
WHAT = (*[Life.work] * 27, *[Life.night] * 6, *[Life.report] * 3, *RARELY)
