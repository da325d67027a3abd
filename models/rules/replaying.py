"""What became of a history that was lived again: by night and unit, counted from the ledger's rows.

A thing belongs to the night that follows it or falls on it: what the watch did at noon stands with the next night.
Closings are the source's, not the county's own: in time when the source closed by the due time.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from models.vocabulary import StepAction


@dataclass(frozen=True)
class LivedIssue:
    """An issue of the history: its unit, when the work on it was due, and when what became known.

    ``closed_at`` is what the source says, ``struck_at`` when that was recorded.
    """

    unit_id: int
    recorded_at: datetime
    due_at: datetime
    closed_at: datetime | None
    struck_at: datetime | None

    @property
    def in_time(self) -> bool:
        """Whether the source closed it by the due time."""
        return self.closed_at is not None and self.closed_at <= self.due_at


@dataclass(frozen=True)
class Told:
    """So many notices of one instant about one unit's duties, for posts of a unit at a depth; None: newly theirs."""

    at: datetime
    unit_id: int
    addressed_id: int
    depth: int
    action: StepAction | None
    count: int


@dataclass(frozen=True)
class Given:
    """So many steps given at one instant about one unit's duties."""

    at: datetime
    unit_id: int
    count: int


FLOWS = ("came_in", "closed_in_time", "closed_late", "steps", "new", "remind", "tell", "supervise")
"""What is counted as it happens; newly assigned work and steps by what they do."""
STANDING = ("open", "overdue")
"""What is counted as it stands after a night."""


def reach(does: str, depth: int) -> str:
    """The name of the count of what a step does to posts of a tier."""
    return f"{does} {depth}"


@dataclass(frozen=True)
class Figures:
    """The counts of a history.

    :param cells: by night (its place among the nights) and the issues' unit, also by the tier reached.
    :param addressed: by night and the unit whose posts were told.
    """

    nights: Sequence[datetime]
    cells: Mapping[tuple[int, int], Counter[str]]
    addressed: Mapping[tuple[int, int], Counter[str]]

    @cached_property
    def by_night(self) -> list[Counter[str]]:
        """All units together, night by night."""
        rows = [Counter[str]() for _ in self.nights]
        for (night, _), counts in self.cells.items():
            rows[night].update(counts)
        return rows

    def of_units(self, unit_ids: Iterable[int]) -> Counter[str]:
        """Some units together: what happened over all nights, what stands after the last, and the most overdue."""
        own = [self._of_unit[unit_id] for unit_id in unit_ids if unit_id in self._of_unit]
        total = Counter[str]()
        overdue = Counter[int]()
        for night, counts in (each for unit in own for each in unit):
            total.update({name: count for name, count in counts.items() if name not in STANDING})
            overdue[night] += counts["overdue"]
            if night == len(self.nights) - 1:
                total.update({name: counts[name] for name in STANDING})
        total["most_overdue"] = max(overdue.values(), default=0)
        return total

    def told(self, unit_id: int) -> Counter[str]:
        """What the posts of a unit were told over all nights."""
        return sum((counts for (_, unit), counts in self.addressed.items() if unit == unit_id), Counter[str]())

    @cached_property
    def _of_unit(self) -> Mapping[int, list[tuple[int, Counter[str]]]]:
        found: dict[int, list[tuple[int, Counter[str]]]] = defaultdict(list)
        for (night, unit), counts in self.cells.items():
            found[unit].append((night, counts))
        return found


def figures(
    nights: Sequence[datetime], issues: Iterable[LivedIssue], told: Iterable[Told], given: Iterable[Given]
) -> Figures:
    """Count a history; what lies after the last night is none of it."""
    cells: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    addressed: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for issue in issues:
        _count(issue, nights, cells)
    for each in given:
        cells[bisect_left(nights, each.at), each.unit_id]["steps"] += each.count
    for notice in told:
        night, does = bisect_left(nights, notice.at), notice.action or "new"
        cells[night, notice.unit_id].update({does: notice.count, reach(does, notice.depth): notice.count})
        addressed[night, notice.addressed_id][does] += notice.count
    within = range(len(nights))
    kept = ({key: counts for key, counts in each.items() if key[0] in within} for each in (cells, addressed))
    return Figures(nights, *kept)


def _count(issue: LivedIssue, nights: Sequence[datetime], cells: Mapping[tuple[int, int], Counter[str]]) -> None:
    """An issue comes in, stands open and perhaps overdue for some nights, and goes."""
    came, went = bisect_left(nights, issue.recorded_at), len(nights)
    cells[came, issue.unit_id]["came_in"] += 1
    if issue.struck_at is not None:
        went = bisect_left(nights, issue.struck_at)
        cells[went, issue.unit_id]["closed_in_time" if issue.in_time else "closed_late"] += 1
    for night in range(came, went):
        cells[night, issue.unit_id]["open"] += 1
    for night in range(max(came, bisect_left(nights, issue.due_at)), went):
        cells[night, issue.unit_id]["overdue"] += 1
