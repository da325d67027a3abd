"""People of the small county who are away, for tests of who answers meanwhile."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.actions import absences
from models.actions.absences import Leave
from models.queries.rulebook import Rulebook
from models.tables.people import Absence
from tests.county import START


def away(
    session: Session,
    book: Rulebook,
    code: str,
    days: tuple[date, date],
    deputy: str | None = None,
    *,
    by: str | None = None,
    now: datetime = START,
) -> Absence:
    """Somebody is away from a day up to another."""
    return absences.enter(session, book, Leave(code, *days, "探亲", deputy), by=by or code, now=now)
