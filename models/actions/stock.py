"""Issues that come with a history from elsewhere."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.actions import guards
from models.queries.named import statement
from models.queries.rulebook import Rulebook
from models.rules.stock import Closing


def close_as_recorded(session: Session, book: Rulebook, closings: Sequence[Closing], *, now: datetime) -> int:
    """Strike issues off because their source says so, without the steps between; what is owed about them ends.

    :return: how many were closed.
    """
    guards.check_clock(session, book.county.id, now)
    session.flush()
    rows = [{"id": each.issue, "at": each.closed_at.isoformat()} for each in closings]
    facts = {"county": book.county.id, "closings": json.dumps(rows), "now": now}
    closed: int = session.scalars(statement("close_as_recorded"), facts).one()
    return closed
