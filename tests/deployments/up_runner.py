"""``python -m tests.deployments.up_runner [once]``: the owner process with the small county of the tests."""

import sys

from rich.console import Console
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from deployments.phases import Say
from deployments.runs import Finished
from deployments.up import Content, Shown, up
from models.actions import packs
from models.database import engine
from models.errors import WanggeError
from models.settings import settings
from notifications.locale import text
from tests.county import COUNTY, START, ZONE, load_small_county
from tests.models.changed_packs import changed


def load(url: str, say: Say) -> Shown:
    """The small county, beside another one: it is the one whose nights are run."""
    with Session(engine(url)) as session, session.begin():
        if not session.scalar(sql("SELECT count(*) FROM units")):
            load_small_county(session)
            pack = changed(county={"key": "lake", "name": "湖县", "zone": str(ZONE), "locale": "zh_CN"})
            packs.load(session, pack, calendar_days(pack, START.year), now=START)
    say(COUNTY)
    return Shown(COUNTY, str(ZONE))


def summarise(night: Finished) -> None:
    sys.stdout.write(f"SUMMARY {night.completed} {night.name}\n")


def main() -> int:
    try:
        return up(settings(), Content(load, summarise), once="once" in sys.argv, console=Console(width=200))
    except WanggeError as error:
        sys.stderr.write(text(error.key, settings().locale, **error.facts) + "\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
