"""What of a person's duties a message puts first, and under which heading."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.rules.records import Reached
from models.vocabulary import DutyKind, Light, Severity, StepAction

IN_WORDS = 3
LISTED = 20


class Section(StrEnum):
    """The headings, in the order in which people read them; ``SLIPPED`` is what others owe and have let slip."""

    OVERDUE = "overdue"
    SOON = "soon"
    NEW = "new"
    SLIPPED = "slipped"


SECTIONS = tuple(Section)


@dataclass(frozen=True)
class Entry:
    """A duty in a message: ``whose`` is who owes it, ``to`` who is told of it; one person when it is their own."""

    step: int
    action: StepAction | None
    kind: DutyKind
    number: str
    summary: str
    unit: str
    severity: Severity
    light: Light
    due_at: datetime
    work_due_at: datetime | None
    whose: Reached
    to: Reached

    @property
    def own(self) -> bool:
        """Whether the person told owes it, be it for want of anybody in the posts below."""
        return self.action in (None, StepAction.REMIND) or self.whose.by == self.to.by

    @property
    def section(self) -> Section:
        """Under which heading it stands."""
        if not self.own:
            return Section.SLIPPED
        if self.light is Light.RED:
            return Section.OVERDUE
        return Section.NEW if self.action is None else Section.SOON

    @property
    def came_by(self) -> Reached:
        """How it came to the person told: over which vacancies and absences."""
        return self.whose if self.own else self.to


@dataclass(frozen=True)
class Listed:
    """What is listed under a heading, and how many more there are."""

    section: Section
    entries: tuple[Entry, ...]
    more: int


@dataclass(frozen=True)
class Digest:
    """The most urgent to be told in words, the others as lists, how many there are under each heading."""

    first: tuple[Entry, ...]
    rest: tuple[Listed, ...]
    counts: dict[Section, int]


def digest(entries: Iterable[Entry]) -> Digest:
    """Order what a message says: each issue once, by what presses most and, of that, by the highest step."""
    told: dict[str, Entry] = {}
    for entry in sorted(entries, key=_weight):
        told.setdefault(entry.number, entry)
    ordered = sorted(told.values(), key=_urgency)
    counts = {section: sum(each.section is section for each in ordered) for section in SECTIONS}
    return Digest(tuple(ordered[:IN_WORDS]), _lists(ordered[IN_WORDS:]), counts)


def _weight(entry: Entry) -> tuple[int, int, datetime]:
    return SECTIONS.index(entry.section), -entry.step, entry.due_at


def _urgency(entry: Entry) -> tuple[bool, int, datetime, str]:
    return entry.severity is not Severity.URGENT, SECTIONS.index(entry.section), entry.due_at, entry.number


def _lists(ordered: Sequence[Entry]) -> tuple[Listed, ...]:
    by_section = {section: [each for each in ordered if each.section is section] for section in SECTIONS}
    return tuple(
        Listed(section, tuple(own[:LISTED]), max(len(own) - LISTED, 0)) for section, own in by_section.items() if own
    )
