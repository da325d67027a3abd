"""The clocks of an issue's duties: due times and steps computed anew, and which steps have been recorded when."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import zip_longest

from models.errors import CalendarEnds
from models.rules.clock import thaw
from models.rules.dossiers import Dossier, DutyRow, EventRow, Surroundings, pairs
from models.rules.escalation import Schedule, freeze, steps_for
from models.rules.findings import Finding, Kind
from models.vocabulary import Basis, DutyState

OVERLAP = timedelta(hours=1)
"""Runs overlap: what was recorded less than this before a night may have come after it."""


def times(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """What is owed is due when its level, its opening and what was agreed upon say; so are the steps still to come."""
    for duty in dossier.duties:
        if duty.steps_at != sorted(duty.steps_at):
            yield dossier.finding(Kind.BACKWARDS, duty.id, duty=duty.kind)
        if not duty.owed:
            continue
        if duty.basis is Basis.RESUMPTION and _last_pause(dossier, duty) is None:
            yield dossier.finding(Kind.NO_PAUSE, duty.id, duty=duty.kind, at=duty.due_at)
            continue
        expected = _expected(dossier, duty, county)
        if expected is not None:
            yield from _other_times(dossier, duty, expected)


def _other_times(dossier: Dossier, duty: DutyRow, expected: Schedule) -> Iterator[Finding]:
    """Where a duty says something else. None of the steps to come falls before the last that was given."""
    if duty.due_at != expected.due_at:
        yield dossier.finding(Kind.DUE, duty.id, duty=duty.kind, expected_at=expected.due_at, at=duty.due_at)
    given = max(duty.steps_at[: duty.step], default=duty.opened_at)
    for step, (at, anew) in enumerate(zip_longest(duty.steps_at, expected.steps_at), 1):
        right = max(anew, given) if anew else None
        if step > duty.step and at != right:
            told = {"step": step, "expected_at": right, "at": at}
            yield dossier.finding(Kind.STEP_TIME, duty.id, step, duty=duty.kind, **told)


def _expected(dossier: Dossier, duty: DutyRow, county: Surroundings) -> Schedule | None:
    """The schedule as the rules have it; None where they can't say so any more, or the calendar ends."""
    level, calendar = county.levels[duty.service_level_id], county.calendar
    try:
        match duty.basis:
            case Basis.POLICY:
                return freeze(level, duty.opened_at, calendar)
            case Basis.EXTENSION:
                return _extended(dossier, duty, county)
            case Basis.RESUMPTION:
                return _thawed(dossier, duty, county)
    except CalendarEnds:
        return None


def _extended(dossier: Dossier, duty: DutyRow, county: Surroundings) -> Schedule:
    """Due on the day agreed upon, at the same hour; its steps count from when the clock last went on after a hold."""
    day, since = dossier.extended_to.get(duty.id), duty.basis_at or duty.opened_at
    due = county.calendar.same_clock_on(duty.due_at, day) if day else duty.due_at
    steps = steps_for(county.levels[duty.service_level_id], since, due, county.calendar)
    return Schedule(duty.opened_at, due, steps, provisional=False)


def _thawed(dossier: Dossier, duty: DutyRow, county: Surroundings) -> Schedule | None:
    """What was left when the clock last stood still, counted on from when it went on.

    A calendar corrected since may have counted otherwise then: what it was is not known any more.
    """
    pause = _last_pause(dossier, duty)
    if pause is None or (county.rescheduled_at is not None and pause[1].changed_at <= county.rescheduled_at):
        return None
    held, held_at, resumed_at = pause[0], pause[0].held_at or pause[0].opened_at, duty.basis_at or duty.opened_at
    stood = Schedule(held.opened_at, held.due_at, tuple(held.steps_at), provisional=False)
    level = county.levels[held.service_level_id]
    return thaw(level, stood, held_at, max(held_at, resumed_at), calendar=county.calendar)


def _last_pause(dossier: Dossier, duty: DutyRow) -> tuple[DutyRow, DutyRow] | None:
    """How a duty stood when its clock last stood still, and when that then went on and moved its times."""
    turns = reversed(list(pairs(dossier.revisions.get(duty.id, ()))))
    return next((turn for turn in turns if turn[0].state is DutyState.HELD and turn[1].basis_at == duty.basis_at), None)


def next_steps(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """What comes next is the step after the last one; nothing, while the clock stands still, or when it has ended."""
    for duty in dossier.duties:
        ahead = duty.steps_at[duty.step :] if duty.state is DutyState.OPEN else []
        expected = ahead[0] if ahead else None
        if duty.next_step_at != expected:
            told = {"expected_at": expected, "at": duty.next_step_at}
            yield dossier.finding(Kind.NEXT_STEP, duty.id, duty=duty.kind, **told)
        night = county.nights.get(duty.community_id)
        if expected and night and expected <= night and duty.changed_at < night - OVERLAP:
            yield dossier.finding(Kind.SKIPPED, duty.id, duty.step, duty=duty.kind, step=duty.step + 1, at=expected)


def frozen(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """While an issue is on hold, or its unit suspended, the clocks of its duties stand still; and only then."""
    for duty in dossier.duties:
        on_hold = dossier.issue.held_until is not None
        if duty.state is DutyState.OPEN and (on_hold or county.is_suspended(duty.unit_id)):
            yield dossier.finding(Kind.NOT_FROZEN, duty.id, duty=duty.kind)
        if duty.state is DutyState.HELD and not (duty.held_at and (on_hold or county.was_suspended(duty))):
            yield dossier.finding(Kind.FROZEN, duty.id, duty=duty.kind)


def fired(dossier: Dossier, _county: Surroundings) -> Iterator[Finding]:
    """Every step up to the one a duty stands at is in the history, once, in order, at its instant, not before it.

    But for those that fall no later than the go-live moment of an issue from elsewhere: they are passed over.
    """
    for duty in dossier.duties:
        stands, other_ladders = 0, _other_ladders(dossier, duty)
        for event in dossier.steps[duty.id]:
            step = event.step or 0
            while other_ladders and other_ladders[0].was_so(event.recorded_at, step):
                stands = other_ladders.pop(0).step
            stands = max(stands, dossier.passed_over(duty, event.recorded_at, step))
            if step != stands + 1:
                yield dossier.finding(Kind.FIRED, duty.id, event.id, duty=duty.kind, step=step, stands=stands)
            yield from _fired_rightly(dossier, duty, event, step)
            stands = step
        stands = max(other_ladders[-1].step if other_ladders else stands, dossier.passed_over(duty))
        if duty.step != stands:
            yield dossier.finding(Kind.STANDS, duty.id, duty=duty.kind, step=duty.step, stands=stands)


def _other_ladders(dossier: Dossier, duty: DutyRow) -> list[DutyRow]:
    """When a duty went over to another level: it then says itself at which of the new steps it stands."""
    rows = pairs(dossier.revisions.get(duty.id, ()))
    return [after for before, after in rows if after.service_level_id != before.service_level_id]


def _fired_rightly(dossier: Dossier, duty: DutyRow, event: EventRow, step: int) -> Iterator[Finding]:
    stood = dossier.as_it_stood(duty, event.recorded_at, step)
    facts = {"duty": duty.kind, "step": step, "at": event.happened_at}
    right = stood.steps_at[step - 1] if 0 < step <= len(stood.steps_at) else None
    if event.happened_at != right:
        yield dossier.finding(Kind.FIRED_AT, duty.id, event.id, **facts, expected_at=right)
    if event.happened_at > event.recorded_at:
        yield dossier.finding(Kind.EARLY, duty.id, event.id, **facts, recorded_at=event.recorded_at)
    if dossier.issue.live_at is not None and event.happened_at <= dossier.issue.live_at:
        yield dossier.finding(Kind.BEFORE_LIVE, duty.id, event.id, **facts, live_at=dossier.issue.live_at)
    if stood.state is DutyState.HELD:
        yield dossier.finding(Kind.WHILE_HELD, duty.id, event.id, **facts, recorded_at=event.recorded_at)
