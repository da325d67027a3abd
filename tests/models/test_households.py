from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.actions.households import Registered, register_households
from models.errors import InvalidInput, NotConfigured, NotFound
from models.queries import residents
from models.queries.residents import Wanted
from models.queries.rulebook import Rulebook
from models.room import Room
from models.rules.households import HouseholdRow, PersonRow
from models.tables.residents import Household, Resident, RoomEvent
from models.vocabulary import RoomAction
from tests.county import at
from tests.residents import FIRST, LI, LI_SON, ROOM, SECOND, ZHAO

NOW, LATER = at("2026-03-02 09:00"), at("2026-04-01 09:00")


def register(session: Session, book: Rulebook, *rows: HouseholdRow, when: str = "2026-03-02 09:00") -> Registered:
    return register_households(session, book.county, rows, now=at(when), keys=ROOM)


def events(session: Session) -> list[tuple[RoomAction, list[str]]]:
    rows = session.execute(select(RoomEvent.action, RoomEvent.columns).order_by(RoomEvent.id))
    return [(row.action, row.columns) for row in rows]


def living(session: Session, external_id: str) -> list[PersonRow]:
    own = select(Resident).join(Household).where(Household.external_id == external_id, Resident.left_at.is_(None))
    return [residents.person_of(ROOM, each) for each in session.scalars(own.order_by(Resident.id))]


def test_a_register_comes_in_sealed_and_is_found_by_whole_numbers(session: Session, book: Rulebook) -> None:
    assert register(session, book, FIRST, SECOND) == Registered(new=2, came=3)
    (found,) = residents.by_phone(session, ROOM, book.county.id, "13800138001")
    assert residents.person_of(ROOM, found) == LI
    assert (found.phone_tail, found.id_tail) == ("8001", "4125")
    (child,) = residents.by_id_number(session, ROOM, book.county.id, "131126201506010020")
    assert (residents.person_of(ROOM, child), child.phone_sealed, child.phone_tail) == (ZHAO, None, None)
    assert residents.by_phone(session, ROOM, book.county.id, "13800138009") == []
    assert residents.by_phone(session, ROOM, book.county.id + 1, "13800138001") == []


def test_nothing_of_a_person_stands_in_clear(session: Session, book: Rulebook) -> None:
    register(session, book, FIRST, SECOND)
    rows = session.scalars(text("SELECT to_jsonb(r)::text || encode(name_sealed, 'escape') FROM residents r")).all()
    for told in ("桂兰", "13800138001", "131126195203074125"):
        assert not any(told in row or told.encode().hex() in row for row in rows)


def test_told_the_same_again_nothing_changes(session: Session, book: Rulebook) -> None:
    register(session, book, FIRST, SECOND)
    before = session.execute(text("SELECT * FROM residents ORDER BY id")).all()
    assert register(session, book, SECOND, FIRST, when="2026-04-01 09:00") == Registered(same=2)
    assert session.execute(text("SELECT * FROM residents ORDER BY id")).all() == before
    assert events(session) == []


def test_a_changed_row_changes_and_the_history_says_when_and_what_but_no_value(
    session: Session, book: Rulebook
) -> None:
    register(session, book, FIRST, SECOND)
    moved = replace(
        FIRST, room="102", flags=(), persons=(replace(LI, phone="13700137003"), PersonRow("孙", "13600136004"))
    )
    assert register(session, book, moved, when="2026-04-01 09:00") == Registered(changed=1, came=1, left=1)
    assert living(session, "H-1") == [replace(LI, phone="13700137003"), PersonRow("孙", "13600136004")]
    assert events(session) == [
        (RoomAction.CHANGE, ["room", "flags"]),
        (RoomAction.CHANGE, ["phone"]),
        (RoomAction.LEAVE, ["persons"]),
        (RoomAction.COME, ["persons"]),
    ]
    assert set(session.scalars(select(RoomEvent.recorded_at))) == {LATER}
    session.expire_all()
    household = residents.household(session, book.county.id, "H-1")
    assert (household.room, household.recorded_at, household.changed_at) == ("102", NOW, LATER)
    (gone,) = residents.by_phone(session, ROOM, book.county.id, "13900139002")
    assert (residents.person_of(ROOM, gone), gone.left_at) == (LI_SON, LATER)


def test_what_a_register_has_no_word_of_stays_as_it_is(session: Session, book: Rulebook) -> None:
    register(session, book, FIRST)
    names = tuple(PersonRow(each.name) for each in FIRST.persons)
    silent = replace(FIRST, flags=(), persons=names, unsaid=frozenset({"flags", "phone", "id_number"}))
    assert register(session, book, silent, when="2026-04-01 09:00") == Registered(same=1)
    doors_alone = replace(FIRST, room="102", persons=(), unsaid=frozenset({"name", "phone", "id_number"}))
    assert register(session, book, doors_alone, when="2026-04-01 09:00") == Registered(changed=1)
    assert living(session, "H-1") == [LI, LI_SON]
    assert events(session) == [(RoomAction.CHANGE, ["room"])]


def test_a_household_that_moves_out_is_told_by_its_day(session: Session, book: Rulebook) -> None:
    register(session, book, FIRST)
    register(session, book, replace(FIRST, moved_out_on=date(2026, 3, 20)), when="2026-04-01 09:00")
    assert events(session) == [(RoomAction.CHANGE, ["moved_out_on"])]


def test_households_are_listed_as_one_walks_and_by_what_makes_them_key_ones(session: Session, book: Rulebook) -> None:
    ninth = replace(FIRST, external_id="H-9", building="10号楼", unit="1单元", room="9", persons=())
    west = replace(FIRST, external_id="H-3", grid="west-1", flags=("disabled",))
    register(session, book, SECOND, FIRST, west, ninth)
    listed = residents.doors(session, book, Wanted())
    assert [(each.external_id, each.persons) for each in listed] == [("H-1", 2), ("H-9", 0), ("H-2", 1), ("H-3", 2)]
    assert [each.external_id for each in residents.doors(session, book, Wanted(flag="disabled"))] == ["H-3"]
    unit_id = session.scalar(text("SELECT id FROM units WHERE key = 'east'"))
    assert len(residents.doors(session, book, Wanted(unit_id=unit_id))) == 3


def test_a_register_is_taken_as_a_whole_or_not_at_all(session: Session, book: Rulebook) -> None:
    with pytest.raises(InvalidInput) as twice:
        register(session, book, FIRST, FIRST)
    assert twice.value.facts == {"why": "household_twice", "households": ("H-1",)}
    with pytest.raises(NotFound):
        register(session, book, FIRST, replace(SECOND, grid="月亮第1网格"))
    with pytest.raises(NotFound):
        register(session, book, replace(FIRST, compound="月亮小区"))
    assert session.scalar(select(func.count()).select_from(Household)) == 0


def test_what_was_sealed_with_another_key_does_not_open(session: Session, book: Rulebook) -> None:
    register(session, book, FIRST)
    with pytest.raises(NotConfigured) as other:
        register_households(session, book.county, [FIRST], now=LATER, keys=Room([b"o" * 32]))
    assert other.value.facts["why"] == "room_key_other"


def test_what_was_sealed_for_one_place_does_not_open_in_another(session: Session, book: Rulebook) -> None:
    register(session, book, FIRST)
    first, second = session.scalars(select(Resident).order_by(Resident.id))
    first.name_sealed = second.name_sealed
    with pytest.raises(NotConfigured):
        residents.person_of(ROOM, first)


def test_what_was_cut_short_is_told_as_tampered_with() -> None:
    whole = ROOM.seal("residents.name", 1, "x")
    for length in range(4, len(whole)):
        with pytest.raises(NotConfigured) as cut:
            ROOM.unseal("residents.name", 1, whole[:length])
        assert cut.value.facts["why"] == "room_tampered"


@pytest.mark.parametrize("rewriting", ["UPDATE room_events SET reason = ''", "DELETE FROM room_events"])
def test_the_rooms_log_is_append_only(session: Session, book: Rulebook, rewriting: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(rewriting))


def test_neither_rows_nor_keys_tell_anything_by_their_repr() -> None:
    assert "李" not in f"{FIRST!r} {LI!r}"
    assert "kkkk" not in repr(ROOM)
