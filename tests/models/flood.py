"""The flood of the tests: who suspends what, and what becomes of clocks."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import suspending
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.people import Suspension
from models.vocabulary import DutyKind
from tests.county import at
from tests.models.cases import Case
from tests.models.ledger import steps

FLOOD, OVER = "2026-03-03 10:00", "2026-03-06 12:00"
AFTERWARDS = "2026-03-10 11:00"


def suspend(
    session: Session, book: Rulebook, unit: str = "east", *, until: str = OVER, by: str = "P01", now: str = FLOOD
) -> Suspension:
    return suspending.suspend(session, book, unit, cause="洪水", until=at(until), by=by, now=at(now))


def fired(case: Case, kind: DutyKind = DutyKind.ACT) -> list[tuple[int | None, object]]:
    """The steps of the work that fired, each with when it was scheduled."""
    return [(step, happened_at) for step, happened_at, _ in steps(case.session, case.issue, kind)]


def duty(case: Case, kind: DutyKind) -> Duty:
    """The last duty of a kind about an issue."""
    wanted = select(Duty).where(Duty.issue_id == case.issue.id, Duty.kind == kind).order_by(Duty.id.desc()).limit(1)
    return case.session.scalars(wanted.execution_options(populate_existing=True)).one()
