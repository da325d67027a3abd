"""The owner process behind ``wangge up``: it starts everything, runs a night, minds it all, and ends it again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import httpx
from rich.console import Console
from sqlalchemy.exc import OperationalError

from deployments.embedded import EmbeddedPostgres
from deployments.interrupts import INTERRUPTS
from deployments.ownership import Ownership, demand_free
from deployments.phases import Phases, Say
from deployments.prefect_settings import HOST, api_url, prefect_environment, server_command, ui_url, worker_command
from deployments.processes import Child
from deployments.room_key import keep_a_key
from deployments.supervision import Supervision
from models.errors import NotConfigured, WanggeError
from models.migrations.schema import migrate
from models.settings import Settings, database_url
from notifications.locale import text

if TYPE_CHECKING:
    from deployments.runs import Finished

TICK = 0.5  # seconds between two looks at the services
SERVER_SECONDS = 180.0  # the first start on a slow machine

FINE, FAILED, INTERRUPTED = 0, 1, 130


@dataclass(frozen=True)
class Shown:
    """The county that is shown, of all the database may have: its key, and its zone (IANA)."""

    county: str
    zone: str


@dataclass(frozen=True)
class Content:
    """What is run on the machinery; it knows nothing of processes.

    :param load: brings the county, and a demonstration its ledger, into the database of a URL; may say how far it is.
    :param summarise: tells the administrator what the night did, and where to look.
    """

    load: Callable[[str, Say], Shown]
    summarise: Callable[["Finished"], None]


def up(of: Settings, content: Content, *, once: bool, console: Console) -> int:
    """Start everything, run a night and its report, then stay up until Ctrl-C or SIGTERM; or end, if `once`.

    Whatever it started it ends, at whatever instant it is interrupted.

    :returns: 0 when all went well, 1 when the night failed, 130 when the start was interrupted.
    :raises NotConfigured: port taken, another owner, a home that can't be used, a service that doesn't start.
    """
    INTERRUPTS.install()
    try:
        with Phases(console, of.locale) as phases:
            return _Owner(of, content, phases).run(once=once)
    except KeyboardInterrupt:
        return INTERRUPTED


class _Owner:
    """What one run of :func:`up` holds together."""

    def __init__(self, of: Settings, content: Content, phases: Phases) -> None:
        self._of = of
        self._content = content
        self._phases = phases
        self._postgres = None if of.database_url else EmbeddedPostgres(of.home)
        self._supervision = Supervision(self._tell_restart)

    def run(self, *, once: bool) -> int:
        """Hold the home from beginning to end; see :func:`up`."""
        self._make_home()
        with Ownership(self._of.home) as ownership:
            if ownership.ended:
                self._phases.tell("leftovers", count=len(ownership.ended))
            demand_free(HOST, self._of.prefect_port)
            with self._supervision:
                try:
                    return self._work(ownership.mark, once=once)
                finally:
                    INTERRUPTS.close()
                    self._phases.tell("ending")

    def _make_home(self) -> None:
        try:
            if self._postgres:
                self._postgres.make_home()
            else:
                self._of.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise NotConfigured(why="home_unwritable", home=self._of.home, reason=error.strerror) from error

    def _work(self, mark: str, *, once: bool) -> int:
        self._start(mark)
        fine = self._night()
        if not once:
            self._stay()
        return FINE if fine else FAILED

    def _start(self, mark: str) -> None:
        """The server takes longest, so it begins first and the rest goes on beside it."""
        beginning = self._phases.begin("server")
        server = self._child("server", server_command(self._of), mark)
        self._supervision.start(server)
        url = self._database()
        self._bring_up_to_date(url)
        if self._postgres:
            keep_a_key(self._of, url, self._phases.tell)
        with self._phases.phase("county") as say:
            shown = self._content.load(url, say)
        engine = _engine()
        self._await(server)
        self._phases.done(beginning)
        with self._phases.phase("deployments"):
            engine.tidy(self._of, self._phases.tell)
            of_county = self._of.model_copy(update={"county": shown.county})
            self._supervision.start(self._child("worker", worker_command(), mark, of_county))
            engine.arrange(self._of, shown.zone)

    def _child(self, name: str, command: list[str], mark: str, of: Settings | None = None) -> Child:
        home = self._of.home
        log = home / "logs" / f"prefect-{name}.log"
        return Child(name, command, prefect_environment(of or self._of), home, log, mark)

    def _database(self) -> str:
        if self._postgres is None:
            return database_url(self._of)
        with self._phases.phase("database"):
            self._supervision.start(self._postgres)
        return self._postgres.url

    def _bring_up_to_date(self, url: str) -> None:
        with self._phases.phase("schema"):
            try:
                migrate(url)
            except OperationalError as error:
                raise NotConfigured(why="database_silent", reason=str(error.orig).strip()) from error

    def _await(self, server: Child) -> None:
        """One that ends before it answers won't do better when started again."""
        deadline = time.monotonic() + SERVER_SECONDS
        while not _answers(f"{api_url(self._of)}/health"):
            if not server.running or time.monotonic() > deadline:
                raise NotConfigured(why="server_silent", log=server.log)
            time.sleep(TICK)

    def _night(self) -> bool:
        with self._phases.phase("night"):
            night: Finished = _engine().run(self._of, "nightly/nightly", self._supervision.keep_up)
        with self._phases.phase("report"):
            report: Finished = _engine().run(self._of, "report/report", self._supervision.keep_up)
        self._phases.close()
        self._content.summarise(night)
        return night.completed and report.completed

    def _stay(self) -> None:
        self._phases.tell("staying", ui=ui_url(self._of))
        try:
            while True:
                self._supervision.keep_up()
                time.sleep(TICK)
        except KeyboardInterrupt:
            return

    def _tell_restart(self, name: str, error: WanggeError | None) -> None:
        service = text(f"up.service.{name}", self._of.locale)
        if error is None:
            self._phases.tell("restarted", name=service)
        else:
            reason = text(error.key, self._of.locale, **error.facts)
            self._phases.tell("not_restarted", name=service, reason=reason)


def _engine() -> ModuleType:
    """What speaks with the Prefect server. Its import takes seconds, which the server's own start needs anyway."""
    return import_module("deployments.engine")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).is_success
    except httpx.TransportError:
        return False
