"""What the doctor checks in Prefect: the API, deployments, schedules that really have runs to come, a live worker."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from ruamel.yaml import YAML

from deployments.commands.findings import Finding, failed, fine, warning
from deployments.commands.server import demand_answer
from deployments.commands.words import joined
from deployments.ensure import FILE, connected
from deployments.prefect_settings import POOL, api_url, ui_url
from models.errors import NotConfigured
from models.settings import settings

SILENCE = 120
"""Seconds without a heartbeat, of which a worker gives one every thirty, after which it is not alive."""


def findings() -> Iterator[Finding]:
    """All of it, as far as each check can be made."""
    of = settings()
    try:
        demand_answer(of)
        with connected(of) as client:
            yield fine("prefect", url=ui_url(of))
            found = _deployments(client)
            yield _existing(found)
            yield _scheduled(client, found)
            yield _worker(client, datetime.now(UTC))
    except NotConfigured as error:
        yield failed("prefect", "down", **error.facts)
    except (httpx.HTTPError, PrefectHTTPStatusError) as error:
        yield failed("prefect", "failing", url=api_url(of), error=type(error).__name__)


def expected() -> list[str]:
    """The names, ``flow/deployment``, of what should be deployed."""
    entries = YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))["deployments"]
    return [f"{entry['entrypoint'].rpartition('.')[2]}/{entry['name']}" for entry in entries]


def _deployments(client: SyncPrefectClient) -> dict[str, DeploymentResponse | None]:
    return {name: _deployment(client, name) for name in expected()}


def _deployment(client: SyncPrefectClient, name: str) -> DeploymentResponse | None:
    try:
        return client.read_deployment_by_name(name)
    except ObjectNotFound:
        return None


def _existing(found: dict[str, DeploymentResponse | None]) -> Finding:
    missing = [name for name, deployment in found.items() if deployment is None]
    if missing:
        return failed("deployments", "missing", names=joined(missing))
    return fine("deployments", count=len(found))


def _scheduled(client: SyncPrefectClient, found: dict[str, DeploymentResponse | None]) -> Finding:
    """Whether each schedule that is switched on has a run to come: a scheduler may be dead in a healthy server."""
    existing = {name: deployment for name, deployment in found.items() if deployment is not None}
    off = [name for name, each in existing.items() if each.paused or not any(one.active for one in each.schedules)]
    idle = [name for name, each in existing.items() if name not in off and not _to_come(client, each)]
    if idle:
        return failed("schedules", "idle", names=joined(idle))
    if off:
        return warning("schedules", "off", names=joined(off), ui=f"{ui_url(settings())}/deployments")
    return fine("schedules", count=len(existing))


def _to_come(client: SyncPrefectClient, deployment: DeploymentResponse) -> bool:
    scheduled = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(after_=datetime.now(UTC)),
    )
    of_it = DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id]))
    return bool(client.read_flow_runs(flow_run_filter=scheduled, deployment_filter=of_it, limit=1))


def _worker(client: SyncPrefectClient, now: datetime) -> Finding:
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        return failed("worker", "no_pool", pool=POOL)
    workers = client.read_workers_for_work_pool(POOL)
    heard = max((each.last_heartbeat_time for each in workers if each.last_heartbeat_time), default=None)
    if heard is None:
        return failed("worker", "none")
    silence = round((now - heard).total_seconds())
    return fine("worker", seconds=silence) if silence <= SILENCE else failed("worker", "silent", minutes=silence // 60)
