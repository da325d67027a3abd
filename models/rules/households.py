"""Households and the persons in them: what is known of each, and what differs when it is told again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_NUMBER = re.compile(r"\d+")
_WIDEST = 6  # digits; no building or room has a longer number


OPTIONAL = frozenset({"compound", "flags", "moved_out_on", "name", "phone", "id_number"})
"""What a register need not tell: a file of names alone says nothing of anybody's phone."""


@dataclass(frozen=True)
class PersonRow:
    """Somebody of a household; numbers in the plain form of :mod:`models.rules.privacy`, or None."""

    name: str
    phone: str | None = None
    id_number: str | None = None

    def __repr__(self) -> str:
        """Nothing of the person: a repr ends in logs."""
        return "PersonRow(...)"


@dataclass(frozen=True)
class Reporter:
    """Who raised an issue, by what they gave of themselves; as they wrote it."""

    name: str | None = None
    phone: str | None = None

    def __repr__(self) -> str:
        """Nothing of the person."""
        return "Reporter(...)"

    @property
    def known(self) -> bool:
        """Whether they gave anything."""
        return bool((self.name or "").strip() or (self.phone or "").strip())


@dataclass(frozen=True)
class HouseholdRow:
    """A household as a register tells it.

    ``external_id`` is the register's own: by it the household is known when it comes again. ``grid`` and ``compound``
    are keys or names. ``moved_out_on`` is the first day on which nobody of it lives there any more. ``unsaid`` are what
    of `OPTIONAL` the register has no word of: it stays as it is.
    """

    external_id: str
    grid: str
    building: str
    unit: str
    room: str
    compound: str | None = None
    flags: tuple[str, ...] = ()
    persons: tuple[PersonRow, ...] = ()
    moved_out_on: date | None = None
    unsaid: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """By its id alone."""
        return f"HouseholdRow({self.external_id!r})"


@dataclass(frozen=True)
class Moves:
    """Of the persons known and those told, by their places: who stays (before, after), who has gone, who has come."""

    stay: tuple[tuple[int, int], ...]
    gone: tuple[int, ...]
    come: tuple[int, ...]


def moves(before: Sequence[PersonRow], after: Sequence[PersonRow]) -> Moves:
    """Who is who: the same row, else the same identity number, else the same name with no other identity number."""
    left, told, stay = dict(enumerate(before)), dict(enumerate(after)), []
    for same in (PersonRow.__eq__, _same_number, _same_name):
        for new, person in list(told.items()):
            old = next((place for place, known in left.items() if same(known, person)), None)
            if old is not None:
                stay.append((old, new))
                del left[old], told[new]
    return Moves(tuple(sorted(stay)), tuple(left), tuple(told))


def _same_number(known: PersonRow, told: PersonRow) -> bool:
    return known.id_number is not None and known.id_number == told.id_number


def _same_name(known: PersonRow, told: PersonRow) -> bool:
    return known.name == told.name and None in (known.id_number, told.id_number)


def in_order(building: str, unit: str, room: str) -> str:
    """What addresses are sorted by as one walks: building 3 before building 10, room 101 before room 1001."""
    return "/".join(_NUMBER.sub(lambda digits: digits[0].zfill(_WIDEST), part) for part in (building, unit, room))
