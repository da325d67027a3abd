"""An open stock: what another system has of an issue, whether it can be so, and the history it tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.rules.fields import LONGEST, LONGEST_KEY, NUL
from models.rules.intake import Content, Key, Known
from models.vocabulary import Action, Rating, Severity, Stage

TAKEN = (Stage.RAISED, Stage.ACTING, Stage.EVALUATING, Stage.CLOSED)
"""The stages at which an issue can come in."""
REQUIRED = ("external_id", "source", "category", "summary")
TEXTS = (*REQUIRED, "grid", "reported_by", "handler", "evidence", "closed_by")
KEYS = ("external_id", "source", "reported_by", "handler", "closed_by")
DATES = ("happened_at", "signed_at", "done_at", "rated_at", "closed_at")
"""In the order in which they must lie."""
SHOWN = {"evidence": "shown"}
NEEDED: Mapping[Stage, tuple[str, ...]] = {
    Stage.RAISED: (),
    Stage.ACTING: ("signed_at",),
    Stage.EVALUATING: ("signed_at", "done_at", "evidence"),
    Stage.CLOSED: ("closed_at",),
}
"""What a stage cannot be without."""


@dataclass(frozen=True)
class StockRow:
    """What a source says of an issue; times are aware, people are known by their staff numbers.

    ``handler`` signed for it and did the work. A closed one may come with its closing alone.
    """

    external_id: str
    source: str
    grid: str | None
    category: str
    severity: Severity
    summary: str
    happened_at: datetime
    reported_by: str | None
    stage: Stage
    signed_at: datetime | None = None
    done_at: datetime | None = None
    handler: str | None = None
    evidence: str | None = None
    rating: Rating | None = None
    rated_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None

    @property
    def key(self) -> Key:
        """By which it is known when it comes again."""
        return self.source, self.external_id

    @property
    def content(self) -> Content:
        """What must be the same when it comes again."""
        return self.happened_at, self.summary

    @property
    def sent_back(self) -> bool:
        """Whether the resident was not content with the work, and it began anew."""
        return self.rating is Rating.DISSATISFIED

    @property
    def verified(self) -> bool:
        """Whether it was struck off there as it is here: with evidence, an answer, by another one than its handler."""
        closed = self.closed_at and self.closed_by and self.handler and self.closed_by != self.handler
        return bool(closed and self.shown and self.rated_at and self.rating) and not self.sent_back

    @property
    def shown(self) -> str | None:
        """What shows that the work was done; blanks do not."""
        return self.evidence if self.evidence and self.evidence.strip() else None


@dataclass(frozen=True)
class Closing:
    """That a source has closed an issue, known by its number here or by its id, and when."""

    issue: int | str
    closed_at: datetime


@dataclass(frozen=True)
class Deed:
    """Something that was done where the issue came from; ``by`` is a staff number, None where nobody is named."""

    action: Action
    at: datetime
    by: str | None


def deeds(row: StockRow) -> tuple[Deed, ...]:
    """The history that a row tells, oldest first, up to its closing: whether that was verified is to be seen."""
    told = (
        (Action.REPORT, row.happened_at, row.reported_by),
        (Action.SIGN, row.signed_at, row.handler),
        (Action.DONE, row.done_at, row.handler),
        (Action.EVALUATE, row.rated_at, None),
    )
    return tuple(Deed(action, at, by) for action, at, by in told if at is not None)


def faults(row: StockRow, known: Known) -> dict[str, str]:
    """All that is wrong with a row, by field: the key of the sentence that says what was expected."""
    return {
        **dict(_texts(row)),
        **dict(_places(row, known)),
        **dict(_dates(row, known)),
        **dict(_stage(row)),
    }


def _texts(row: StockRow) -> Iterator[tuple[str, str]]:
    values = {name: getattr(row, name) or "" for name in TEXTS}
    yield from ((name, "missing") for name in REQUIRED if not values[name].strip())
    yield from ((name, "long_key") for name in KEYS if len(values[name]) > LONGEST_KEY)
    yield from ((name, "too_long") for name in ("summary", "evidence") if len(values[name]) > LONGEST)
    yield from ((name, "unstorable") for name, value in values.items() if NUL in value)


def _places(row: StockRow, known: Known) -> Iterator[tuple[str, str]]:
    if row.grid is None:
        if row.signed_at:  # nobody signs for what lies on no grid
            yield "grid", "missing"
    elif row.grid in known.ambiguous:
        yield "grid", "ambiguous"
    elif row.grid not in known.grids:
        yield "grid", "unknown"
    if row.category and known.categories.get(row.category) != row.category:  # a name is a mapping's to look up
        yield "category", "unknown"
    if not isinstance(row.severity, Severity):
        yield "severity", "unknown"


def _dates(row: StockRow, known: Known) -> Iterator[tuple[str, str]]:
    """In order, none before the calendar begins or after the moment of taking over."""
    last = known.since
    for name in DATES:
        at = getattr(row, name)
        if at is None:
            continue
        if at > known.now:
            yield name, "later"
        elif at < last:
            yield name, "earlier" if name == DATES[0] else "out_of_order"
        last = max(last, at)


def _stage(row: StockRow) -> Iterator[tuple[str, str]]:
    """The stage has the dates it needs and no others; each date, those before it."""
    if row.stage not in TAKEN:
        yield "stage", "not_taken"
        return
    needed = {*NEEDED[row.stage], *_implied(row)}
    told = (*DATES, "evidence", "rating")
    yield from ((name, "missing") for name in told if name in needed and not getattr(row, SHOWN.get(name, name)))
    if row.stage is not Stage.CLOSED and row.stage is not reached(row):
        yield "stage", "disagrees"


def _implied(row: StockRow) -> Iterator[str]:
    """What goes before or with what is said."""
    if row.done_at:
        yield "signed_at"
    if row.rated_at or row.rating:
        yield from ("done_at", "rating", "signed_at")
        yield from ("rated_at",) if row.done_at else ()


def reached(row: StockRow) -> Stage:
    """The stage at which the dates leave an issue."""
    if row.closed_at:
        return Stage.CLOSED
    if row.done_at and not (row.rated_at and row.sent_back):
        return Stage.EVALUATING
    return Stage.ACTING if row.signed_at else Stage.RAISED
