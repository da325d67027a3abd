"""A province of six tiers: cities, counties, streets, communities and grids, two of each below every one above."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from models.actions import packs
from models.actions.people import Appointment, appoint
from models.rules.pack import CountyPack
from tests.county import START
from tests.deployments.test_cli_pack_diff import POLICY

KEY = "jade"
TIERS = ("province", "city", "county", "street", "community", "grid")
NAMES = {"city": "市", "county": "县", "street": "街道", "community": "社区", "grid": "网格"}
SIDES = {"e": "东", "w": "西"}
HEAD = """\
county: {key: jade, name: 玉省, zone: Asia/Shanghai, locale: zh_CN}
tiers:
  - {key: province, name: 省, answers: county_commander}
  - {key: city, name: 市, answers: county_commander}
  - {key: county, name: 县, answers: county_commander}
  - {key: street, name: 街道, answers: committee_secretary}
  - {key: community, name: 社区, answers: first_secretary}
  - {key: grid, name: 网格, answers: grid_worker}
calendar:
  office: ["08:30-12:00", "14:00-17:30"]
  week: [mon, tue, wed, thu, fri]
  holidays: cn
  confirmed: [2025, 2026]
  before_opening: as_is
  after_close: next_opening
  day_off: next_opening
units:
  - key: jade
    name: 玉省
"""
OTHER_TIERS = {
    "      - {at: +5 working_days, supervise: [county]}\n": """\
      - {at: +5 working_days, supervise: [COUNTY]}
      - {at: +7 working_days, supervise: [city]}
      - {at: +9 working_days, supervise: [county]}
""",
    "[county]": "[province]",
    "[COUNTY]": "[county]",
    "[committee]": "[street]",
}
"""The demonstration county's policy, written for these tiers; the first ladder is that of handling."""


def province() -> CountyPack:
    """The pack of the province, read from files as any other."""
    policy = POLICY
    for old, new in OTHER_TIERS.items():
        policy = policy.replace(old, new, 1 if "\n" in old else -1)
    with TemporaryDirectory() as folder:
        (Path(folder) / "county.yaml").write_text(HEAD + "".join(below("", "", 1)), encoding="utf-8")
        (Path(folder) / "policy.yaml").write_text(policy, encoding="utf-8")
        return load_pack(Path(folder))


def below(key: str, name: str, depth: int) -> Iterator[str]:
    """The lines of the units under one, each two units called east and west."""
    if depth == len(TIERS):
        return
    margin = "      " + "    " * (depth - 1)
    yield f"{margin[2:]}units:\n"
    for side, called in SIDES.items():
        own, title = f"{key}{side}", f"{name}{called}"
        yield f"{margin}- key: {own}\n{margin}  name: {title}{NAMES[TIERS[depth]]}\n"
        yield from below(own, title, depth + 1)


def load_province(session: Session) -> None:
    """Load it, and put a person into the answering post of every unit; staff numbers are keys in capitals."""
    pack = province()
    county = packs.load(session, pack, calendar_days(pack, START.year), now=START)
    roles = [tier.answers for tier in pack.tiers]
    staff = [
        Appointment(each.unit.key, roles[each.depth], each.unit.key.upper(), f"{each.unit.name}的人", date(2025, 1, 1))
        for each in pack.units()
    ]
    appoint(session, county.id, staff, now=START)
