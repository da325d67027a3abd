"""Rows of the ledger, read little by little, say the same as each read by itself."""

import pytest
from sqlalchemy.orm import Session

from models.actions import night
from models.queries import ledger, units
from models.queries.rulebook import Rulebook
from tests.county import at, reported

NOW = at("2026-03-03 09:00")


@pytest.mark.parametrize("newest_first", [False, True])
def test_rows_of_several_chunks_name_who_is_reached_for_each(
    session: Session, book: Rulebook, monkeypatch: pytest.MonkeyPatch, *, newest_first: bool
) -> None:
    grids = ["east-1", None, "west-1", "east-1", None]
    numbers = [reported(session, book, f"2026-03-02 09:0{n}", grid=grid).number for n, grid in enumerate(grids)]
    for unit in units.communities(session, book.county.id):
        night.run(session, book, unit.id, at("2026-03-03 02:30"))
    alone = [ledger.entry(session, book, number, NOW) for number in numbers]
    assert [each.holder and each.holder.person for each in alone] == ["李青", "郑岩", "赵强", "李青", "郑岩"]
    monkeypatch.setattr(ledger, "CHUNK", 2)
    together = list(ledger.entries(session, book, NOW, newest_first=newest_first))
    assert together == (alone[::-1] if newest_first else alone)
