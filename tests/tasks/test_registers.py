"""Registers of households from files that tell only a part."""

from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy.orm import Session

from models.actions.households import Registered
from models.queries import residents
from models.queries.rulebook import Rulebook
from models.settings import settings
from tasks.registers import take_households
from tasks.sources import Line
from tests.county import at
from tests.residents import KEY, LI, ROOM

DOOR: dict[str, object] = {"external_id": "H-1", "grid": "east-1", "building": "3", "staircase": "2", "room": "101"}
WHO: dict[str, object] = {"name": LI.name, "phone": LI.phone, "id_number": LI.id_number, "flags": ("elderly_alone",)}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WANGGE_ROOM_KEY", KEY)
    settings.cache_clear()
    yield
    settings.cache_clear()


def taken(session: Session, book: Rulebook, said: Mapping[str, object], when: str) -> Registered:
    return take_households(session, book, [Line(2, [], dict(said), {})], at(when))[0]


def test_a_file_without_a_column_for_names_sends_nobody_away(session: Session, book: Rulebook) -> None:
    taken(session, book, {**DOOR, **WHO}, "2026-03-02 09:00")
    assert taken(session, book, DOOR, "2026-03-03 09:00") == Registered(same=1)
    assert taken(session, book, DOOR | {"name": LI.name}, "2026-03-03 09:00") == Registered(same=1)
    (found,) = residents.by_phone(session, ROOM, book.county.id, str(LI.phone))
    assert (residents.person_of(ROOM, found), found.left_at) == (LI, None)
    assert taken(session, book, DOOR | {"name": None}, "2026-03-04 09:00") == Registered(changed=1, left=1)


def test_somebody_told_twice_in_the_same_words_is_one_person(session: Session, book: Rulebook) -> None:
    lines = [Line(number, [], DOOR | WHO, {}) for number in (2, 3)]
    done, rows, before, rejected = take_households(session, book, lines, at("2026-03-02 09:00"))
    assert (done, rows, before, rejected) == (Registered(new=1, came=1), 2, 0, [])


def test_a_register_that_knows_households_by_somebodys_identity_number_is_rejected(
    session: Session, book: Rulebook
) -> None:
    line = Line(2, [], DOOR | {"external_id": "13112619780512001x"}, {})
    _, _, _, (rejected,) = take_households(session, book, [line], at("2026-03-02 09:00"))
    assert rejected.faults == {"external_id": "id_as_key"}
