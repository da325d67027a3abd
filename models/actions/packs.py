"""Loading a county pack: places, posts, calendar, and the policy as a new immutable version."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions import calendars, guards
from models.errors import InvalidInput
from models.queries.calendars import IMPORTED, imported
from models.queries.rulebook import calendar
from models.rules import pack as written
from models.rules.announcing import Day, overlaid
from models.rules.pack_policy import Policy
from models.rules.recounting import Correction
from models.rules.worktime import WorkCalendar
from models.tables import policies as t
from models.tables.places import Compound, County, GridPart, Post, Unit


def load(
    session: Session, pack: written.CountyPack, days: Iterable[tuple[date, bool, bool]], *, now: datetime
) -> County:
    """Bring a county to what its pack says; loaded again, nothing changes. A changed policy needs a new version name.

    Where the calendar changed, what is owed is counted anew.

    :param days: every day the calendar is to know: (day, worked, confirmed).
    :raises InvalidInput: when the policy differs from the loaded one of the same version or is older than the one in
        force, when a unit moved, or when one of its own night is called like another the county has.
    :raises CountyBusy: others go by the county's rules for long.
    """
    guards.hold_rules(session, pack.county.key)
    before = _calendar_before(session, pack.county.key)
    county = _county(session, pack)
    _calendar(session, county, days)
    _places(session, county, pack)
    _refuse_namesakes(session, county.id)
    _policy(session, county.id, pack, now)
    session.flush()
    if before:
        calendars.recount(session, county, Correction(before, calendar(session, county)), now=now)
    return county


def left_out(session: Session, pack: written.CountyPack) -> list[str]:
    """The names of the units a county has of earlier packs, which this one no longer lists: they stay as they are."""
    listed = [placed.unit.key for placed in pack.units()]
    own = select(Unit.name).join(County, County.id == Unit.county_id).where(County.key == pack.county.key)
    return list(session.scalars(own.where(Unit.key.not_in(listed)).order_by(Unit.id)))


def _county(session: Session, pack: written.CountyPack) -> County:
    county = session.scalar(select(County).where(County.key == pack.county.key)) or County(key=pack.county.key)
    county.name, county.zone, county.locale = pack.county.name, pack.county.zone, pack.county.locale
    county.tiers = [tier.model_dump(mode="json") for tier in pack.tiers]
    kept = {name: each for name, each in (county.calendar or {}).items() if name == IMPORTED}
    county.calendar = {**pack.calendar.model_dump(mode="json"), **kept}
    county.quiet_hours = str(pack.policy.quiet_hours)
    session.add(county)
    session.flush()
    return county


def _calendar_before(session: Session, county_key: str) -> WorkCalendar | None:
    """The calendar of a county that was loaded before."""
    county = session.scalar(select(County).where(County.key == county_key))
    return calendar(session, county) if county else None


def _calendar(session: Session, county: County, days: Iterable[tuple[date, bool, bool]]) -> None:
    known = overlaid(days, imported(county.calendar))
    calendars.write_days(session, county.id, {day: Day(worked, confirmed) for day, worked, confirmed in known})


def _places(session: Session, county: County, pack: written.CountyPack) -> None:
    units = {unit.key: unit for unit in session.scalars(select(Unit).where(Unit.county_id == county.id))}
    posts = {
        (post.unit_id, post.role): post
        for post in session.scalars(select(Post).join(Unit, Unit.id == Post.unit_id).where(Unit.county_id == county.id))
    }
    for placed in pack.units():
        parent = units[placed.parent] if placed.parent is not None else None
        unit = units.get(placed.unit.key) or _new_unit(session, county, placed, parent)
        if unit.parent_id != (parent.id if parent else None):  # its open duties would climb the old tree
            raise InvalidInput(why="unit_moved", unit=placed.unit.name)
        unit.name = placed.unit.name
        units[unit.key] = unit
        tier = pack.tiers[placed.depth]
        for role in (tier.answers, *tier.posts):
            if (unit.id, role) not in posts:
                posts[unit.id, role] = Post(unit_id=unit.id, role=role, seat=1)
                session.add(posts[unit.id, role])
        session.flush()
        unit.answering = [*(parent.answering if parent else ()), posts[unit.id, tier.answers].id]
        _compounds(session, unit, placed.unit)
    _grid_parts(session, units, pack)


def _new_unit(session: Session, county: County, placed: written.PlacedUnit, parent: Unit | None) -> Unit:
    """A unit under its parent. Its night is its community's; its own for a community and for the topmost unit."""
    unit = Unit(county_id=county.id, key=placed.unit.key, name=placed.unit.name, depth=placed.depth)
    unit.id = session.scalars(select(func.nextval("units_id_seq"))).one()
    unit.parent_id = parent.id if parent else None
    unit.path, unit.answering = [*(parent.path if parent else ()), unit.id], []
    community_depth = len(county.tiers) - 2
    unit.community_id = unit.path[community_depth if placed.depth >= community_depth else 0]
    session.add(unit)
    session.flush()
    return unit


def _refuse_namesakes(session: Session, county_id: int) -> None:
    """The pack's own units differ in name; one of an earlier pack may be called like one of them."""
    nights = select(Unit.name).where(Unit.county_id == county_id, Unit.community_id == Unit.id)
    twice = session.scalar(nights.group_by(Unit.name).having(func.count() > 1).limit(1))
    if twice is not None:  # numbers of issues begin with the name
        raise InvalidInput(why="name_taken", unit=twice)


def _compounds(session: Session, community: Unit, unit: written.Unit) -> None:
    rows = [
        {"community_id": community.id, "key": c.key, "name": c.name, "kind": c.kind.value, "households": c.households}
        for c in unit.compounds
    ]
    if rows:
        known = insert(Compound)
        changed = {name: known.excluded[name] for name in ("name", "kind", "households")}
        session.execute(known.on_conflict_do_update(index_elements=["community_id", "key"], set_=changed), rows)


def _grid_parts(session: Session, units: dict[str, Unit], pack: written.CountyPack) -> None:
    own = select(Compound).where(Compound.community_id.in_([unit.id for unit in units.values()]))
    compounds = {(compound.community_id, compound.key): compound.id for compound in session.scalars(own)}
    rows = [
        {
            "grid_id": units[placed.unit.key].id,
            "compound_id": compounds[units[placed.unit.key].community_id, cover.compound],
            "households": cover.households,
            "buildings": cover.buildings,
        }
        for placed in pack.units()
        for cover in placed.unit.covers
    ]
    gone = select(GridPart).where(GridPart.grid_id.in_([unit.id for unit in units.values()]))
    kept = {(row["grid_id"], row["compound_id"]) for row in rows}
    for part in session.scalars(gone.where(tuple_(GridPart.grid_id, GridPart.compound_id).not_in(kept))):
        session.delete(part)
    if rows:
        known = insert(GridPart)
        changed = {name: known.excluded[name] for name in ("households", "buildings")}
        session.execute(known.on_conflict_do_update(index_elements=["grid_id", "compound_id"], set_=changed), rows)


def _policy(session: Session, county_id: int, pack: written.CountyPack, now: datetime) -> None:
    content = pack.policy.model_dump(mode="json")
    own = select(t.PolicyVersion).where(t.PolicyVersion.county_id == county_id).order_by(t.PolicyVersion.id.desc())
    loaded = session.scalars(own).all()
    known = next((each for each in loaded if each.version == pack.policy.version), None)
    if known is not None:
        if Policy.model_validate(known.content) != pack.policy:  # read as today: fields may have come since
            raise InvalidInput(why="policy_changed", version=known.version)
        if known is not loaded[0]:  # duties go by the newest, whatever else of an older pack would be taken over
            raise InvalidInput(why="policy_older", version=known.version, newest=loaded[0].version)
        return
    version = t.PolicyVersion(county_id=county_id, version=pack.policy.version, content=content, loaded_at=now)
    session.add(version)
    session.flush()
    _categories(session, county_id, pack)
    _service_levels(session, version.id, pack, _escalations(session, version.id, pack))


def _categories(session: Session, county_id: int, pack: written.CountyPack) -> None:
    known = insert(t.Category)
    session.execute(
        known.on_conflict_do_update(index_elements=["county_id", "key"], set_={"name": known.excluded.name}),
        [{"county_id": county_id, "key": each.key, "name": each.name} for each in pack.policy.categories],
    )


def _escalations(session: Session, version_id: int, pack: written.CountyPack) -> dict[str, int]:
    ids = {}
    for key, policy in pack.policy.escalation_policies.items():
        row = t.EscalationPolicy(policy_version_id=version_id, key=key, immediate=policy.immediate)
        session.add(row)
        session.flush()
        ids[key] = row.id
        session.add_all(
            t.EscalationStep(policy_id=row.id, number=number, at=step.at, action=action, depth=pack.depth(addressee))
            for number, step in enumerate(policy.steps, 1)
            for action, addressee in step.addressed()
        )
    return ids


def _service_levels(session: Session, version_id: int, pack: written.CountyPack, escalations: dict[str, int]) -> None:
    session.add_all(
        t.ServiceLevel(
            policy_version_id=version_id,
            escalation_policy_id=escalations[level.escalation],
            number=number,
            key=level.key,
            duty_kind=level.duty,
            categories=list(level.categories) if level.categories is not None else None,
            severity=level.severity,
            lane=level.lane,
            called_up=level.called_up,
            allowance=str(level.limit),
        )
        for number, level in enumerate(pack.policy.service_levels, 1)
    )
