"""What the clocks of duties should say after each action, walked minute by minute from what they said before."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from models.rules.worktime import WorkCalendar
from models.vocabulary import OWED, Action, Basis, DutyState
from tests.models.lifecycle.snapshots import Snapshot
from tests.rules.levels import walked
from tests.rules.oracles import clocks, working_time

ROUNDING = timedelta(microseconds=3)
# What taking something back leaves as it is: what fired has fired, what was promised was promised.
NOT_RESTORED = {"changed_at", "step", "next_step_at", "promises"}


class Shadow:
    """The clocks as a slow clerk keeps them: the office and the terms of each service level."""

    def __init__(self, calendar: WorkCalendar, terms: dict[int, clocks.Terms]) -> None:
        self.terms = terms
        self.office: working_time.Office = walked(calendar)
        self.undo: dict[int, list[tuple[Row[Any], dict[int, Row[Any]]] | None]] = {}
        """By issue: the issue and its duties before each thing people did that stands, newest last; None: not seen."""

    def agrees(self, before: Snapshot, after: Snapshot, now: datetime) -> None:
        """The clocks after one action are what they should be."""
        new = [after.events[each] for each in after.events.keys() - before.events.keys()]
        voided = {each.issue_id for each in new if each.action is Action.VOID}
        for issue_id in voided:
            self.taken_back(issue_id, before, after)
        for duty_id, duty in after.duties.items():
            if duty.issue_id not in voided:
                self.clock_agrees(before.duties.get(duty_id), duty, new, now)
        self.remember(before, sorted(new, key=lambda each: each.id))

    def clock_agrees(self, was: Row[Any] | None, duty: Row[Any], new: list[Row[Any]], now: datetime) -> None:
        """One duty's times follow from what they were and from what was done."""
        terms = self.terms[duty.service_level_id]
        done = {each.action: each for each in new if each.issue_id == duty.issue_id}
        if was is None:
            started = [now, *(each.happened_at for each in new if each.action is Action.REPORT)]
            assert duty.opened_at in started, duty
            expected = clocks.opened(self.office, terms, duty.opened_at)
        elif (was.state, duty.state) == (DutyState.HELD, DutyState.OPEN):
            expected = clocks.resumed(self.office, terms, life(was), was.held_at, went_on(was, done, now))
        elif Action.EXTEND in done and done[Action.EXTEND].duty_id == duty.id:
            until = date.fromisoformat(done[Action.EXTEND].facts["until"])
            expected = clocks.extended(self.office, terms, life(was), was.step, until)
        elif was.service_level_id != duty.service_level_id:
            expected = clocks.opened(self.office, terms, duty.opened_at)
        else:
            expected = life(was)
        assert same(life(duty), expected), (was, duty, expected)
        if was is not None and (was.state, duty.state) == (DutyState.OPEN, DutyState.HELD):
            assert duty.held_at == now
        if was is None:
            assert (duty.basis, duty.basis_at) == (Basis.POLICY, None)

    def taken_back(self, issue_id: int, before: Snapshot, after: Snapshot) -> None:
        """The issue and its duties stand as they stood before what is taken back."""
        remembered = self.undo[issue_id].pop()
        if remembered is None:
            return
        issue, duties = remembered
        assert without(after.issues[issue_id]) == without(issue)
        for duty in after.duties_of(issue_id):
            if duty.id in duties:
                assert without(duty) == without(duties[duty.id])
            else:
                assert duty.state not in OWED, duty
            assert duty.step == before.duties[duty.id].step

    def remember(self, before: Snapshot, new: list[Row[Any]]) -> None:
        """Keep how things stood before what people did, for when they take it back."""
        seen = set()
        for event in new:
            if event.person_id is None or event.action in (Action.VOID, Action.HAND_OVER):
                continue
            stood = None
            if event.issue_id in before.issues and event.issue_id not in seen:
                duties = {duty.id: duty for duty in before.duties_of(event.issue_id)}
                stood = (before.issues[event.issue_id], duties)
            self.undo.setdefault(event.issue_id, []).append(stood)
            seen.add(event.issue_id)


def life(duty: Row[Any]) -> clocks.Life:
    """A duty's times."""
    return clocks.Life(duty.opened_at, duty.due_at, tuple(duty.steps_at))


def went_on(was: Row[Any], done: dict[Action, Row[Any]], now: datetime) -> datetime:
    """From when a held clock goes on: when its issue was resumed, never before it was held."""
    resumed_at: datetime = done[Action.RESUME].happened_at if Action.RESUME in done else now
    held_at: datetime = was.held_at
    return max(resumed_at, held_at)


def same(one: clocks.Life, other: clocks.Life) -> bool:
    """Whether times are the same but for rounding."""
    pairs = zip((one.due_at, *one.steps_at), (other.due_at, *other.steps_at), strict=True)
    return one.opened_at == other.opened_at and all(abs(a - b) <= ROUNDING for a, b in pairs)


def without(row: Row[Any]) -> dict[str, Any]:
    """A row without what taking back leaves alone."""
    return {name: value for name, value in row._mapping.items() if name not in NOT_RESTORED}
