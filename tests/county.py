"""The small county of the tests: 河县, two communities, three grids, a named person in every post."""

from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from models.actions import packs
from models.actions.codes import set_code
from models.actions.people import Appointment, appoint
from models.actions.reporting import Report, report
from models.queries.rulebook import Rulebook
from models.rules.pack import CountyPack
from models.tables.issues import Issue
from models.vocabulary import Role, Severity

COUNTY = "river"
ZONE = ZoneInfo("Asia/Shanghai")
SECRET = "246810"
"""The personal code of everybody who approves."""
START = datetime(2026, 1, 1, tzinfo=UTC)

STAFF = [
    Appointment("river", Role.COUNTY_COMMANDER, "C01", "郑岩", date(2025, 1, 1)),
    Appointment("works", Role.COMMITTEE_SECRETARY, "P01", "孙立", date(2025, 1, 1)),
    Appointment("east", Role.FIRST_SECRETARY, "S01", "周敏", date(2025, 1, 1)),
    Appointment("west", Role.FIRST_SECRETARY, "S02", "吴昊", date(2025, 1, 1)),
    Appointment("east-1", Role.GRID_WORKER, "W01", "李青", date(2025, 1, 1)),
    Appointment("east-2", Role.GRID_WORKER, "W02", "王芳", date(2025, 1, 1)),
    Appointment("west-1", Role.GRID_WORKER, "W03", "赵强", date(2025, 1, 1)),
    Appointment("east-1", Role.CONTRACTED_CADRE, "K01", "钱进", date(2025, 1, 1)),
    Appointment("east-2", Role.CONTRACTED_CADRE, "K02", "冯雪", date(2025, 1, 1)),
    Appointment("west-1", Role.CONTRACTED_CADRE, "K03", "陈东", date(2025, 1, 1)),
]


def small_pack() -> CountyPack:
    """The pack of the small county."""
    demonstration = Path(__file__).parent.parent / "deployments" / "counties" / "gucheng" / "policy.yaml"
    with TemporaryDirectory() as folder:
        copy(Path(__file__).parent / "small_county" / "county.yaml", folder)
        copy(demonstration, folder)
        return load_pack(Path(folder))


def load_small_county(session: Session) -> None:
    """Load the small county and appoint its staff."""
    pack = small_pack()
    county = packs.load(session, pack, calendar_days(pack, START.year), now=START)
    appoint(session, county.id, STAFF, now=START)
    for code in ("S01", "S02", "P01", "C01"):
        set_code(session, county.id, code, SECRET)


def at(written: str) -> datetime:
    """A local time of the small county, as ``2026-03-02 09:00``."""
    return datetime.fromisoformat(written).replace(tzinfo=ZONE).astimezone(UTC)


def reported(
    session: Session,
    book: Rulebook,
    when: str,
    *,
    grid: str | None = "east-1",
    severity: Severity = Severity.ORDINARY,
    category: str = "lighting",
) -> Issue:
    """An issue raised and recorded at a local time."""
    what = Report(grid, category, severity, "楼道灯不亮", at(when), by="W01")
    return report(session, book, what, now=at(when))
