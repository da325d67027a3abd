"""The small county's pack, written otherwise, and loading it."""

from typing import Any

from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from models.actions import packs
from models.rules.pack import CountyPack
from models.tables.places import County
from tests.county import START, small_pack


def load(session: Session, pack: CountyPack) -> County:
    county = packs.load(session, pack, calendar_days(pack, START.year), now=START)
    session.expire_all()
    return county


def changed(**parts: Any) -> CountyPack:
    """The small county's pack with some of its parts written otherwise."""
    return CountyPack.model_validate({**as_written(), **parts})


def as_written() -> dict[str, Any]:
    written = small_pack().model_dump(mode="json", by_alias=True)
    written["calendar"]["provisional"] = {int(year): days for year, days in written["calendar"]["provisional"].items()}
    return written


def with_policy(version: str, **limits: str) -> CountyPack:
    """The pack with another policy version, in which some service levels have other limits."""
    policy = as_written()["policy.yaml"]
    levels = [{**level, "limit": limits.get(level["key"], level["limit"])} for level in policy["service_levels"]]
    return changed(**{"policy.yaml": {**policy, "version": version, "service_levels": levels}})


def with_ladder(version: str, ladder: str, *steps: dict[str, Any], **limits: str) -> CountyPack:
    """The pack with another policy version, in which a ladder has other steps, and some levels other limits."""
    policy = with_policy(version, **limits).model_dump(mode="json", by_alias=True)["policy.yaml"]
    policy["escalation_policies"][ladder]["steps"] = steps
    return changed(**{"policy.yaml": policy})
