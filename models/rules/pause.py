"""When what stands still goes on, where the times in which it has to overlap or follow one another."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pause:
    """Clocks stand still from an instant up to, not including, another."""

    from_at: datetime
    until_at: datetime


def stands_again(pauses: Collection[Pause], since: datetime, now: datetime) -> Iterator[Pause]:
    """The times, begun by now, in which a clock that goes on at an instant has to stand still again."""
    at = since
    while starts := [each.from_at for each in pauses if at < each.from_at < each.until_at and each.from_at <= now]:
        start = min(starts)
        at = goes_on_at(pauses, start)
        yield Pause(start, at)


def goes_on_at(pauses: Collection[Pause], since: datetime) -> datetime:
    """When a clock that has to stand still from an instant on goes on: the first instant from then in no pause."""
    at = since
    while ends := [each.until_at for each in pauses if each.from_at <= at < each.until_at]:
        at = max(ends)
    return at
