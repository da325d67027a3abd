"""The history of an issue against the lifecycle's table: each event a row of it, what it opens and ends really so."""

from collections.abc import Iterator

from models.rules.dossiers import Dossier, DutyRow, EventRow, Surroundings
from models.rules.findings import Finding, Kind
from models.rules.lifecycle import AS_RECORDED, ENDS_HOLD, SENT_BACK, TRANSITIONS, Transition
from models.vocabulary import OWED, Action, DutyKind, DutyState, Stage

ROWS: dict[tuple[Stage | None, Action, Stage | None], Transition] = {
    (row.source, row.action, row.target): row for row in (*TRANSITIONS, SENT_BACK)
}
BY_RULE = frozenset({Action.ASSIGN, Action.RESUME})
"""What the night does by itself."""


def history(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """Each event begins where the one before it ended, goes a way the table has, and ends where the issue stands."""
    stood: Stage | None = None
    for event in dossier.moves:
        facts = {"at": event.recorded_at, "action": event.action}
        if event.stage_from is not stood:
            yield dossier.finding(Kind.GAP, event.id, **facts, stage=event.stage_from, stood=stood)
        row = _row(dossier, event)
        if row is None:
            yield dossier.finding(Kind.MOVE, event.id, **facts, stage=event.stage_from, target=event.stage_to)
        elif not _may(event, row, county, came=dossier.came(event)):
            yield dossier.finding(Kind.ACTOR, event.id, **facts, post=county.post(event.post_id))
        stood = event.stage_to
    if stood is not dossier.issue.stage:
        yield dossier.finding(Kind.STAGE, stood=stood, stage=dossier.issue.stage)


def _row(dossier: Dossier, event: EventRow) -> Transition | None:
    """The row of the table an event follows; taking one back leads to where that began."""
    if event.action is not Action.VOID:
        return ROWS.get((event.stage_from, event.action, event.stage_to))
    back = next((each for each in dossier.moves if each.id == event.voids_id), None)
    if back is None or back.id > event.id or back.action is Action.REPORT or back.stage_from is not event.stage_to:
        return None
    return ROWS.get((event.stage_from, event.action, event.stage_from))


def _may(event: EventRow, row: Transition, county: Surroundings, *, came: bool) -> bool:
    """Whether the post by which it was done is one that may; an assignment names the post assigned instead.

    What came with an issue, and was done by nobody known here, is written down as by whoever brought it in.
    """
    if event.person_id is None:
        return event.action in BY_RULE
    seat, roles = county.seat(event.post_id), row.roles | (AS_RECORDED.roles if came else frozenset())
    return event.action is Action.ASSIGN or (seat is not None and seat.role in roles)


def owed(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """What is owed is what the history leaves owed, and nothing else."""
    expected = _owed_by_history(dossier, county)
    found = [duty.kind for duty in dossier.duties if duty.owed]
    for kind in DutyKind:
        if kind in expected and kind not in found:
            yield dossier.finding(Kind.MISSING, duty=kind, stage=dossier.issue.stage)
        if found.count(kind) > (kind in expected):
            yield dossier.finding(Kind.SURPLUS, duty=kind, stage=dossier.issue.stage)


def _owed_by_history(dossier: Dossier, county: Surroundings) -> set[DutyKind]:
    kinds = _after_all(dossier, county)
    if county.units[dossier.issue.unit_id].depth == county.lowest:
        kinds.discard(DutyKind.DISPATCH)  # raised on a grid, nobody had to find one for it
    return kinds


def _after_all(dossier: Dossier, county: Surroundings) -> set[DutyKind]:
    kinds: set[DutyKind] = set()
    for event, row in _rows_standing(dossier):
        kinds = kinds.difference(row.fulfils, _cancels(event, row, county)).union(_opens(event, row))
    return kinds


def _rows_standing(dossier: Dossier) -> Iterator[tuple[EventRow, Transition]]:
    for event in dossier.standing:
        row = ROWS.get((event.stage_from, event.action, event.stage_to))
        if row is not None:
            yield event, row


def _opens(event: EventRow, row: Transition) -> tuple[DutyKind, ...]:
    """What an event opens; what is raised on no grid has to be dispatched to one, too."""
    return (*row.opens, DutyKind.DISPATCH) if event.action is Action.REPORT else row.opens


def _cancels(event: EventRow, row: Transition, county: Surroundings) -> tuple[DutyKind, ...]:
    """What an event cancels; once the topmost unit has the work, nobody is left to decide what was asked about it."""
    seat = county.seat(event.post_id) if event.action is Action.SIGN else None
    return (*row.cancels, DutyKind.APPROVE) if seat and county.units[seat.unit_id].depth == 0 else row.cancels


def clocks_opened(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """What an event opens has a clock of its own, which counts from then: the work from when it was raised."""
    kinds: set[DutyKind] = set()
    for event, row in _rows_standing(dossier):
        kinds.difference_update(row.fulfils, _cancels(event, row, county))
        for kind in row.opens:
            own = (duty for duty in dossier.duties if duty.kind is kind)
            if kind not in kinds and not any(_opened_by(dossier, event, duty) for duty in own):
                yield dossier.finding(Kind.NO_CLOCK, event.id, at=event.recorded_at, action=event.action, duty=kind)
        kinds.update(row.opens)


def _opened_by(dossier: Dossier, event: EventRow, duty: DutyRow) -> bool:
    """Whether a clock counts from an event: from when it is recorded, or from when it happened elsewhere."""
    is_work = event.action is Action.REPORT and duty.kind is DutyKind.ACT
    elsewhere = event.action is not Action.REPORT and dossier.came(event)
    return duty.opened_at == (event.happened_at if is_work or elsewhere else event.recorded_at)


def duties_explained(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """Each duty was opened by an event, and ended by one if it has ended."""
    rows = [(event, ROWS.get((event.stage_from, event.action, event.stage_to))) for event in dossier.moves]
    for duty in dossier.duties:
        opened = (event for event, row in rows if row and duty.kind in _opens(event, row))
        if not any(_opened_by(dossier, event, duty) for event in opened):
            yield dossier.finding(Kind.UNOPENED, duty.id, duty=duty.kind, at=duty.opened_at)
        if not duty.owed and not any(_ended_by(event, row, duty, county) for event, row in rows):
            yield dossier.finding(Kind.UNENDED, duty.id, duty=duty.kind, state=duty.state)


def _ended_by(event: EventRow, row: Transition | None, duty: DutyRow, county: Surroundings) -> bool:
    if duty.state is DutyState.FULFILLED:
        return row is not None and duty.kind in row.fulfils and duty.ended_at == event.happened_at
    cancels = event.action is Action.VOID or (row is not None and duty.kind in _cancels(event, row, county))
    return cancels and duty.ended_at == event.recorded_at


def hold(dossier: Dossier, _county: Surroundings) -> Iterator[Finding]:
    """An issue is on hold from the approval until it goes on, is withdrawn or closed elsewhere."""
    turns = [each.action for each in dossier.standing if each.action is Action.HOLD or each.action in ENDS_HOLD]
    on_hold = turns[-1:] == [Action.HOLD]
    if on_hold is not (dossier.issue.held_until is not None):
        yield dossier.finding(Kind.HOLD, until_on=dossier.issue.held_until)


def holder(dossier: Dossier, county: Surroundings) -> Iterator[Finding]:
    """What is owed is owed by a post at the issue's unit or above it; a call-up is answered by the unit called."""
    place = county.units[dossier.issue.unit_id]
    for duty in dossier.duties:
        if duty.post_id is None or duty.state not in OWED or duty.kind is DutyKind.ANSWER:
            continue
        seat = county.seat(duty.post_id)
        if seat is None or seat.unit_id not in place.path:
            yield dossier.finding(Kind.HOLDER, duty.id, duty=duty.kind, post=county.post(duty.post_id), unit=place.name)
