"""Whether what ``county.yaml`` says makes sense: tiers, the tree of units, compounds and households.

The checks read the text as written, not the finished models, so that they can all speak even when some part of the file
has not the right shape; what they can't read they pass over, for the shape's own fault says so.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from deployments.county_pack.calendar_checks import calendar_findings
from notifications.locale import LOCALES
from tasks.written import Finding, Place, repeated


class Spot(NamedTuple):
    """A unit as written, and how deep it lies."""

    unit: Place
    depth: int


def county_findings(county: Place) -> Iterator[Finding]:
    """What makes no sense in the county's file."""
    tiers, size = county.get("tiers").items(), county.get("households_per_grid")
    spots = list(_spots(county.get("units"), 0))
    yield from _locale_findings(county.get("county"))
    yield from _tier_findings(tiers)
    yield from _tree_findings(county.get("units"), spots)
    if len(tiers) > 1:
        yield from _night_findings(spots, len(tiers) - 2)
        for spot in spots:
            yield from _depth_findings(spot, tiers)
    yield from _size_findings(size)
    yield from _household_findings(spots, len(tiers) - 2, size)
    yield from calendar_findings(county.get("calendar"))


def _spots(units: Place, depth: int) -> Iterator[Spot]:
    for unit in units.items():
        if unit.entries():
            yield Spot(unit, depth)
            yield from _spots(unit.get("units"), depth + 1)


def _locale_findings(county: Place) -> Iterator[Finding]:
    if county.text("locale") not in (None, *LOCALES):
        yield county.get("locale").found("locale")


def _tier_findings(tiers: list[Place]) -> Iterator[Finding]:
    yield from repeated(tier.get("key") for tier in tiers)
    yield from repeated(tier.get("name") for tier in tiers)
    for tier in tiers:
        yield from repeated((tier.get("answers"), *tier.get("posts").items()))


def _tree_findings(roots: Place, spots: list[Spot]) -> Iterator[Finding]:
    """One root; no key twice; no name twice below the same unit."""
    for root in roots.items()[1:]:
        yield root.found("second_root", name=root.text("name"))
    yield from repeated(spot.unit.get("key") for spot in spots)
    yield from repeated(compound.get("key") for spot in spots for compound in spot.unit.get("compounds").items())
    for siblings in (roots, *(spot.unit.get("units") for spot in spots)):
        yield from repeated(unit.get("name") for unit in siblings.items())


def _night_findings(spots: list[Spot], community_depth: int) -> Iterator[Finding]:
    """Whether units that have a night of their own share a name: their issues' numbers begin with it."""
    yield from repeated(spot.unit.get("name") for spot in spots if spot.depth in (0, community_depth))


def _depth_findings(spot: Spot, tiers: list[Place]) -> Iterator[Finding]:
    """Whether a unit stands where its tier stands: grids at the bottom, and nothing below them."""
    unit, grid = spot.unit, len(tiers) - 1
    below = unit.get("units")
    if spot.depth == grid and below.items():
        yield below.found("too_deep", name=unit.text("name"), tier=tiers[grid].text("name"))
    if spot.depth < grid and not below.items():
        yield below.found("too_shallow", name=unit.text("name"), tier=tiers[spot.depth + 1].text("name"))
    for field, depth in (("compounds", grid - 1), ("covers", grid)):
        if unit.get(field).items() and spot.depth != depth:
            yield unit.get(field).found("wrong_tier", name=unit.text("name"), tier=tiers[depth].text("name"))


def _size_findings(size: Place) -> Iterator[Finding]:
    least, most = size.number("least"), size.number("most")
    if least is not None and most is not None and least > most:
        yield size.get("most").found("size_backwards", least=least)


def _household_findings(spots: list[Spot], community_depth: int, size: Place) -> Iterator[Finding]:
    """Grids of the right size, made of compounds of their own community, whose parts add up."""
    homes = {each.text("key"): spot.unit for spot in spots for each in spot.unit.get("compounds").items()}
    for community in (spot.unit for spot in spots if spot.depth == community_depth):
        for grid in community.get("units").items():
            yield from _grid_findings(grid, community, size)
            yield from _cover_findings(grid, community, homes)
        yield from _part_findings(community)


def _grid_findings(grid: Place, community: Place, size: Place) -> Iterator[Finding]:
    """Whether a grid covers something, where the pack says anything of what there is to cover; and not too much."""
    covers = grid.get("covers")
    parts = [cover.number("households") for cover in covers.items()]
    if not parts and (size.entries() or community.get("compounds").items()):
        yield covers.found("empty_grid", name=grid.text("name"))
    least, most, total = size.number("least"), size.number("most"), sum(part or 0 for part in parts)
    if parts and None not in (least, most, *parts) and not (least or 0) <= total <= (most or 0):
        yield covers.found("grid_size", name=grid.text("name"), households=total, least=least, most=most)


def _cover_findings(grid: Place, community: Place, homes: dict[str | None, Place]) -> Iterator[Finding]:
    compounds = [cover.get("compound") for cover in grid.get("covers").items()]
    yield from repeated(compounds)
    for compound in compounds:
        home = homes.get(compound.value) if isinstance(compound.value, str) else community
        if home is None:
            yield compound.found("unknown_compound")
        elif home is not community:
            yield compound.found("foreign_compound", home=home.text("name"), community=community.text("name"))


def _part_findings(community: Place) -> Iterator[Finding]:
    """Whether what grids cover of each compound adds up to its households."""
    parts: Counter[str | None] = Counter()
    unsure: set[str | None] = set()
    for cover in (each for grid in community.get("units").items() for each in grid.get("covers").items()):
        key, households = cover.text("compound"), cover.number("households")
        parts[key] += households or 0
        unsure |= {key} if households is None else set()
    for compound in community.get("compounds").items():
        key, households = compound.text("key"), compound.number("households")
        if households is not None and key not in unsure and parts[key] != households:
            yield compound.get("households").found("parts_differ", name=compound.text("name"), parts=parts[key])
