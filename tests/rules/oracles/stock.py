"""What a taken-over stock owes, and what nights record of it: from the text alone, one case after the other.

An issue that a source had before keeps its dates. A duty counts from the day on which it began there: the work from the
report, or from when the resident was not content; asking from when the work was done; striking off from the answer.
Whatever step falls at the go-live moment or before it is never recorded and nobody is told of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Told:
    """What a source says of an issue."""

    on_a_grid: bool
    happened_at: datetime
    signed_at: datetime | None = None
    done_at: datetime | None = None
    rated_at: datetime | None = None
    content: bool = True
    closed_at: datetime | None = None


def owed(told: Told, taken_over_at: datetime) -> dict[str, datetime]:
    """What is owed after the take-over, each with when its clock began."""
    if told.closed_at is not None:
        return {}
    if told.rated_at is not None:
        return {"close": told.rated_at} if told.content else {"act": told.rated_at}
    if told.done_at is not None:
        return {"evaluate": told.done_at}
    if told.on_a_grid or told.signed_at is not None:
        return {"act": told.happened_at}
    return {"act": told.happened_at, "dispatch": taken_over_at}


def recorded(
    instants: Sequence[datetime], live_at: datetime, nights: Sequence[datetime]
) -> list[tuple[int, datetime, datetime]]:
    """The steps recorded of a duty owed all the while: number, instant, and the night that recorded it."""
    lines: list[tuple[int, datetime, datetime]] = []
    for night in nights:
        for number, instant in enumerate(instants, 1):
            before = [line for line in lines if line[0] == number]
            if instant <= night and instant > live_at and not before:
                lines.append((number, instant, night))
    return lines


def listed(due: Mapping[str, datetime], live_at: datetime) -> set[str]:
    """Of what is owed, by when it is due, what was overdue at the go-live moment."""
    return {kind for kind, due_at in due.items() if due_at <= live_at}
