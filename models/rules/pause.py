"""When what stands still goes on, where the times in which it has to overlap or follow one another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pause:
    """Clocks stand still from an instant up to, not including, another."""

    from_at: datetime
    until_at: datetime


def goes_on_at(pauses: Collection[Pause], since: datetime) -> datetime:
    """When a clock that has to stand still from an instant on goes on: the first instant from then in no pause."""
    at = since
    while ends := [each.until_at for each in pauses if each.from_at <= at < each.until_at]:
        at = max(ends)
    return at
