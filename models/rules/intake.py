"""Reading a row of an intake file: what each column must say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from models.vocabulary import Severity

REQUIRED = ("external_id", "happened_at", "category", "summary", "reported_by")
COLUMNS = (*REQUIRED[:2], "grid", "category", "severity", "summary", "source", "reported_by")
LONGEST = 8000
LONGEST_KEY = 200
NUL = "\0"  # the one character PostgreSQL does not store

Key = tuple[str, str]
"""A source and the id it gave: what keeps a row from coming twice."""
Content = tuple[datetime, str]
"""When a source says it happened, and what."""


@dataclass(frozen=True)
class Rejected:
    """A row that can't be taken, as it came: by field the key of the sentence that says what was expected."""

    line: int
    cells: Mapping[str, str]
    faults: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What a county knows: a row may name only these. The zone reads times that name none.

    ``since`` is where its calendar begins: no clock can count from before. ``ambiguous`` is what several units,
    a grid among them, are called.
    """

    grids: Collection[str]
    categories: Collection[str]
    reporters: Collection[str]
    zone: ZoneInfo
    since: datetime
    now: datetime
    ambiguous: Collection[str] = ()


@dataclass(frozen=True)
class IntakeRow:
    """A row that can be taken; `happened_at` in UTC."""

    external_id: str
    happened_at: datetime
    grid: str | None
    category: str
    severity: Severity
    summary: str
    source: str
    reported_by: str

    @property
    def key(self) -> Key:
        """By which it is known when it comes again."""
        return self.source, self.external_id

    @property
    def content(self) -> Content:
        """What must be the same when it comes again."""
        return self.happened_at, self.summary


def read_row(line: int, cells: Mapping[str, str], known: Known) -> IntakeRow | Rejected:
    """A row, or all that is wrong with it at once."""
    said = {name: cells.get(name, "").strip() for name in COLUMNS}
    happened_at = _instant(said["happened_at"], known.zone)
    wrong = {
        **{name: "missing" for name in REQUIRED if not said[name]},
        **_unknown("grid", said["grid"], known.grids),
        **({"grid": "ambiguous"} if said["grid"] in known.ambiguous else {}),
        **_unknown("category", said["category"], known.categories),
        **_unknown("reported_by", said["reported_by"], known.reporters),
        **_unknown("severity", said["severity"], list(Severity)),
        **({"summary": "too_long"} if len(said["summary"]) > LONGEST else {}),
        **{name: "long_key" for name in ("external_id", "source") if len(said[name]) > LONGEST_KEY},
        **{name: "unstorable" for name in said if NUL in said[name]},
        **({"happened_at": "time"} if said["happened_at"] and happened_at is None else {}),
        **({"happened_at": "later"} if happened_at is not None and happened_at > known.now else {}),
        **({"happened_at": "earlier"} if happened_at is not None and happened_at < known.since else {}),
    }
    if wrong or happened_at is None:
        return Rejected(line, cells, wrong)
    return IntakeRow(
        external_id=said["external_id"],
        happened_at=happened_at,
        grid=said["grid"] or None,
        category=said["category"],
        severity=Severity(said["severity"] or Severity.ORDINARY),
        summary=said["summary"],
        source=said["source"] or "file",
        reported_by=said["reported_by"],
    )


class Telling(Protocol):
    """A row of a source: by what it is known, and what must be the same when it comes again."""

    @property
    def key(self) -> Key:
        """By which it is known when it comes again."""

    @property
    def content(self) -> Content:
        """What must be the same when it comes again."""


def clashing(rows: Sequence[Telling], told: Mapping[Key, Content]) -> list[bool]:
    """Of each row, whether its source said something else under the same id: before, as `told`, or further up."""
    first = dict(told)
    return [first.setdefault(row.key, row.content) != row.content for row in rows]


def _unknown(name: str, value: str, among: Collection[str]) -> dict[str, str]:
    return {name: "unknown"} if value and value not in among else {}


def _instant(written: str, zone: ZoneInfo) -> datetime | None:
    """An ISO time; without an offset it is the county's. None when it is no time."""
    try:
        read = datetime.fromisoformat(written)
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
