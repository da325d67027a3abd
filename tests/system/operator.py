"""What an operator has in hand: the deployments to run, the ledger to ask, the processes to see."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psutil
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName, FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, TaskRun
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from models.settings import Settings
from notifications.locale import text as sentence
from tests.county import ZONE

FLOWS = ("intake", "watch", "dispatch", "nightly", "report", "morning")

Answer = TypeVar("Answer")


def until(question: Callable[[], Answer | None], seconds: float = 180, pause: float = 0.2) -> Answer:
    """Ask until there is an answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(pause)
    pytest.fail("no answer in time")


@dataclass
class System:
    """One running system."""

    home: Path
    port: int
    owner: subprocess.Popen[bytes]
    log: Path
    client: SyncPrefectClient
    url: str = ""

    @property
    def settings(self) -> Settings:
        """The settings its commands see."""
        return Settings(home=self.home, prefect_port=self.port, database_url=None, county=None)

    @property
    def ui(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    def await_ready(self) -> None:
        """Wait for the sentence that says all is up."""
        ready = sentence("up.staying", "zh_CN", ui="").partition("。")[0]
        until(lambda: ready in self._said(), seconds=240, pause=0.5)

    def _said(self) -> str:
        said = self.log.read_text(encoding="utf-8")
        assert self.owner.poll() is None, said
        return said

    def rest(self) -> None:
        """Switch all schedules off and wait for the runs under way: from now on only the tests start runs.

        What the county's past left to send counts as sent: a thousand messages would take their time.
        """
        for name in FLOWS:
            deployment = self.client.read_deployment_by_name(f"{name}/{name}")
            for schedule in deployment.schedules:
                self.client.update_deployment_schedule(deployment.id, schedule.id, active=False)
        self.ask("UPDATE messages SET outcome = 'sent' WHERE outcome IS NULL")
        until(lambda: all(run.state and run.state.is_final() for name in FLOWS for run in self.runs(name)))

    def hush(self) -> None:
        """Let new messages wait for the tests to send them; that they are sent at once is shown by the intake."""
        for sending in self.client.read_automations_by_name("消息写好后立即发送"):
            self.client.pause_automation(sending.id)

    def ask(self, question: str, *, database: str | None = None, **facts: object) -> list[Any]:
        """The rows of a statement; a single column comes as values.

        :param database: another one of the same server.
        """
        url = make_url(self.url).set(database=database) if database else make_url(self.url)
        with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
            result = connection.execute(text(question), facts)
            rows = [tuple(row) for row in result] if result.returns_rows else []
        return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows

    def begin(self, flow: str, now: datetime | None = None, **form: object) -> UUID:
        """Ask for a run of a deployment."""
        deployment = self.client.read_deployment_by_name(f"{flow}/{flow}")
        filled = {"form": form | ({"now": now.isoformat()} if now else {})}
        return self.client.create_flow_run_from_deployment(deployment.id, parameters=filled).id

    def ended(self, run: UUID) -> FlowRun:
        """The run, once it has ended."""

        def look() -> FlowRun | None:
            found = self.client.read_flow_run(run)
            return found if found.state and found.state.is_final() else None

        return until(look, seconds=90)

    def run(self, flow: str, now: datetime | None = None, **form: object) -> FlowRun:
        """Run a deployment to its end."""
        return self.ended(self.begin(flow, now, **form))

    def runs(self, flow: str) -> list[FlowRun]:
        """All runs of a deployment, the newest first."""
        of = DeploymentFilter(name=DeploymentFilterName(any_=[flow]))
        found = self.client.read_flow_runs(deployment_filter=of)
        return sorted(found, key=lambda run: run.created or datetime.min.replace(tzinfo=ZONE), reverse=True)

    def tasks(self, run: UUID) -> list[TaskRun]:
        """The tasks of a run."""
        return self.client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))

    def nights(self, run: UUID) -> list[str]:
        """The units whose night a run did, once for each time; its audits apart."""
        units = self.units()
        return [task.name for task in self.tasks(run) if task.name in units]

    def units(self) -> set[str]:
        """The names of the units that have a night."""
        return set(self.ask("SELECT name FROM units WHERE community_id = id"))

    def written(self, night: date) -> dict[str, str]:
        """The units whose night is done, and the transaction that wrote it down last."""
        rows = self.ask(
            "SELECT u.name, n.xmin::text FROM night_log n JOIN units u ON u.id = n.community_id WHERE n.night = :night",
            night=night,
        )
        return dict(rows)

    def tonight(self) -> datetime:
        """The time of the first night after all that is recorded."""
        (last,) = self.ask("SELECT greatest(max(recorded_at), (SELECT max(ran_at) FROM night_log)) FROM events")
        local = last.astimezone(ZONE)
        tomorrow: datetime = (local + timedelta(days=1)).replace(hour=2, minute=30, second=0, microsecond=0)
        return tomorrow


def processes_of(run: UUID) -> list[psutil.Process]:
    """The live processes of a run."""
    return [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get("PREFECT__FLOW_RUN_ID") == str(run)
    ]
