"""Whether a row of reports fits what a county knows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from models.rules.fields import Subject, shortcomings
from models.rules.households import Reporter
from models.rules.privacy import may_have_been, phone_fault, plain_phone
from models.vocabulary import Severity

Key = tuple[str, str]
"""A source and the id it gave: what keeps a row from coming twice."""
Content = tuple[datetime, str]
"""When a source says it happened, and what."""


@dataclass(frozen=True)
class Known:
    """What a county knows: a row may name only these, categories by key or name.

    ``since`` is where its calendar begins: no clock can count from before. ``ambiguous`` is what several units,
    a grid among them, are called.
    """

    grids: Collection[str]
    categories: Mapping[str, str]
    reporters: Collection[str]
    since: datetime
    now: datetime
    ambiguous: Collection[str] = ()


NOBODY = Reporter()


@dataclass(frozen=True)
class IntakeRow:
    """A row that can be taken; `happened_at` in UTC, `reporter` whatever the resident gave of themselves."""

    external_id: str
    happened_at: datetime
    grid: str | None
    category: str
    severity: Severity
    summary: str
    source: str
    reported_by: str
    reporter: Reporter = NOBODY

    @property
    def key(self) -> Key:
        """By which it is known when it comes again."""
        return self.source, self.external_id

    @property
    def content(self) -> Content:
        """What must be the same when it comes again."""
        return self.happened_at, self.summary


def read_row(said: Mapping[str, Any], unread: Mapping[str, str], known: Known) -> IntakeRow | dict[str, str]:
    """A row, or all that is wrong with it at once: by field the key of the sentence that says what was expected.

    :param said: what it says by field, instants in UTC, None for nothing.
    :param unread: what is wrong with the fields that could not be read.
    """
    wrong = shortcomings(Subject.REPORTS, said, unread) | misfits(said, known)
    if said.get("reported_by") is not None and said["reported_by"] not in known.reporters:
        wrong["reported_by"] = "unknown"
    if wrong or unread:
        return {**wrong, **unread}
    return IntakeRow(
        external_id=said["external_id"],
        happened_at=said["happened_at"],
        grid=said.get("grid"),
        category=known.categories[said["category"]],
        severity=Severity(said.get("severity") or Severity.ORDINARY),
        summary=said["summary"],
        source=said.get("source") or "file",
        reported_by=said["reported_by"],
        reporter=reporter(said),
    )


def reporter(said: Mapping[str, Any]) -> Reporter:
    """The resident who raised it, as they gave themselves."""
    name, phone = said.get("reporter_name"), said.get("reporter_phone")
    return Reporter(name, phone) if name or phone else NOBODY


def misfits(said: Mapping[str, Any], known: Known) -> dict[str, str]:
    """What a row says that the county does not know."""
    wrong = {}
    grid, category, happened_at = said.get("grid"), said.get("category"), said.get("happened_at")
    if grid is not None and grid not in known.grids:
        wrong["grid"] = "ambiguous" if grid in known.ambiguous else "unknown"
    if category is not None and category not in known.categories:
        wrong["category"] = "unknown"
    if happened_at is not None and not known.since <= happened_at <= known.now:
        wrong["happened_at"] = "later" if happened_at > known.now else "earlier"
    if (phone := said.get("reporter_phone")) and (fault := phone_fault(plain_phone(phone))):
        wrong["reporter_phone"] = fault
    return wrong


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
    return [not _the_same(first.setdefault(row.key, row.content), row.content) for row in rows]


def _the_same(told: Content, said: Content) -> bool:
    return told[0] == said[0] and may_have_been(told[1], said[1])
