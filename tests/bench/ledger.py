"""A ledger of any size, filled by statements: nothing of it went through the product."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

ROUNDS = 20  # each climbs 5 % of the ledger by one step
FIRST = datetime(2026, 1, 5, 18, 30, tzinfo=UTC)  # 02:30 in China
FOLDER = Path(__file__).parent / "sql"


def written(name: str) -> str:
    """A statement of the bench's own."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def fill(session: Session, open_duties: int, *, scattered: bool) -> None:
    facts = {"open": open_duties, "scattered": scattered, "rounds": ROUNDS, "now": FIRST}
    session.execute(text(written("ledger")), facts)
    session.execute(text("SELECT setval('issues_id_seq', :last)"), {"last": open_duties})


def raise_anew(session: Session, turn: int) -> None:
    """Between two nights: 5 % of the issues wait for the next one to assign them, what it assigned before is signed."""
    session.execute(text(written("between")), {"every": ROUNDS, "first": turn})


def moment(turn: int) -> datetime:
    """When a round of the ledger is due."""
    if turn >= ROUNDS:
        raise ValueError(turn)
    return FIRST + timedelta(days=turn)
