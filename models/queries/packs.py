"""What is loaded of county packs, to be compared with one."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.queries import calendars
from models.rules.pack_changes import Fields, Side, compound, county_things, policy_things, unit
from models.rules.pack_policy import Policy
from models.tables.places import Compound, County, GridPart, Unit
from models.tables.policies import PolicyVersion


def loaded(session: Session, county_key: str) -> Side | None:
    """A county as its packs left it, with the policy in force; None when there is no such county."""
    county = session.scalar(select(County).where(County.key == county_key))
    if county is None:
        return None
    announced = calendars.imported(county.calendar)
    rules = {name: value for name, value in county.calendar.items() if name != calendars.IMPORTED}
    named = {"key": county.key, "name": county.name, "zone": county.zone, "locale": county.locale}
    things = {
        **county_things(named, county.tiers, rules),
        **_units(session, county.id),
        **_compounds(session, county.id),
        **policy_things(policy_in_force(session, county.id)),
    }
    return Side(things, calendars.days(session, county.id), announced)


def policy_in_force(session: Session, county_id: int) -> Policy:
    """The newest policy version, read as the pack would be today."""
    own = select(PolicyVersion.content).where(PolicyVersion.county_id == county_id)
    return Policy.model_validate(session.scalars(own.order_by(PolicyVersion.id.desc()).limit(1)).one())


def _units(session: Session, county_id: int) -> Mapping[str, Fields]:
    above = aliased(Unit)
    rows = session.execute(
        select(Unit.key, Unit.name, above.key.label("under"))
        .outerjoin(above, above.id == Unit.parent_id)
        .where(Unit.county_id == county_id)
        .order_by(Unit.id)
    )
    covers = _covers(session, county_id)
    return {f"units.{row.key}": unit(row.name, row.under, covers[row.key]) for row in rows}


def _covers(session: Session, county_id: int) -> Mapping[str, list[tuple[str, int, str | None]]]:
    rows = session.execute(
        select(Unit.key, Compound.key, GridPart.households, GridPart.buildings)
        .join(GridPart, GridPart.grid_id == Unit.id)
        .join(Compound, Compound.id == GridPart.compound_id)
        .where(Unit.county_id == county_id)
    )
    covers: dict[str, list[tuple[str, int, str | None]]] = defaultdict(list)
    for grid, *part in rows:
        covers[grid].append((part[0], part[1], part[2]))
    return covers


def _compounds(session: Session, county_id: int) -> Mapping[str, Fields]:
    rows = session.execute(
        select(Compound.key, Compound.name, Compound.kind, Compound.households, Unit.key)
        .join(Unit, Unit.id == Compound.community_id)
        .where(Unit.county_id == county_id)
        .order_by(Compound.id)
    )
    return {f"compounds.{row[4]}.{row[0]}": compound(row[1], row[2], row[3]) for row in rows}
