"""Issues that enter the ledger with a history: what is owed about them after all that was done, and what was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models.rules.lifecycle import Transition, transition
from models.vocabulary import Action, DutyKind, DutyState, Lane, Rating, Severity, Stage

FULFILLED, CANCELLED = DutyState.FULFILLED, DutyState.CANCELLED


@dataclass(frozen=True, slots=True)
class Spot:
    """A unit on which issues lie: its way up, and who answers on it, both from the topmost to itself.

    :param community_at: the depth of the communities, which ask the resident and strike off.
    """

    unit_id: int
    community_id: int
    path: Sequence[int]
    answering: Sequence[int]
    on_grid: bool
    community_at: int

    def answers(self) -> tuple[int, int]:
        """The post that answers for it, and itself."""
        return self.answering[-1], self.unit_id

    def community(self) -> tuple[int, int]:
        """The unit that asks and strikes off, and its answering post."""
        at = min(self.community_at, len(self.path) - 1)
        return self.path[at], self.answering[at]


@dataclass(frozen=True, slots=True)
class Done:
    """Something done by a row of the lifecycle's table, by a post; without a person the rule did it.

    ``works``: the post that has the work from then on, and its unit, where it is given to one.
    """

    row: Transition
    at: datetime
    person_id: int | None
    post_id: int
    facts: Mapping[str, Any] | None = None
    works: tuple[int, int] | None = None


def assigned_by_rule(spot: Spot, now: datetime) -> Done:
    """What is urgent is assigned at once to the post that answers for its grid."""
    return Done(transition(Stage.RAISED, Action.ASSIGN), now, None, spot.answering[-1], works=spot.answers())


@dataclass(frozen=True, slots=True)
class Arrival:
    """An issue that enters: where it lies, what it is, and all that was done to it, the report first."""

    spot: Spot
    category: str
    severity: Severity
    lane: Lane
    source: str
    external_id: str | None
    summary: str
    deeds: tuple[Done, ...]
    handler_id: int | None = None
    evidence: str | None = None
    rating: Rating | None = None
    closed_at: datetime | None = None

    @property
    def happened_at(self) -> datetime:
        """When it was raised."""
        return self.deeds[0].at

    @property
    def stage(self) -> Stage:
        """Where it stands after all that was done."""
        return self.deeds[-1].row.target


@dataclass(frozen=True, slots=True)
class Owing:
    """A duty of an arriving issue, owed or over; the one it is a part of stands so many places before it."""

    kind: DutyKind
    opened_at: datetime
    unit_id: int
    post_id: int | None
    state: DutyState = DutyState.OPEN
    ended_at: datetime | None = None
    part_of: int | None = None


def owing(arrival: Arrival, now: datetime) -> list[Owing]:
    """All duties of an arriving issue, oldest first; what was opened elsewhere counts from when it was.

    What lies on no grid has to be dispatched to one, from `now` on.
    """
    spot, every, owed = arrival.spot, list[Owing](), dict[DutyKind, int]()
    works: tuple[int | None, int] = None, spot.unit_id
    for deed in arrival.deeds:
        for state, kinds, at in ((FULFILLED, deed.row.fulfils, deed.at), (CANCELLED, deed.row.cancels, now)):
            for kind in owed.keys() & kinds:
                place = owed.pop(kind)
                every[place] = replace(every[place], state=state, ended_at=at)
        if deed.works is not None:
            works, place = deed.works, owed[DutyKind.ACT]
            every[place] = replace(every[place], post_id=deed.works[0])
        opening = [_opened(kind, deed, spot, works) for kind in deed.row.opens if kind not in owed]
        if deed.row.action is Action.REPORT and not spot.on_grid:
            opening.append(Owing(DutyKind.DISPATCH, now, spot.unit_id, spot.answering[-1]))
        for duty in opening:
            part_of = len(every) - owed[DutyKind.ACT] if duty.kind is DutyKind.SIGN else None
            owed[duty.kind] = len(every)
            every.append(replace(duty, part_of=part_of))
    return every


def _opened(kind: DutyKind, deed: Done, spot: Spot, works: tuple[int | None, int]) -> Owing:
    """The work goes back to whoever had it, a signature to whoever it is given to, the rest to the community."""
    if kind is DutyKind.ACT:
        post_id, unit_id = works
        return Owing(kind, deed.at, unit_id, post_id)
    if kind is DutyKind.SIGN:
        return Owing(kind, deed.at, spot.unit_id, deed.post_id)
    unit_id, post_id = spot.community()
    return Owing(kind, deed.at, unit_id, post_id)
