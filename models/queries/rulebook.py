"""What a county's rules are right now: its calendar and the service levels of its newest policy version."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.errors import NotConfigured
from models.rules.bounds import Bounds
from models.rules.escalation import Addressee, Escalation, ServiceLevel, Step, Timing
from models.rules.office import Office, Season, Windows
from models.rules.pack_values import DayOfYear, Window
from models.rules.worktime import Allowance, WorkCalendar
from models.tables import policies as t
from models.tables.places import CalendarDay, County
from models.vocabulary import Counting, DutyKind, Lane, Severity


@dataclass(frozen=True)
class Rulebook:
    """A county with its calendar and service levels, read once a transaction."""

    county: County
    calendar: WorkCalendar
    levels: tuple[ServiceLevel, ...]
    bounds: Bounds

    def level(
        self, kind: DutyKind, category: str, severity: Severity, lane: Lane, *, called_up: bool = False
    ) -> ServiceLevel:
        """The first service level that matches.

        :raises NotConfigured: when none does (a pack is only loaded with a row for everything).
        """
        for row in self.levels:
            if row.matches(kind, category, severity, lane, called_up=called_up):
                return row
        raise NotConfigured(why="service_level", duty=kind)

    def local_date(self, instant: datetime) -> date:
        """The county's date at an instant."""
        return instant.astimezone(self.calendar.office.zone).date()

    @property
    def lowest(self) -> int:
        """The depth of the grids."""
        return len(self.county.tiers) - 1


def rulebook(session: Session, county_key: str | None) -> Rulebook:
    """The rules of a county; of the only one when no key is given. They hold until the transaction ends.

    :raises NotConfigured: when it is not loaded, or several are and none is named.
    """
    wanted = select(County.key) if county_key is None else select(County.key).where(County.key == county_key)
    keys = session.scalars(wanted).all()
    if len(keys) != 1:
        raise NotConfigured(why="county", county=county_key or "", loaded=len(keys))
    # Whoever changes the rules waits for this transaction: no duty is counted by a calendar that is no longer true.
    session.execute(select(func.pg_advisory_xact_lock_shared(func.hashtext(keys[0]))))
    own = select(County).where(County.key == keys[0]).execution_options(populate_existing=True)
    county = session.scalars(own).one()
    return Rulebook(county, calendar(session, county), service_levels(session, county.id), bounds(session, county.id))


def bounds(session: Session, county_id: int) -> Bounds:
    """How far the newest policy version lets holds and extensions go, and what it wants published."""
    newest = select(t.PolicyVersion.content).where(t.PolicyVersion.county_id == county_id)
    content = session.scalar(newest.order_by(t.PolicyVersion.id.desc()).limit(1)) or {}
    return Bounds.read(content)


def calendar(session: Session, county: County) -> WorkCalendar:
    """The county's working calendar, from its rows of days."""
    day = CalendarDay
    rows = session.execute(select(day.day, day.worked, day.confirmed).where(day.county_id == county.id)).tuples()
    return _calendar(office(county), frozenset(rows))


@lru_cache(maxsize=4)
def _calendar(office: Office, days: frozenset[tuple[date, bool, bool]]) -> WorkCalendar:
    """A calendar remembers what it has worked out of its days; one that says the same is the same."""
    return WorkCalendar.of(office, days)


def office(county: County) -> Office:
    """The office hours of a county as its pack gave them."""
    rules = county.calendar
    counting = {name: Counting(rules[name]) for name in ("before_opening", "after_close", "day_off")}
    seasons = tuple(map(_season, rules.get("seasons", ())))  # a county loaded by an earlier version has none
    return Office(ZoneInfo(county.zone), _windows(rules["office"]), seasons=seasons, **counting)


def _season(written: dict[str, Any]) -> Season:
    first, last = (DayOfYear.parse(written[name]) for name in ("from", "to"))
    return Season((first.month, first.day), (last.month, last.day), _windows(written["office"]))


def _windows(written: list[str]) -> Windows:
    return tuple((window.opens, window.closes) for window in map(Window.parse, written))


def service_levels(session: Session, county_id: int, version_id: int | None = None) -> tuple[ServiceLevel, ...]:
    """The ordered service levels of a policy version; of the newest one when none is named."""
    newest = (
        select(t.PolicyVersion.id).where(t.PolicyVersion.county_id == county_id).order_by(t.PolicyVersion.id.desc())
    )
    version = version_id or session.scalar(newest.limit(1))
    escalations = _escalations(session, version)
    rows = session.scalars(
        select(t.ServiceLevel).where(t.ServiceLevel.policy_version_id == version).order_by(t.ServiceLevel.number)
    )
    return tuple(_level(row, escalations[row.escalation_policy_id]) for row in rows)


def levels_by_id(session: Session, county_id: int, level_ids: Collection[int]) -> dict[int, ServiceLevel]:
    """Service levels of whatever versions, by id; those of the same versions come along."""
    versions = select(t.ServiceLevel.policy_version_id).where(t.ServiceLevel.id.in_(level_ids)).distinct()
    found = (service_levels(session, county_id, version) for version in session.scalars(versions))
    return {level.id: level for levels in found for level in levels}


def _level(row: t.ServiceLevel, escalation: Escalation) -> ServiceLevel:
    categories = frozenset(row.categories) if row.categories is not None else None
    limit = Allowance.parse(row.allowance)
    return ServiceLevel(
        row.id, row.key, row.duty_kind, categories, row.severity, row.lane, limit, escalation, row.called_up
    )


def _escalations(session: Session, version_id: int | None) -> dict[int, Escalation]:
    policies = session.scalars(
        select(t.EscalationPolicy).where(t.EscalationPolicy.policy_version_id == version_id)
    ).all()
    rows = session.scalars(
        select(t.EscalationStep)
        .where(t.EscalationStep.policy_id.in_([policy.id for policy in policies]))
        .order_by(t.EscalationStep.policy_id, t.EscalationStep.number, t.EscalationStep.depth.desc())
    )
    by_policy = {key: tuple(_steps(list(own))) for key, own in groupby(rows, lambda row: row.policy_id)}
    return {p.id: Escalation(p.id, p.key, p.immediate, by_policy.get(p.id, ())) for p in policies}


def _steps(rows: list[t.EscalationStep]) -> list[Step]:
    grouped = [(number, list(own)) for number, own in groupby(rows, lambda row: row.number)]
    return [
        Step(number, Timing.parse(own[0].at), tuple(Addressee(row.action, row.depth) for row in own))
        for number, own in grouped
    ]
