"""Open issues that say the same, word for word: candidates for merging."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from models.rules.lifecycle import UNDER_WAY
from models.rules.matching import same_text
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import Stage


@dataclass(frozen=True)
class Alike:
    """One of several issues that say the same; `unit` is its grid, or the topmost unit while it lies on none."""

    number: str
    unit: str
    stage: Stage
    happened_at: datetime
    summary: str


def candidates(session: Session, book: Rulebook, unit_id: int | None = None) -> Sequence[tuple[Alike, ...]]:
    """Groups of issues under way with exactly the same text, white space apart; the group raised first comes first.

    :param unit_id: only those of a unit and all below it.
    """
    open_issues = (
        select(Issue.number, Unit.name, Issue.stage, Issue.happened_at, Issue.summary)
        .join(Unit, Unit.id == Issue.unit_id)
        .where(Issue.county_id == book.county.id, Issue.stage.in_(UNDER_WAY))
        .order_by(Issue.happened_at, Issue.id)
    )
    if unit_id is not None:
        open_issues = open_issues.where(Unit.path.contains([unit_id]))
    rows = (Alike(*row) for row in session.execute(open_issues))
    return list(same_text((row, row.summary) for row in rows))
