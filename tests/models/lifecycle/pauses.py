"""When clocks should stand still: while an issue is on hold, while a unit or one above it is suspended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from models.vocabulary import Action
from tests.models.lifecycle.snapshots import Snapshot


@dataclass(frozen=True)
class Pause:
    """From an instant up to another; None: nobody knows yet."""

    start: datetime
    end: datetime | None

    def covers(self, instant: datetime) -> bool:
        return self.start <= instant and (self.end is None or instant < self.end)

    def within(self, start: datetime, end: datetime | None) -> "Pause":
        """The part of it between two instants."""
        ends = [each for each in (self.end, end) if each is not None]
        return Pause(max(self.start, start), min(ends, default=None))


@dataclass(frozen=True)
class Place:
    """Where a duty was from an instant on: the unit and those above it."""

    since: datetime
    path: tuple[int, ...]


def of_holds(ledger: Snapshot, issue_id: int) -> list[Pause]:
    """When an issue was on hold, as what stands of its history has it."""
    found, since = [], None
    for event in ledger.standing_moves_of(issue_id):
        if event.action is Action.HOLD:
            since = event.happened_at
        elif event.action in (Action.RESUME, Action.WITHDRAW) and since is not None:
            found.append(Pause(since, event.happened_at))
            since = None
    return found if since is None else [*found, Pause(since, None)]


def of_suspensions(ledger: Snapshot, places: list[Place]) -> list[Pause]:
    """When a duty lay in a suspended unit."""
    leaving = [*(each.since for each in places[1:]), None]
    return [
        Pause(row.from_at, row.ended_at or row.until_at).within(place.since, left)
        for place, left in zip(places, leaving, strict=True)
        for row in ledger.suspensions.values()
        if row.unit_id in place.path
    ]


def runs(pauses: list[Pause], held_at: datetime, now: datetime) -> Iterator[Pause]:
    """What a clock that stands still since an instant stands still for until now, overlapping pauses as one."""
    start: datetime | None = held_at
    while start is not None:
        end: datetime | None = start
        while end is not None and (covering := [each for each in pauses if each.covers(end)]):
            end = latest(covering)
        yield Pause(start, end)
        later = [
            each.start for each in pauses if end is not None and end < each.start <= now and each.covers(each.start)
        ]
        start = min(later, default=None)


def latest(pauses: list[Pause]) -> datetime | None:
    """When the last of them ends."""
    ends = [each.end for each in pauses]
    return None if None in ends else max(each for each in ends if each is not None)


def covered(pauses: list[Pause], now: datetime) -> bool:
    """Whether a clock stands still now."""
    return any(each.covers(now) for each in pauses)
