"""Sealing persons for the rows they stand in: the sealed columns, the marks they are found by, the last four."""

from typing import Any

from models.room import Room
from models.rules.households import PersonRow
from models.rules.privacy import SHOWN

SEALED = ("name_sealed", "phone_sealed", "id_sealed", "phone_mark", "id_mark", "phone_tail", "id_tail")
"""The columns of a resident that hold a person."""
EMPTY: dict[str, Any] = dict.fromkeys(SEALED)


def resident(room: Room, county_id: int, resident_id: int, who: PersonRow) -> dict[str, Any]:
    """The columns of a resident's row that hold who they are."""
    phone, number = who.phone, who.id_number
    return {
        "name_sealed": room.seal("residents.name", resident_id, who.name),
        "phone_sealed": room.seal("residents.phone", resident_id, phone) if phone else None,
        "id_sealed": room.seal("residents.id", resident_id, number) if number else None,
        "phone_mark": room.mark("phone", county_id, phone) if phone else None,
        "id_mark": room.mark("id", county_id, number) if number else None,
        "phone_tail": phone[-SHOWN:] if phone else None,
        "id_tail": number[-SHOWN:] if number else None,
    }


REPORTED = ("name_sealed", "phone_sealed", "phone_mark", "phone_tail")
"""The columns of who raised an issue that hold a person."""


def reporter(room: Room, county_id: int, issue_id: int, name: str | None, phone: str | None) -> dict[str, Any]:
    """The columns of an issue's reporter that hold who they are; the phone in plain form."""
    return {
        "name_sealed": room.seal("raised_by.name", issue_id, name) if name else None,
        "phone_sealed": room.seal("raised_by.phone", issue_id, phone) if phone else None,
        "phone_mark": room.mark("phone", county_id, phone) if phone else None,
        "phone_tail": phone[-SHOWN:] if phone else None,
    }
