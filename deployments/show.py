"""What ``wangge up`` puts on the machinery: a county, its demonstration days, and the account of the night."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import Markdown, TableElement
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from deployments.demonstration.founding import SCRIPT, found, founded, script
from deployments.demonstration.living import Lived, live
from deployments.demonstration.residents import settle
from deployments.phases import Say
from deployments.prefect_settings import ui_url
from deployments.up import Content, Shown
from models.actions import packs
from models.database import transaction
from models.errors import NotConfigured
from models.queries.night import night_facts
from models.queries.rulebook import rulebook
from models.rules.pack import CountyPack
from models.settings import Settings
from models.tables.places import County
from notifications.locale import text
from notifications.render import render

if TYPE_CHECKING:  # importing Prefect takes seconds
    from deployments.runs import Finished

COUNTIES = Path(__file__).parent / "counties"


def first_pack() -> Path:
    """The pack that is shown when none is named: the first of those that come with the product."""
    return min(path.parent for path in COUNTIES.glob("*/county.yaml"))


_WHOLE = re.compile(r"(-\d{4}-\d{4,}|\d\d:\d\d)$")
"""How a cell ends that is the number of an issue or an instant: neither is broken."""


class _Whole(TableElement):
    """A table of the report whose cells are folded rather than cut: a number has to be there in full."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for each in super().__rich_console__(console, options):
            for column in each.columns if isinstance(each, Table) else ():
                column.overflow = "fold"
                column.no_wrap = any(_WHOLE.search(str(cell)) for cell in column.cells)
            yield each


class _Report(Markdown):
    elements = {**Markdown.elements, "table_open": _Whole}  # noqa: RUF012 -- as Markdown itself declares it


@dataclass
class Show:
    """One showing: the pack named for it, where it is told, and what was lived through on the way.

    Without a pack named it goes on with the county the database has; only a database without one gets the first of the
    packs that come with the product.
    """

    of: Settings
    console: Console
    named: Path | None
    lived: Lived | None = field(default=None, init=False)
    url: str = field(default="", init=False)
    county: str = field(default="", init=False)

    def content(self) -> Content:
        """What :func:`deployments.up.up` runs."""
        return Content(self.load, self.summarise)

    def load(self, url: str, say: Say) -> Shown:
        """Load the pack, unless a county of the database goes on; one the demonstration founded lives up to today.

        :raises NotConfigured: when neither a pack is named nor which of several counties is to go on.
        """
        self.url, now, folder = url, datetime.now(UTC), self.named or first_pack()
        pack = load_pack(folder, self.of.locale)
        plan = script(folder) if (folder / SCRIPT).exists() else None
        with transaction(url) as session:
            own = None if self.named else self._own(session)
            if own and not (own.key == pack.county.key and plan and founded(session, pack, plan)):
                self.county = own.key
                return Shown(own.key, own.zone)
            lives = _load(session, pack, plan, now)
        self.county = pack.county.key
        if plan and lives:
            self.lived = self._live(pack, plan, now, say)
        return Shown(pack.county.key, pack.county.zone)

    def _own(self, session: Session) -> County | None:
        """The county the database has, by the setting where it has several; None where it has none."""
        empty = session.scalar(select(County.id).limit(1)) is None
        return None if empty else rulebook(session, self.of.county).county

    def _live(self, pack: CountyPack, plan: dict[str, Any], now: datetime, say: Say) -> Lived:
        def told(day: date, done: int, of_all: int) -> None:
            say(text("show.living", self.of.locale, day=day, done=done + 1, of_all=of_all))

        with ThreadPoolExecutor(1) as beside:  # households and days have nothing to do with each other
            settled = beside.submit(settle, self.url, pack, plan, now)
            lived = live(self.url, pack, plan, now, told)
        with suppress(NotConfigured):  # without a key of the private room nobody moves in
            settled.result()
        return lived

    def summarise(self, night: "Finished") -> None:
        """Tell what happened, what needs a person, and where to look."""
        with transaction(self.url) as session:
            book = rulebook(session, self.county)
            now = datetime.now(UTC)
            report = render("night_report", self.of.locale, night_facts(session, book, book.local_date(now), now))
        self.console.print(_Report(report))
        if self.lived and self.lived.days:
            facts = {"first": self.lived.first, "last": self.lived.last, "days": self.lived.days}
            self._say("lived", **facts, issues=self.lived.issues)
        ui = ui_url(self.of)
        self._say("night", message=night.message)
        self._say("where", ui=ui, run=f"{ui}/runs/flow-run/{night.id}", artifact=f"{ui}/artifacts/key/night-report")
        self._say("then", messages=self.of.home / "messages")

    def _say(self, key: str, **facts: object) -> None:
        self.console.print(text(f"show.{key}", self.of.locale, **facts), markup=False, highlight=False, soft_wrap=True)


def _load(session: Session, pack: CountyPack, plan: dict[str, Any] | None, now: datetime) -> bool:
    """Load a pack, and found its county where it is new and has a demonstration, in one transaction or not at all.

    :return: whether the demonstration's people live in it.
    """
    new = session.scalar(select(County.id).where(County.key == pack.county.key)) is None
    packs.load(session, pack, calendar_days(pack, now.astimezone(pack.county.tzinfo).year), now=now)
    if plan and new:
        found(session, pack, plan, now)
    return plan is not None and founded(session, pack, plan)
