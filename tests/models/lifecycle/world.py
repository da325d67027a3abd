"""A small county in which one thing is done after the other, each watched for what it changed."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models.actions import calendars
from models.database import engine
from models.errors import WanggeError
from models.queries import people
from models.queries.rulebook import Rulebook, rulebook
from models.rules.lifecycle import ON_HOLD, SENT_BACK, TRANSITIONS
from models.tables.people import Person
from models.tables.places import Post, Unit
from models.vocabulary import Action, DutyKind, RequestKind
from tests.county import COUNTY, STAFF
from tests.models.lifecycle import invariants
from tests.models.lifecycle.orders import ORDERS
from tests.models.lifecycle.shadow import Shadow
from tests.models.lifecycle.snapshots import Snapshot, digest, not_in_revisions
from tests.models.lifecycle.verbs import VERBS
from tests.rules.levels import terms_of

T = TypeVar("T")


@dataclass(frozen=True)
class Turn:
    """Which of the issues there are, what of what can be done, who of those who may, how much later.

    A stray one is any action, by anybody.
    """

    which: int
    what: int
    who: int
    wait: timedelta
    stray: bool


class World:
    """A transaction that is rolled back in the end; each action is a session of its own in it."""

    def __init__(self, url: str, start: datetime) -> None:
        self.now = start
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.closing = ExitStack()
        self.connection = self.closing.enter_context(engine(url).connect())
        outer = self.connection.begin()
        self.closing.callback(outer.rollback)
        with self.session() as session:
            self.book: Rulebook = rulebook(session, COUNTY)
            self.units = {unit.id: unit for unit in session.scalars(select(Unit))}
            self.posts = session.scalars(select(Post).order_by(Post.id)).all()
            self.codes = {person.id: person.code for person in session.scalars(select(Person))}
        paths = {unit.id: tuple(unit.path) for unit in self.units.values()}
        self.keys = {unit.key: unit for unit in self.units.values()}
        self.shadow = Shadow(self.book.calendar, {level.id: terms_of(level) for level in self.book.levels}, paths)
        self.seen = Snapshot.take(self.connection)

    def session(self) -> Session:
        """A session in the transaction; what it commits can still be taken back."""
        return Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)

    def do(self, name: str, wait: timedelta, work: Callable[[Session, datetime], object]) -> bool:
        """Do something so much later and watch it; whether it was allowed."""
        self.now += wait
        untouched = digest(self.connection)
        with self.session() as session:
            try:
                work(session, self.now)
            except WanggeError as refusal:
                session.flush()
                assert digest(self.connection) == untouched, f"{name} refused, but something changed"
                session.rollback()
                self.refused[f"{name}: {refusal.key}"] += 1
                return False
            session.commit()
        before, self.seen = self.seen, Snapshot.take(self.connection)
        self.done[name] += 1
        self.done.update(self.seen.events[each].action for each in self.seen.events.keys() - before.events.keys())
        self.watch(before)
        return True

    def order(self, name: str, wait: timedelta, **said: Any) -> bool:
        """Order something about people, posts or units; one of the suspended ones goes on, if there are any."""
        suspended = [row.unit_id for row in self.seen.suspensions.values() if (row.ended_at or row.until_at) > self.now]
        if name == "go_on" and suspended:
            said["unit"] = self.units[suspended[-1]].key
        return self.do(name, wait, lambda session, now: ORDERS[name].does(session, self.book, now, **said))

    def toggle(self, day: date, wait: timedelta) -> bool:
        """Announce that a day is worked that was not, or the other way round; too short a calendar is refused whole."""

        def work(session: Session, now: datetime) -> None:
            with session.begin_nested():
                calendars.import_days(session, COUNTY, {day: not self.book.calendar.is_workday(day)}, now=now)
            self.book = rulebook(session, COUNTY)
            self.shadow.correct(self.book.calendar)

        return self.do("calendar", wait, work)

    def watch(self, before: Snapshot) -> None:
        """All that must hold after whatever was done."""
        invariants.always(self.seen)
        invariants.nothing_is_lost(before, self.seen)
        invariants.nothing_fires_while_held(before, self.seen)
        invariants.nobody_is_reminded_of_what_they_promised(before, self.seen)
        self.shadow.agrees(before, self.seen, self.now)
        stale = not_in_revisions(self.connection)
        assert not stale, stale

    def possible(self, issue: Row[Any]) -> list[Action]:
        """What can sensibly be done to an issue as it stands, each as often as it is likely."""
        pending = [
            each.what for each in self.seen.requests.values() if (each.issue_id, each.decided_at) == (issue.id, None)
        ]
        needs = {
            Action.ASSIGN: DutyKind.DISPATCH in self.seen.owed_of(issue.id),
            Action.ANSWER: DutyKind.ANSWER in self.seen.owed_of(issue.id),
            Action.HOLD: bool(pending),
            Action.REFUSE: bool(pending),
            Action.RESUME: issue.held_until is not None,
        }
        rows = [row.action for row in TRANSITIONS if row.source is issue.stage and row.action in VERBS]
        allowed = [each for each in rows if issue.held_until is None or each in ON_HOLD]
        return [each for each in allowed if needs.get(each, True) for _ in range(VERBS[each].share)]

    def on(self, issue: Row[Any], action: Action, turn: Turn, **said: Any) -> bool:
        """Do something to an issue, by one of those who may, or by anybody if it is a stray turn."""
        staff = [each.code for each in STAFF]
        by = self.one_of(staff if turn.stray else self.may(action, issue, self.now + turn.wait) or staff, turn.who)
        if "into" in said:
            said["into"] = self.one_of(list(self.seen.issues.values()), said["into"]).number

        def work(session: Session, now: datetime) -> None:
            VERBS[action].does(session, self.book, issue.number, by=by, now=now, **self.dated(issue, said, now))

        allowed = self.do(action, turn.wait, work)
        assert not (allowed and issue.held_until is not None) or action in ON_HOLD, f"{action} on hold"
        return allowed

    def dated(self, issue: Row[Any], said: dict[str, Any], now: datetime) -> dict[str, Any]:
        """What was said in days and minutes as dates and instants; more time is asked for from the due time on."""
        rest = {name: value for name, value in said.items() if name not in {"days", "late"}}
        work = self.seen.owed_of(issue.id).get(DutyKind.ACT)
        start = work.due_at if work and said.get("what") is RequestKind.EXTENSION else now
        if "days" in said:
            rest["until"] = self.book.local_date(start + timedelta(days=said["days"]))
        if said.get("late"):
            rest["happened_at"] = now - said["late"]
        return rest

    @staticmethod
    def one_of(some: Sequence[T], which: int) -> T:
        """One of some things."""
        return some[which % len(some)]

    def may(self, action: Action, issue: Row[Any], now: datetime) -> list[str]:
        """Who acts, that day, by a post that the table allows, at the issue's unit or above."""
        rows = [row for row in (*TRANSITIONS, SENT_BACK) if row.action is action and row.source is issue.stage]
        roles = {role for row in rows for role in row.roles}
        path = self.units[issue.unit_id].path
        with self.session() as session:
            acting = people.holders(session, self.book.county.id, self.book.local_date(now))
        return [
            self.codes[acting[post.id]]
            for post in self.posts
            if post.id in acting and post.role in roles and (post.unit_id in path or action is Action.ANSWER)
        ]

    def today(self) -> date:
        """The county's date."""
        return self.book.local_date(self.now)
