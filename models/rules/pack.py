"""What a county pack says, as checked shapes: ``county.yaml`` and, under it, ``policy.yaml``."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Discriminator, Field, Tag

from models.rules.pack_policy import HOLDER, Policy
from models.rules.pack_values import Count, Day, Key, Name, Span, Weekday, Written, Year, YearDay, Zone
from models.vocabulary import Counting, Role

POLICY = "policy.yaml"


class County(Written):
    """The county's names, the IANA zone its time is counted in, and the language its people read."""

    key: Key
    name: Name
    zone: Zone
    locale: Name

    @property
    def tzinfo(self) -> ZoneInfo:
        """`zone`, for instants."""
        return ZoneInfo(self.zone)


class Tier(Written):
    """A level of the tree: the role that answers there, and the other posts each of its units has."""

    key: Key
    name: Name
    answers: Role
    posts: tuple[Role, ...] = ()


class GridSize(Written):
    """How many households a grid may have."""

    least: Count
    most: Count


def _source(written: object) -> str:
    return "list" if isinstance(written, list | tuple) else "name"


Holidays = Annotated[
    Annotated[Literal["cn", "none"], Tag("name")] | Annotated[tuple[Day, ...], Tag("list")], Discriminator(_source)
]


class Season(Written):
    """A part of every year in which the office has hours of its own; it may run over new year."""

    first: Annotated[YearDay, Field(alias="from")]
    last: Annotated[YearDay, Field(alias="to")]
    office: Annotated[tuple[Span, ...], Field(min_length=1)]


class CalendarRules(Written):
    """Office hours and working days, and from when a report outside them counts."""

    office: Annotated[tuple[Span, ...], Field(min_length=1)]
    seasons: tuple[Season, ...] = ()
    week: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    holidays: Holidays
    confirmed: tuple[Year, ...]
    provisional: dict[Year, tuple[Day, ...]] = Field(default_factory=dict)
    closures: tuple[Day, ...] = ()
    extra_workdays: tuple[Day, ...] = ()
    before_opening: Counting
    after_close: Counting
    day_off: Counting


class CompoundKind(StrEnum):
    """A housing estate, or an old courtyard of bungalows."""

    ESTATE = "estate"
    COURTYARD = "courtyard"


class Compound(Written):
    """A residential compound of a community."""

    key: Key
    name: Name
    kind: CompoundKind = CompoundKind.ESTATE
    households: Count


class Cover(Written):
    """What a grid covers of a compound: so many households, in such buildings."""

    compound: str
    households: Count
    buildings: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None


class Unit(Written):
    """A node of the tree of responsibility; how deep it lies says its tier."""

    key: Key
    name: Name
    compounds: tuple[Compound, ...] = ()
    covers: tuple[Cover, ...] = ()
    units: "tuple[Unit, ...]" = ()


class PlacedUnit(NamedTuple):
    """A unit with the key of the one above it (None at the top) and its depth, which is the index of its tier."""

    unit: Unit
    parent: str | None
    depth: int


class CountyPack(Written):
    """Everything a pack says, checked."""

    county: County
    tiers: Annotated[tuple[Tier, ...], Field(min_length=2)]
    households_per_grid: GridSize | None = None
    calendar: CalendarRules
    tree: Annotated[tuple[Unit, ...], Field(alias="units", min_length=1)]
    policy: Annotated[Policy, Field(alias=POLICY)]

    def units(self) -> Iterator[PlacedUnit]:
        """All units, each after the one above it, in the order of the file."""
        yield from _placed(self.tree, None, 0)

    def depth(self, addressee: str) -> int | None:
        """The depth a step's addressee means: a tier's, or None for the duty's own post."""
        return None if addressee == HOLDER else [tier.key for tier in self.tiers].index(addressee)


def _placed(units: tuple[Unit, ...], parent: str | None, depth: int) -> Iterator[PlacedUnit]:
    for unit in units:
        yield PlacedUnit(unit, parent, depth)
        yield from _placed(unit.units, unit.key, depth + 1)
