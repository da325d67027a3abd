"""Runs of our deployments: start one and follow it, tidy up after a stop or a power cut."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

from deployments.prefect_settings import POOL

OURS = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))


@dataclass(frozen=True)
class Finished:
    """A run that has ended.

    :param message: its own one-sentence account.
    """

    id: UUID
    name: str
    completed: bool
    message: str


def begin(client: SyncPrefectClient, deployment: str) -> UUID:
    """Ask for a run of a deployment, named ``flow/deployment``, now."""
    return client.create_flow_run_from_deployment(client.read_deployment_by_name(deployment).id).id


def finished(client: SyncPrefectClient, run: UUID) -> Finished | None:
    """How a run ended; None while it is still to come or going on."""
    found = client.read_flow_run(run)
    state = found.state
    if state is None or not state.is_final():
        return None
    return Finished(found.id, found.name, state.is_completed(), state.message or state.name or "")


def close_dead(client: SyncPrefectClient, message: str) -> int:
    """Mark as crashed what the server takes for running though no process lives: call it before a worker starts.

    Otherwise a run cut off by a power cut would hold its deployment's only slot and keep the next one out.
    """
    dead = _runs(client, StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
    for run in dead:
        client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return len(dead)


def forget_missed(client: SyncPrefectClient, now: datetime | None = None) -> int:
    """Remove scheduled runs whose time passed while nothing was up: each run catches up by itself, one is enough."""
    due = FlowRunFilterExpectedStartTime(before_=now or datetime.now(UTC))
    missed = [run for run in _runs(client, StateType.SCHEDULED, due=due) if run.auto_scheduled and not run.run_count]
    for run in missed:
        client.delete_flow_run(run.id)
    return len(missed)


def _runs(
    client: SyncPrefectClient, *types: StateType, due: FlowRunFilterExpectedStartTime | None = None
) -> list[FlowRun]:
    """All runs of our pool in these states; read page by page."""
    state = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types)))
    wanted = FlowRunFilter(state=state, expected_start_time=due)
    found: list[FlowRun] = []
    while page := client.read_flow_runs(flow_run_filter=wanted, work_pool_filter=OURS, limit=200, offset=len(found)):
        found += page
    return found
