"""The lived ledger is as the product would have left it, and each of its nights has something to do."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.actions import night
from models.actions.night import NightCounts
from models.queries import units
from models.queries.rulebook import Rulebook
from tests.bench import lived
from tests.models.mutations import audited

OPEN = 400


def test_the_auditor_finds_nothing_before_or_after_its_nights(session: Session, book: Rulebook) -> None:
    kept = ("issues", "duties")  # their revisions are filled in, too
    for table in kept:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    lived.fill_lived(session, open_duties=OPEN)
    for table in kept:
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    assert audited(session, book, lived.night(session, 0)) == []
    counts = []
    for turn in range(lived.NIGHTS):
        (lived.day_before(session, turn) if turn % 2 else lived.evening(session, turn, OPEN))
        counts.append(a_night(session, book, turn))
        assert audited(session, book, lived.night(session, turn)) == []
    assert [(each.assigned, each.climbed) for each in counts] == [(20, 20), (0, 20), (20, 16), (0, 32)]


def a_night(session: Session, book: Rulebook, turn: int) -> NightCounts:
    now = lived.night(session, turn)
    ran = [night.run(session, book, each.id, now) for each in units.communities(session, book.county.id)]
    return NightCounts(assigned=sum(each.assigned for each in ran), climbed=sum(each.climbed for each in ran))
