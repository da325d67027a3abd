"""A stock's own words: what another system wrote about the work names nobody here either."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from models.rules.stock import StockRow
from models.settings import settings
from tasks.sources import Line
from tasks.stocks import Moment, take_stock
from tests.models.test_reporters import everything
from tests.models.test_stock import DONE, LIVE, NOW
from tests.residents import KEY


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WANGGE_ROOM_KEY", KEY)
    settings.cache_clear()
    yield
    settings.cache_clear()


def line(row: StockRow, **more: str) -> Line:
    return Line(2, [], {**vars(row), **more}, {})


def test_what_was_done_elsewhere_names_nobody_here(session: Session, book: Rulebook) -> None:
    row = replace(DONE, summary="孙梅家停水", evidence="已电告孙梅 13700137003，身份证131126195203074125")
    _, rejected = take_stock(
        session, book, [line(row, reporter_name="孙梅", reporter_phone="13700137003")], Moment("C01", NOW, LIVE)
    )
    assert rejected == []
    told = everything(session)
    assert [each for each in ("孙梅", "13700137003", "131126195203074125") if each in told] == []
