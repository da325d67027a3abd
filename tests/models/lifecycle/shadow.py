"""What the clocks of duties should say after each action, walked minute by minute from what they said before."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row

from models.rules.worktime import WorkCalendar
from models.vocabulary import OWED, Action, Basis, DutyState
from tests.models.lifecycle.pauses import Pause, Place, covered, of_holds, of_suspensions, runs
from tests.models.lifecycle.snapshots import Snapshot
from tests.rules.levels import walked
from tests.rules.oracles import clocks, working_time

ROUNDING = timedelta(microseconds=3)
# What belongs together: a thing done by mistake is taken back where it changed one of them.
PLACE = ("community_id", "unit_id", "post_id")
PROMISE = ("promised_at", "promises")
CLOCK = (
    *("state", "held_at", "ended_at", "service_level_id", "escalation_policy_id", "opened_at", "due_at", "steps_at"),
    *("provisional", "basis", "basis_at"),
)


@dataclass(frozen=True)
class Stood:
    """An issue and its duties before something was done to it."""

    issue: Row[Any]
    duties: dict[int, Row[Any]]
    places: dict[int, list[Place]]
    became: dict[int, Row[Any]]
    """The duties right after it."""


class Shadow:
    """The clocks as a slow clerk keeps them: the office, and the terms of each service level."""

    def __init__(
        self, calendar: WorkCalendar, terms: dict[int, clocks.Terms], paths: dict[int, tuple[int, ...]]
    ) -> None:
        self.terms, self.paths = terms, paths
        self.offices: list[working_time.Office] = [walked(calendar)]
        """As the calendar was corrected; the last one is in force."""
        self.corrected = False
        """Whether it was by the action that is looked at."""
        self.places: dict[int, list[Place]] = {}
        """Where each duty was."""
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
        remembered = self.remembered(before, after, new)
        for issue_id in voided:
            self.taken_back(issue_id, before, after, now)
        for duty_id, duty in after.duties.items():
            self.moved(duty, now)
            if duty.issue_id not in voided:
                done = {each.action: each for each in new if each.issue_id == duty.issue_id}
                self.clock_agrees(before.duties.get(duty_id), duty, done, after, now)
        for issue_id, stood in remembered:
            self.undo.setdefault(issue_id, []).append(stood)
        self.corrected = False

    def moved(self, duty: Row[Any], now: datetime) -> None:
        """Note where a duty is."""
        path = self.paths[duty.unit_id]
        places = self.places.setdefault(duty.id, [Place(duty.opened_at, path)])
        if places[-1].path != path:
            places.append(Place(now, path))

    def pauses(self, duty: Row[Any], after: Snapshot) -> list[Pause]:
        """When its clock should have stood still, should and will."""
        return of_holds(after, duty.issue_id) + of_suspensions(after, self.places[duty.id])

    def clock_agrees(
        self, was: Row[Any] | None, duty: Row[Any], done: dict[Action, Row[Any]], after: Snapshot, now: datetime
    ) -> None:
        """One duty's times follow from what they were and from what was done."""
        if was is None:
            reported = [done[Action.REPORT].happened_at] if Action.REPORT in done else []
            assert duty.opened_at in [now, *reported], duty
            assert (duty.basis, duty.basis_at) == (Basis.POLICY, None), duty
        expected = self.expected(was, duty, done, after, now)
        assert same(life(duty), expected), (was, duty, expected)
        if duty.state is DutyState.HELD and (was is None or was.state is not DutyState.HELD):
            starts = [each.start for each in self.pauses(duty, after) if each.covers(now)]
            assert duty.held_at == max(duty.opened_at, min(starts)), (duty, starts)

    def expected(
        self, was: Row[Any] | None, duty: Row[Any], done: dict[Action, Row[Any]], after: Snapshot, now: datetime
    ) -> clocks.Life:
        """The times it should have."""
        terms = self.terms[duty.service_level_id]
        if was is None:
            return clocks.opened(self.office, terms, duty.opened_at)
        if self.corrected and was.state in OWED:
            return self.counted_anew(was, self.offices[-2])
        releveled = was.service_level_id != duty.service_level_id
        stood = clocks.opened(self.office, terms, duty.opened_at) if releveled else life(was)
        if was.state is DutyState.HELD and duty.state is DutyState.CANCELLED:
            return life(duty)  # nobody asks when it would have been due
        if was.state is DutyState.HELD and duty.held_at != was.held_at:
            stood = self.gone_on(was, duty, stood, after, now)
        extension = done.get(Action.EXTEND)
        if extension is not None and extension.duty_id == duty.id:
            until = date.fromisoformat(extension.facts["until"])
            return self.extended(was, stood, until)
        return stood

    def extended(self, duty: Row[Any], stood: clocks.Life, until: date) -> clocks.Life:
        """Its times with another due date: a share of time in which the clock stood still is no share."""
        counted = replace(stood, opened_at=duty.basis_at or stood.opened_at)
        anew = clocks.extended(self.office, self.terms[duty.service_level_id], counted, duty.step, until)
        return replace(anew, opened_at=stood.opened_at)

    def gone_on(self, was: Row[Any], duty: Row[Any], stood: clocks.Life, after: Snapshot, now: datetime) -> clocks.Life:
        """The times of a clock that stood still for one thing after the other, and perhaps does again."""
        terms = self.terms[duty.service_level_id]
        for pause in runs(self.pauses(duty, after), was.held_at, now):
            if pause.end is None or pause.end > now:
                if duty.state is DutyState.FULFILLED:
                    return clocks.resumed(self.office, terms, stood, pause.start, max(pause.start, duty.ended_at))
                assert duty.held_at == pause.start, (was, duty, pause)
                return stood
            stood = clocks.resumed(self.office, terms, stood, pause.start, pause.end)
        assert duty.state is not DutyState.HELD, (was, duty)
        return stood

    def nothing_lags(self, now: Snapshot, community_id: int, at: datetime) -> None:
        """After a night or a watch the clocks of a community stand still or go on as they should."""
        for duty in now.duties.values():
            if duty.community_id == community_id and duty.state in OWED:
                assert (duty.state is DutyState.HELD) == covered(self.pauses(duty, now), at), duty

    def counted_anew(self, was: Row[Any], measured: working_time.Office) -> clocks.Life:
        """Its times by the calendar in force; steps that fired keep theirs."""
        terms, stood = self.terms[was.service_level_id], life(was)
        if was.basis is Basis.EXTENSION:
            return self.extended(was, stood, stood.due_at.astimezone(self.office.zone).date())
        if was.basis is Basis.RESUMPTION:
            anew = clocks.resumed(self.office, terms, stood, was.basis_at, was.basis_at, measured=measured)
        else:
            anew = clocks.opened(self.office, terms, stood.opened_at)
        steps = clocks.never_backwards([*stood.steps_at[: was.step], *anew.steps_at[was.step :]])
        return replace(anew, steps_at=tuple(steps))

    def taken_back(self, issue_id: int, before: Snapshot, after: Snapshot, now: datetime) -> None:
        """What was done by mistake is as it was before it; what happened by rule since then has happened."""
        stood = self.undo[issue_id].pop()
        if stood is None:
            return
        self.places |= stood.places
        issue = after.issues[issue_id]
        assert without(issue, "changed_at") == without(stood.issue, "changed_at")
        for duty in after.duties_of(issue_id):
            stands: Any = before.duties[duty.id]
            assert duty.step >= stands.step, duty
            if duty.id in stood.duties:
                stands = restored(stood.duties[duty.id], stood.became[duty.id], stands)
                assert picked(duty, PLACE) == picked(stands, PLACE), (duty, stands)
                assert duty.promised_at in (stands.promised_at, None), (duty, stands)
            elif duty.id in stood.became:
                assert duty.state not in OWED, (duty, "opened by mistake")
                continue
            self.clock_restored(stands, duty, after, now)

    def clock_restored(self, stands: Any, duty: Row[Any], after: Snapshot, now: datetime) -> None:
        """The clock of a duty goes on from what it was before the mistake, or stands still where it has to."""
        if stands.state not in OWED:
            assert picked(duty, CLOCK) == picked(stands, CLOCK), duty
            return
        self.moved(duty, now)
        pauses = self.pauses(duty, after)
        assert (duty.state is DutyState.HELD) == covered(pauses, now), (duty, pauses)
        expected = life(stands)
        if stands.state is DutyState.HELD and duty.held_at != stands.held_at:
            expected = self.gone_on(stands, duty, expected, after, now)
        if duty.basis is not Basis.RESUMPTION:
            expected = self.counted_anew(duty, self.office)
        assert same(life(duty), expected), (stands, duty, expected)

    def remembered(self, before: Snapshot, after: Snapshot, new: list[Row[Any]]) -> list[tuple[int, Stood | None]]:
        """How things stood before what people did, for when they take it back."""
        found, seen = [], set()
        for event in new:
            if event.person_id is None or event.stage_to is None or event.action is Action.VOID:
                continue
            stood = None
            if event.issue_id in before.issues and event.issue_id not in seen:
                duties = {duty.id: duty for duty in before.duties_of(event.issue_id)}
                places = {duty_id: [*self.places[duty_id]] for duty_id in duties}
                became = {duty.id: duty for duty in after.duties_of(event.issue_id)}
                stood = Stood(before.issues[event.issue_id], duties, places, became)
            found.append((event.issue_id, stood))
            seen.add(event.issue_id)
        return found


def life(duty: Row[Any]) -> clocks.Life:
    """A duty's times."""
    return clocks.Life(duty.opened_at, duty.due_at, tuple(duty.steps_at))


def same(one: clocks.Life, other: clocks.Life) -> bool:
    """Whether times are the same but for rounding."""
    pairs = zip((one.due_at, *one.steps_at), (other.due_at, *other.steps_at), strict=True)
    return one.opened_at == other.opened_at and all(abs(a - b) <= ROUNDING for a, b in pairs)


def without(row: Any, *names: str) -> dict[str, Any]:
    """A row without some of its columns."""
    return {name: value for name, value in row._mapping.items() if name not in names}


def picked(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Some columns of a row."""
    return {name: getattr(row, name) for name in names}


def restored(was: Row[Any], became: Row[Any], stands: Row[Any]) -> SimpleNamespace:
    """A duty as it stands, but for what a mistake made of it: that is as it was."""
    changed = (group for group in (PLACE, PROMISE, CLOCK) if picked(was, group) != picked(became, group))
    back = {name: value for group in changed for name, value in picked(was, group).items()}
    return SimpleNamespace(**{**stands._mapping, **back})
