"""Who was told: at each climb the posts that its steps address, each of the highest; and of broken promises."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from models.rules.clock import passed_over
from models.rules.dossiers import Dossier, DutyRow, NoticeRow, Surroundings
from models.rules.escalation import Addressee
from models.rules.findings import Finding, Kind
from models.vocabulary import Action, DutyState, StepAction

ANEW = (Action.VOID, Action.HAND_OVER, Action.SIGN)
"""After what a post may hear once more that a duty is its own: it came back, changed hands, went up with the work."""


class Told(NamedTuple):
    """A post that hears of a step."""

    step: int
    action: StepAction
    post_id: int


def notices(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """Each step is told to the posts it addresses, each of them once."""
    for duty in dossier.duties:
        heard: dict[datetime, Counter[Told]] = defaultdict(Counter)
        for each in dossier.notices.get(duty.id, ()):
            if each.action is not None:
                heard[each.recorded_at][Told(each.step, each.action, each.post_id)] += 1
        expected = _expected(dossier, duty, county)
        for at in sorted({*expected, *heard}):
            yield from _differences(dossier, duty, expected.get(at, Counter()), heard.get(at, Counter()), county)


def newly_yours(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """That a duty is its own a post hears once; again only when the duty came back, or went from hand to hand."""
    for duty in dossier.duties:
        told = (each for each in dossier.notices.get(duty.id, ()) if each.action is None and each.arming)
        for each in told:
            if not dossier.happened(duty, each.recorded_at, *ANEW):
                facts = {"duty": duty.kind, "step": each.step, "post": county.post(each.post_id)}
                yield dossier.finding(Kind.TOLD_TWICE, duty.id, each.step, each.post_id, **facts)


def _expected(dossier: Dossier, duty: DutyRow, county: Surroundings) -> Mapping[datetime, Counter[Told]]:
    """What was to be told when, as the ladder and the unit tree have it."""
    expected: dict[datetime, Counter[Told]] = defaultdict(Counter)
    for at, climbed in groupby(dossier.steps[duty.id], lambda event: event.recorded_at):
        steps = {event.step or 0 for event in climbed}
        expected[at].update(_addressed(dossier, duty, at, steps, county))
    for event in dossier.events:
        if event.action is Action.BREAK and event.duty_id == duty.id:
            post_id = _post(dossier.as_it_stood(duty, event.recorded_at), None, county)
            step = dossier.step_before(duty, event.recorded_at)
            expected[event.recorded_at][Told(step, StepAction.REMIND, post_id)] += 1
    return expected


def _addressed(dossier: Dossier, duty: DutyRow, at: datetime, steps: set[int], county: Surroundings) -> list[Told]:
    """Of the steps climbed at once, each post hears of the highest that addresses it, as holder rather than tier."""
    stood = dossier.as_it_stood(duty, at, min(steps))
    ladder = county.levels[stood.service_level_id].escalation.steps
    silent = _silent(dossier, stood, at, county)
    told: dict[int, Told] = {}
    for step in (each for each in reversed(ladder) if each.number in steps):
        for each in step.addressees:
            if not (silent and each.action is StepAction.REMIND):
                post_id = _post(stood, each, county)
                told.setdefault(post_id, Told(step.number, each.action, post_id))
    return list(told.values())


def _post(stood: DutyRow, addressee: Addressee | None, county: Surroundings) -> int:
    """The duty's own post, or the tier's; where there is neither, whoever answers for the unit."""
    answering = county.units[stood.unit_id].answering
    if addressee is None or addressee.depth is None:
        return stood.post_id or answering[-1]
    return answering[min(addressee.depth, len(answering) - 1)]


def _silent(dossier: Dossier, stood: DutyRow, at: datetime, county: Surroundings) -> bool:
    """Whether nobody is reminded: it was promised for later, or what it is a part of had escalated already."""
    if stood.promised_at is not None and stood.promised_at > at:
        return True
    parent = dossier.duty(stood.parent_id)
    if parent is None:
        return False
    whole, given = dossier.as_it_stood(parent, at), dossier.step_before(parent, at)
    passed = passed_over(whole.steps_at, dossier.issue.live_at)  # of those nobody heard
    steps = county.levels[whole.service_level_id].escalation.steps[passed:given]
    escalating = (each.action is not StepAction.REMIND for step in steps for each in step.addressees)
    return whole.state is DutyState.OPEN and any(escalating)


def _differences(
    dossier: Dossier, duty: DutyRow, expected: Counter[Told], heard: Counter[Told], county: Surroundings
) -> Iterator[Finding]:
    missing, surplus = list((expected - heard).elements()), list((heard - expected).elements())
    for told in surplus:
        facts: dict[str, object] = {"duty": duty.kind, "step": told.step, "does": told.action}
        rows = (duty.id, told.step, told.post_id)
        meant = next((each for each in missing if each[:2] == told[:2]), None)
        if _times_told(dossier.notices[duty.id], told) > 1:
            yield dossier.finding(Kind.TOLD_TWICE, *rows, **facts, post=county.post(told.post_id))
        elif meant is not None:
            missing.remove(meant)
            posts = {"expected_post": county.post(meant.post_id), "post": county.post(told.post_id)}
            yield dossier.finding(Kind.WRONG_POST, *rows, **facts, **posts)
        else:
            yield dossier.finding(Kind.TOLD_UNASKED, *rows, **facts, post=county.post(told.post_id))
    for told in missing:
        facts = {"duty": duty.kind, "step": told.step, "does": told.action, "post": county.post(told.post_id)}
        yield dossier.finding(Kind.UNTOLD, duty.id, told.step, told.post_id, **facts)


def _times_told(notices: tuple[NoticeRow, ...], told: Told) -> int:
    return sum((each.step, each.post_id) == (told.step, told.post_id) for each in notices)
