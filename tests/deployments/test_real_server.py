"""What breaks silently with other versions of FastAPI or SQLAlchemy than the pinned ones, tried on a real server."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterName
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events import emit_event
from prefect.states import Pending

from deployments.automations import ensure_automations
from deployments.ensure import connected, ensure_deployments, ensure_pool
from deployments.prefect_settings import api_url, prefect_environment, server_command, worker_command
from deployments.processes import Child
from deployments.runs import begin, close_dead, finished, forget_missed
from models.settings import Settings

ZONE = "Asia/Shanghai"
SAMPLES = Path(__file__).parent / "sample.yaml"

Answer = TypeVar("Answer")

pytestmark = pytest.mark.timeout(240)


def until(question: Callable[[], Answer | None], seconds: float = 180) -> Answer:
    """Ask until there is an answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.2)
    pytest.fail("no answer in time")


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def at(homes: Path) -> Iterator[Settings]:
    """The settings of a real server, with a worker for the samples."""
    of = Settings(home=homes / "real", prefect_port=free_port())
    of.home.mkdir()
    environment, logs, mark = prefect_environment(of), of.home / "logs", str(of.home)
    server = Child("server", server_command(of), environment, of.home, logs / "server.log", mark)
    worker = Child("worker", worker_command("samples"), environment, of.home, logs / "worker.log", mark)
    try:
        server.start()
        until(lambda: healthy(of) or not server.running)
        assert server.running, server.log.read_text()
        with connected(of) as client:
            ensure_pool(client)
            ensure_pool(client, "samples")
        worker.start()
        yield of
    finally:
        worker.stop()
        server.stop()


@pytest.fixture
def client(at: Settings) -> Iterator[SyncPrefectClient]:
    with connected(at) as of_the_server:
        ensure_deployments(of_the_server, ZONE, SAMPLES)
        yield of_the_server


def healthy(of: Settings) -> bool:
    try:
        return httpx.get(f"{api_url(of)}/health").is_success
    except httpx.TransportError:
        return False


def prefect(of: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "prefect", *arguments]
    environment = prefect_environment(of) | more
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def runs(client: SyncPrefectClient, deployment: str) -> list[FlowRun]:
    name = DeploymentFilter(name=DeploymentFilterName(any_=[deployment]))
    return client.read_flow_runs(deployment_filter=name)


def held(client: SyncPrefectClient, deployment: str) -> dict[str, object]:
    """What the server holds of a deployment, without what every redeployment renews."""
    found: DeploymentResponse = client.read_deployment_by_name(deployment)
    renewed = {"updated", "created", "version_id", "version_info", "version", "status", "last_polled", "branch"}
    kept = found.model_dump(exclude={*renewed, "schedules", "global_concurrency_limit", "pull_steps"})
    schedules = [(each.slug, each.active, each.schedule.model_dump()) for each in found.schedules]
    limit = found.global_concurrency_limit and found.global_concurrency_limit.limit
    return kept | {"schedules": schedules, "limit": limit, "pull_steps": found.pull_steps or []}


def automations(client: SyncPrefectClient) -> set[tuple[str, bool]]:
    found = client.read_automations()
    assert len({each.name for each in found}) == len(found), "one of a name"
    return {(each.name, each.enabled) for each in found}


def test_an_event_starts_a_run_and_a_worker_brings_it_to_its_end(client: SyncPrefectClient) -> None:
    emit_event("sample.urgent", resource={"prefect.resource.id": "sample.7"})
    run = until(lambda: next(iter(runs(client, "urgent")), None))
    end = until(lambda: finished(client, run.id))
    assert end.completed, end.message


def test_a_cron_schedule_really_gets_runs_in_the_countys_zone(client: SyncPrefectClient) -> None:
    scheduled = until(lambda: runs(client, "sample"), seconds=60)
    times = [run.expected_start_time for run in scheduled if run.auto_scheduled]
    assert times
    assert {moment.astimezone(UTC).strftime("%H:%M") for moment in times if moment} == {"18:30"}


@pytest.mark.parametrize("command", ["flow ls", "deployment ls"])
def test_the_commands_of_prefect_work(at: Settings, client: SyncPrefectClient, command: str) -> None:
    done = prefect(at, *command.split())
    assert done.returncode == 0, done.stderr


def test_prefect_deploy_reads_the_same_file_to_the_same_end(at: Settings, client: SyncPrefectClient) -> None:
    ours = [held(client, name) for name in ("sample/sample", "urgent/urgent")]
    told = ("--no-prompt", "deploy", "--prefect-file", str(SAMPLES), "--all")
    done = prefect(at, *told, WANGGE_ZONE=ZONE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [held(client, name) for name in ("sample/sample", "urgent/urgent")] == ours


def test_ensuring_twice_changes_nothing(client: SyncPrefectClient) -> None:
    ensure_deployments(client, ZONE)
    ensure_automations(client)
    names = [f"{name}/{name}" for name in ("intake", "watch", "dispatch", "nightly", "report", "morning")]
    before = [held(client, name) for name in names], automations(client)
    ensure_deployments(client, ZONE)
    ensure_automations(client)
    assert ([held(client, name) for name in names], automations(client)) == before


def test_what_somebody_switched_off_stays_off(client: SyncPrefectClient) -> None:
    nightly = client.read_deployment_by_name("nightly/nightly")
    client.update_deployment_schedule(nightly.id, nightly.schedules[0].id, active=False)
    guard = client.read_automations()[0]
    client.pause_automation(guard.id)
    ensure_deployments(client, ZONE)
    ensure_automations(client)
    assert [each.active for each in client.read_deployment_by_name("nightly/nightly").schedules] == [False]
    assert (guard.name, False) in automations(client)


def test_a_run_cut_off_by_a_power_cut_does_not_keep_the_next_one_out(client: SyncPrefectClient) -> None:
    def goes_on(run: UUID) -> bool:
        client.set_flow_run_state(run, Pending())
        return client.read_flow_run(run).state_type == StateType.PENDING

    cut_off = begin(client, "report/report")
    assert goes_on(cut_off)
    assert not goes_on(begin(client, "report/report")), "the dead run holds the only slot"
    assert close_dead(client, "dead") == 1
    assert client.read_flow_run(cut_off).state_name == "Crashed"
    assert goes_on(begin(client, "report/report"))
    close_dead(client, "tidy")


def test_runs_missed_while_all_was_down_are_not_made_up_one_by_one(client: SyncPrefectClient) -> None:
    until(lambda: [run for run in runs(client, "watch") if run.auto_scheduled])
    asked_for = begin(client, "watch/watch")
    assert forget_missed(client, now=datetime.now(UTC) + timedelta(days=900)) > 1
    assert [run.id for run in runs(client, "watch") if run.state_type == StateType.SCHEDULED] == [asked_for]
