"""``python -m tests.deployments.up_runner [once]``: the owner process with the small county of the tests."""

import os
import sys

from rich.console import Console
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from deployments.phases import Say
from deployments.runs import Finished
from deployments.up import Content, up
from models.database import engine
from models.errors import WanggeError
from models.settings import settings
from notifications.locale import text
from tests.county import COUNTY, ZONE, load_small_county


def load(url: str, say: Say) -> str:
    os.environ["WANGGE_COUNTY"] = COUNTY
    with Session(engine(url)) as session, session.begin():
        if not session.scalar(sql("SELECT count(*) FROM units")):
            load_small_county(session)
    say(COUNTY)
    return str(ZONE)


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
