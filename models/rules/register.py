"""A register of households row by row: a row a person, the household's own columns told with each."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from models.rules.fields import Subject, shortcomings
from models.rules.households import OPTIONAL, HouseholdRow, PersonRow
from models.rules.privacy import id_fault, phone_fault, plain_id, plain_name, plain_phone


def household_row(
    said: Mapping[str, Any], unread: Mapping[str, str], *, chinese: bool = True
) -> HouseholdRow | dict[str, str]:
    """A household with the one person the row names, or nobody; or all that is wrong with the row, by field.

    :param said: what it says by field, None for nothing; a field it has no column for is missing.
    :param unread: what is wrong with the fields that could not be read.
    :param chinese: whether identity numbers are China's.
    """
    person = _person(said, chinese=chinese)
    wrong = {**shortcomings(Subject.HOUSEHOLDS, said, unread), **_person_faults(person, chinese=chinese), **unread}
    if id_fault((said.get("external_id") or "").upper()) is None:  # of the 15 digits of old, many are anybody's count
        wrong["external_id"] = "id_as_key"
    if wrong:
        return wrong
    return HouseholdRow(
        external_id=said["external_id"],
        grid=said["grid"],
        building=said["building"],
        unit=said["staircase"],
        room=said["room"],
        compound=said.get("compound"),
        flags=said.get("flags") or (),
        persons=(person,) if person.name else (),
        moved_out_on=said.get("moved_out_on"),
        unsaid=OPTIONAL - said.keys(),
    )


def _person(said: Mapping[str, Any], *, chinese: bool) -> PersonRow:
    name, phone, number = (said.get(field) for field in ("name", "phone", "id_number"))
    return PersonRow(
        plain_name(name or ""),
        phone if phone is None else plain_phone(phone),
        number if number is None else plain_id(number, chinese=chinese),
    )


def _person_faults(person: PersonRow, *, chinese: bool) -> dict[str, str]:
    wrong = {}
    if not person.name and (person.phone or person.id_number):
        wrong["name"] = "nameless"
    if person.phone and (fault := phone_fault(person.phone)):
        wrong["phone"] = fault
    if person.id_number and (fault := id_fault(person.id_number, chinese=chinese)):
        wrong["id_number"] = fault
    return wrong


def joined(household: HouseholdRow, row: HouseholdRow) -> HouseholdRow | None:
    """A household with one more row of it; None when the row says something else of where or what it is.

    Somebody told twice in the same words is one person.
    """
    if replace(row, persons=()) != replace(household, persons=()):
        return None
    return replace(household, persons=tuple(dict.fromkeys((*household.persons, *row.persons))))
