"""What ``wangge up`` puts on the machinery: a county, its demonstration days, and the account of the night."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from deployments.demonstration import SCRIPT, Lived, live, script
from deployments.phases import Say
from deployments.prefect_settings import ui_url
from deployments.up import Content
from models.actions import packs
from models.database import transaction
from models.queries.night import night_facts
from models.queries.rulebook import rulebook
from models.rules.pack import CountyPack
from models.settings import Settings
from notifications.locale import text
from notifications.render import render

if TYPE_CHECKING:  # importing Prefect takes seconds
    from deployments.runs import Finished

COUNTIES = Path(__file__).parent / "counties"


def first_pack() -> Path:
    """The pack that is shown when none is named: the first of those that come with the product."""
    return min(path.parent for path in COUNTIES.glob("*/county.yaml"))


@dataclass
class Show:
    """One showing: the pack, where it is told, and what was lived through on the way."""

    of: Settings
    console: Console
    folder: Path
    lived: Lived | None = field(default=None, init=False)
    url: str = field(default="", init=False)

    def content(self) -> Content:
        """What :func:`deployments.up.up` runs."""
        return Content(self.load, self.summarise)

    def load(self, url: str, say: Say) -> str:
        """Load the pack; where it has a demonstration, let its people live up to today.

        :return: the county's zone.
        """
        self.url, now = url, datetime.now(UTC)
        pack = load_pack(self.folder, self.of.locale)
        with transaction(url) as session:
            packs.load(session, pack, calendar_days(pack, now.year), now=now)
        if (self.folder / SCRIPT).exists():
            self.lived = self._live(pack, now, say)
        return pack.county.zone

    def _live(self, pack: CountyPack, now: datetime, say: Say) -> Lived:
        def told(day: date, done: int, of_all: int) -> None:
            say(text("show.living", self.of.locale, day=day, done=done + 1, of_all=of_all))

        return live(self.url, pack, script(self.folder), now, told)

    def summarise(self, night: "Finished") -> None:
        """Tell what happened, what needs a person, and where to look."""
        with transaction(self.url) as session:
            book = rulebook(session, self.of.county)
            now = datetime.now(UTC)
            report = render("night_report", self.of.locale, night_facts(session, book, book.local_date(now), now))
        self.console.print(Markdown(report))
        if self.lived and self.lived.days:
            facts = {"first": self.lived.first, "last": self.lived.last, "days": self.lived.days}
            self._say("lived", **facts, issues=self.lived.issues)
        ui = ui_url(self.of)
        self._say("night", message=night.message)
        self._say("where", ui=ui, run=f"{ui}/runs/flow-run/{night.id}", artifact=f"{ui}/artifacts/key/night-report")
        self._say("then", messages=self.of.home / "messages")

    def _say(self, key: str, **facts: object) -> None:
        self.console.print(text(f"show.{key}", self.of.locale, **facts), markup=False, highlight=False, soft_wrap=True)
