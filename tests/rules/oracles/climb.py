"""What the nights do to one duty, step by step and night by night.

Every instant is in UTC: Python compares two times of one zone by the clock, wrongly in a repeated hour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Step:
    """One step of an escalation policy and the names of the posts it addresses."""

    number: int
    addressed: frozenset[str]


@dataclass(frozen=True)
class Duty:
    """A duty with its frozen schedule: `instants[i]` is when `steps[i]` falls. Numbers ascend, instants never fall."""

    opened_at: datetime
    steps: tuple[Step, ...]
    instants: tuple[datetime, ...]
    fulfilled_at: datetime | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for a schedule that no policy could have made."""
        numbers = [step.number for step in self.steps]
        if len(self.steps) != len(self.instants):
            raise ValueError("one instant for each step")
        if numbers != sorted(set(numbers)):
            raise ValueError("step numbers ascend")
        if list(self.instants) != sorted(self.instants):
            raise ValueError("instants never fall")


@dataclass
class Record:
    """What was recorded: (step number, scheduled_at, recorded_at) and (step number, post, recorded_at)."""

    events: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    notices: list[tuple[int, str, datetime]] = field(default_factory=list)


def climb(duty: Duty, nights: Sequence[datetime]) -> Record:
    """Run the nights in the order given; notices of one night are sorted by step, then post."""
    record = Record()
    for night in nights:
        run_night(duty, night, record)
    return record


def run_night(duty: Duty, night: datetime, record: Record) -> None:
    """Add to `record` what one night records."""
    if night < duty.opened_at:
        return
    if duty.fulfilled_at is not None and duty.fulfilled_at <= night:
        return
    already = [number for number, _, _ in record.events]
    tonight: list[Step] = []
    for step, scheduled_at in zip(duty.steps, duty.instants, strict=True):
        if scheduled_at <= night and step.number not in already:
            record.events.append((step.number, scheduled_at, night))
            tonight.append(step)
    record.notices += [(number, post, night) for number, post in highest_for_each_post(tonight)]


def highest_for_each_post(steps: list[Step]) -> list[tuple[int, str]]:
    """For every post that any of these steps addresses, the number of the highest that does."""
    posts = {post for step in steps for post in step.addressed}
    return sorted((max(step.number for step in steps if post in step.addressed), post) for post in posts)


def light(instants: Sequence[datetime], due_at: datetime, now: datetime, warn_at: datetime | None = None) -> str:
    """The light of an open duty at `now`.

    "red" from `due_at` on; "yellow" from the first warning before `due_at` on, where a warning is a step's instant
    or `warn_at`; else "green".
    """
    if now >= due_at:
        return "red"
    warnings = list(instants) if warn_at is None else [*instants, warn_at]
    for warning in warnings:
        if warning < due_at and warning <= now:
            return "yellow"
    return "green"
