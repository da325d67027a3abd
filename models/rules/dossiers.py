"""What the auditor sees of an issue: plain rows, as they are stored, and of the county what they are judged by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

from models.rules.clock import passed_over
from models.rules.escalation import ServiceLevel
from models.rules.findings import Finding, Kind
from models.rules.lifecycle import TRANSITIONS
from models.rules.pause import Pause
from models.rules.worktime import WorkCalendar
from models.vocabulary import OWED, Action, Basis, DutyKind, DutyState, Role, Stage, StepAction

OF_THE_LIFECYCLE = frozenset(row.action for row in TRANSITIONS)
"""What moves an issue along the table; the rest happens to duties alone."""


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A row of the ledger."""

    id: int
    number: str
    community_id: int
    unit_id: int
    stage: Stage
    held_until: date | None
    live_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A duty, as it stands or as a revision says it stood from ``changed_at`` on."""

    id: int
    issue_id: int
    community_id: int
    unit_id: int
    post_id: int | None
    service_level_id: int
    kind: DutyKind
    state: DutyState
    opened_at: datetime
    due_at: datetime
    steps_at: list[datetime]
    step: int
    next_step_at: datetime | None
    ended_at: datetime | None
    basis: Basis
    basis_at: datetime | None
    held_at: datetime | None
    promised_at: datetime | None
    parent_id: int | None
    changed_at: datetime

    @property
    def owed(self) -> bool:
        """Whether it is still owed."""
        return self.state in OWED

    def was_so(self, at: datetime, step: int | None = None) -> bool:
        """Whether a revision says how a duty stood at an instant.

        :param step: the step that fired then: what was written at that same instant but stands at it came after it.
        """
        return self.changed_at < at or (self.changed_at == at and (step is None or self.step < step))


@dataclass(frozen=True, slots=True)
class EventRow:
    """A line of the history."""

    id: int
    issue_id: int
    duty_id: int | None
    action: Action
    stage_from: Stage | None
    stage_to: Stage | None
    step: int | None
    person_id: int | None
    post_id: int | None
    voids_id: int | None
    revision_id: int | None
    facts: Mapping[str, Any] | None
    happened_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice; without an action it says that a duty is newly one's own."""

    duty_id: int
    step: int
    post_id: int
    arming: int
    action: StepAction | None
    recorded_at: datetime


@dataclass(frozen=True)
class Dossier:
    """An issue with all that hangs on it, each list oldest first.

    :param revisions: how each duty stood, by its id.
    :param extended_to: the day to which each duty was last extended, by its id.
    """

    issue: IssueRow
    duties: tuple[DutyRow, ...] = ()
    events: tuple[EventRow, ...] = ()
    notices: Mapping[int, tuple[NoticeRow, ...]] = field(default_factory=dict)
    revisions: Mapping[int, tuple[DutyRow, ...]] = field(default_factory=dict)
    extended_to: Mapping[int, date] = field(default_factory=dict)

    @cached_property
    def moves(self) -> tuple[EventRow, ...]:
        """What happened to the issue itself, taken back or not."""
        return tuple(each for each in self.events if each.action in OF_THE_LIFECYCLE)

    @cached_property
    def standing(self) -> tuple[EventRow, ...]:
        """The moves that still stand: not taken back, nor themselves a taking back."""
        taken_back = {each.voids_id for each in self.moves}
        return tuple(each for each in self.moves if each.id not in taken_back and each.action is not Action.VOID)

    @cached_property
    def steps(self) -> Mapping[int, tuple[EventRow, ...]]:
        """The steps recorded of each duty, by its id."""
        fired = [each for each in self.events if each.action is Action.STEP]
        return {duty.id: tuple(each for each in fired if each.duty_id == duty.id) for duty in self.duties}

    def duty(self, duty_id: int | None) -> DutyRow | None:
        """A duty by its id."""
        return next((each for each in self.duties if each.id == duty_id), None)

    def finding(self, kind: Kind, *rows: int, **facts: object) -> Finding:
        """Something wrong with it, known by the rows of it concerned."""
        about = "-".join(map(str, (self.issue.id, *rows)))
        return Finding(kind, about, {"issue": self.issue.id, "number": self.issue.number, **facts})

    def came(self, event: EventRow) -> bool:
        """Whether an event came with the issue, from the system that had it before."""
        taken_over = self.issue.live_at is not None and event.recorded_at == self.issue.recorded_at
        return taken_over and event.person_id is not None and event.revision_id is None

    def passed_over(self, duty: DutyRow, at: datetime | None = None, step: int | None = None) -> int:
        """Up to which step of its ladder a duty was passed over because of the go-live moment of its issue.

        Once is for good, though the times be others later; another ladder is looked at for itself.

        :param at: as it was known at that instant, or when a step fired then; None: as it is known now.
        """
        if self.issue.live_at is None:
            return 0
        known = [each for each in self.revisions.get(duty.id, ()) if at is None or each.was_so(at, step)] or [duty]
        stood = {each.changed_at: each for each in known if each.service_level_id == known[-1].service_level_id}
        return max(passed_over(each.steps_at, self.issue.live_at, each.held_at) for each in stood.values())

    def as_it_stood(self, duty: DutyRow, at: datetime, step: int | None = None) -> DutyRow:
        """A duty as it was known at an instant, or when a step fired then; without a revision, as it stands now."""
        known = [each for each in self.revisions.get(duty.id, ()) if each.was_so(at, step)]
        return known[-1] if known else duty

    def step_before(self, duty: DutyRow, at: datetime) -> int:
        """The step at which a duty stood just before an instant; gone over to another level, it says so itself."""
        rows = pairs(self.revisions.get(duty.id, ()))
        turns = [after for before, after in rows if after.service_level_id != before.service_level_id]
        last = next((each for each in reversed(turns) if each.changed_at < at), None)
        fired = (each for each in self.steps[duty.id] if each.recorded_at < at)
        since = [each.step or 0 for each in fired if last is None or each.recorded_at >= last.changed_at]
        return max(*since, last.step if last else 0, self.passed_over(duty, at))

    def happened(self, duty: DutyRow, at: datetime, *actions: Action) -> bool:
        """Whether one of some actions was recorded at an instant, about this duty or about the issue as a whole."""
        return any(
            each.recorded_at == at and each.action in actions and each.duty_id in (None, duty.id)
            for each in self.events
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A unit: its way up, and who answers on it, both from the topmost to itself."""

    name: str
    depth: int
    path: tuple[int, ...]
    answering: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """A post: the unit it is on, and what for."""

    unit_id: int
    role: Role


@dataclass(frozen=True)
class Surroundings:
    """A county as far as its ledger is judged by it.

    :param levels: the service levels of every policy version, by id.
    :param nights: when each community's last night ran, by its id.
    :param pauses: when the clocks of a unit and all below it had to stand still, by its id.
    :param rescheduled_at: when duties were last counted anew, by a corrected calendar or a new policy.
    """

    now: datetime

    calendar: WorkCalendar
    levels: Mapping[int, ServiceLevel]
    units: Mapping[int, Place]
    posts: Mapping[int, Seat]
    lowest: int
    nights: Mapping[int, datetime]
    pauses: Mapping[int, tuple[Pause, ...]]
    rescheduled_at: datetime | None = None

    def is_suspended(self, unit_id: int) -> bool:
        """Whether the clocks of a unit have to stand still now."""
        return any(each.from_at <= self.now < each.until_at for each in self._pauses_over(unit_id))

    def was_suspended(self, duty: DutyRow) -> bool:
        """Whether they had to in the last night that let go on what may, or at any time since."""
        night = self.nights.get(duty.community_id)
        return any(night is None or each.until_at > night for each in self._pauses_over(duty.unit_id))

    def _pauses_over(self, unit_id: int) -> Iterator[Pause]:
        return (each for unit in self.units[unit_id].path for each in self.pauses.get(unit, ()))

    def seat(self, post_id: int | None) -> Seat | None:
        """A post, if the county has it."""
        return self.posts.get(post_id) if post_id is not None else None

    def post(self, post_id: int | None) -> dict[str, str] | None:
        """A post in names: never who holds it."""
        seat = self.seat(post_id)
        return {"unit": self.units[seat.unit_id].name, "role": seat.role} if seat else None


def pairs(rows: tuple[DutyRow, ...]) -> Iterator[tuple[DutyRow, DutyRow]]:
    """Each row with the one after it."""
    return pairwise(rows)
