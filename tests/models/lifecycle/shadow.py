"""What the clocks of duties should say after each action, walked minute by minute from what they said before."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from models.rules.worktime import WorkCalendar
from models.vocabulary import OWED, Action, Basis, DutyState
from tests.models.lifecycle.snapshots import Snapshot
from tests.rules.levels import walked
from tests.rules.oracles import clocks, working_time

ROUNDING = timedelta(microseconds=3)
TIMES = {"due_at", "steps_at", "provisional"}
# What taking something back leaves as it is: what fired has fired, what was promised was promised.
NOT_RESTORED = {"changed_at", "step", "next_step_at", "promises"}


@dataclass(frozen=True)
class Stood:
    """An issue and its duties before something was done to it, under which of the calendars."""

    issue: Row[Any]
    duties: dict[int, Row[Any]]
    calendar: int


class Shadow:
    """The clocks as a slow clerk keeps them: the office, and the terms of each service level."""

    def __init__(self, calendar: WorkCalendar, terms: dict[int, clocks.Terms]) -> None:
        self.terms = terms
        self.offices: list[working_time.Office] = [walked(calendar)]
        """As the calendar was corrected; the last one is in force."""
        self.corrected = False
        """Whether it was by the action that is looked at."""
        self.undo: dict[int, list[Stood | None]] = {}
        """By issue: what was before each thing people did that stands, the newest last; None: nobody looked."""

    @property
    def office(self) -> working_time.Office:
        return self.offices[-1]

    def correct(self, calendar: WorkCalendar) -> None:
        """From now on another calendar is in force."""
        self.offices.append(walked(calendar))
        self.corrected = True

    def agrees(self, before: Snapshot, after: Snapshot, now: datetime) -> None:
        """The clocks after one action are what they should be."""
        new = [after.events[each] for each in sorted(after.events.keys() - before.events.keys())]
        voided = {each.issue_id for each in new if each.action is Action.VOID}
        for issue_id in voided:
            self.taken_back(issue_id, before, after)
        for duty_id, duty in after.duties.items():
            if duty.issue_id not in voided:
                done = {each.action: each for each in new if each.issue_id == duty.issue_id}
                self.clock_agrees(before.duties.get(duty_id), duty, done, now)
        self.remember(before, new)
        self.corrected = False

    def clock_agrees(self, was: Row[Any] | None, duty: Row[Any], done: dict[Action, Row[Any]], now: datetime) -> None:
        """One duty's times follow from what they were and from what was done."""
        if was is None:
            reported = [done[Action.REPORT].happened_at] if Action.REPORT in done else []
            assert duty.opened_at in [now, *reported], duty
            assert (duty.basis, duty.basis_at) == (Basis.POLICY, None), duty
        elif (was.state, duty.state) == (DutyState.OPEN, DutyState.HELD):
            assert duty.held_at == now, duty
        expected = self.expected(was, duty, done, now)
        assert same(life(duty), expected), (was, duty, expected)

    def expected(
        self, was: Row[Any] | None, duty: Row[Any], done: dict[Action, Row[Any]], now: datetime
    ) -> clocks.Life:
        """The times it should have."""
        terms = self.terms[duty.service_level_id]
        if was is None or was.service_level_id != duty.service_level_id:
            return clocks.opened(self.office, terms, duty.opened_at)
        if self.corrected and was.state in OWED:
            return self.counted_anew(was, self.offices[-2])
        if (was.state, duty.state) == (DutyState.HELD, DutyState.OPEN):
            resumed_at = done[Action.RESUME].happened_at if Action.RESUME in done else now
            return clocks.resumed(self.office, terms, life(was), was.held_at, max(was.held_at, resumed_at))
        extension = done.get(Action.EXTEND)
        if extension is not None and extension.duty_id == duty.id:
            until = date.fromisoformat(extension.facts["until"])
            return clocks.extended(self.office, terms, life(was), was.step, until)
        return life(was)

    def counted_anew(self, was: Row[Any], measured: working_time.Office) -> clocks.Life:
        """Its times by the calendar in force; steps that fired keep theirs."""
        terms, stood = self.terms[was.service_level_id], life(was)
        if was.basis is Basis.EXTENSION:
            until = stood.due_at.astimezone(self.office.zone).date()
            return clocks.extended(self.office, terms, stood, was.step, until)
        if was.basis is Basis.RESUMPTION:
            anew = clocks.resumed(self.office, terms, stood, was.basis_at, was.basis_at, measured=measured)
        else:
            anew = clocks.opened(self.office, terms, stood.opened_at)
        steps = clocks.never_backwards([*stood.steps_at[: was.step], *anew.steps_at[was.step :]])
        return replace(anew, steps_at=tuple(steps))

    def taken_back(self, issue_id: int, before: Snapshot, after: Snapshot) -> None:
        """The issue and its duties stand as they stood before what is taken back, by the calendar of today."""
        stood = self.undo[issue_id].pop()
        if stood is None:
            return
        assert without(after.issues[issue_id]) == without(stood.issue)
        since = stood.calendar != len(self.offices)
        for duty in after.duties_of(issue_id):
            assert duty.step == before.duties[duty.id].step, duty
            if duty.id not in stood.duties:
                assert duty.state not in OWED, duty
                continue
            was = stood.duties[duty.id]
            assert without(duty, TIMES if since else set()) == without(was, TIMES if since else set())
            if since and duty.state in OWED and duty.basis is not Basis.RESUMPTION:
                assert same(life(duty), self.counted_anew(duty, self.office)), duty

    def remember(self, before: Snapshot, new: list[Row[Any]]) -> None:
        """Keep how things stood before what people did, for when they take it back."""
        seen = set()
        for event in new:
            if event.person_id is None or event.action in (Action.VOID, Action.HAND_OVER):
                continue
            stood = None
            if event.issue_id in before.issues and event.issue_id not in seen:
                duties = {duty.id: duty for duty in before.duties_of(event.issue_id)}
                stood = Stood(before.issues[event.issue_id], duties, len(self.offices))
            self.undo.setdefault(event.issue_id, []).append(stood)
            seen.add(event.issue_id)


def life(duty: Row[Any]) -> clocks.Life:
    """A duty's times."""
    return clocks.Life(duty.opened_at, duty.due_at, tuple(duty.steps_at))


def same(one: clocks.Life, other: clocks.Life) -> bool:
    """Whether times are the same but for rounding."""
    pairs = zip((one.due_at, *one.steps_at), (other.due_at, *other.steps_at), strict=True)
    return one.opened_at == other.opened_at and all(abs(a - b) <= ROUNDING for a, b in pairs)


def without(row: Row[Any], some: set[str] | None = None) -> dict[str, Any]:
    """A row without what taking back leaves alone, and some more."""
    return {name: value for name, value in row._mapping.items() if name not in NOT_RESTORED | (some or set())}
