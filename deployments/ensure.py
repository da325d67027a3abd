"""What the Prefect server should hold, brought about at every start: work pool, deployments, schedules, automations."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentTriggerTypes
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Schedule
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from deployments.prefect_settings import POOL, api_url
from models.settings import Settings

FILE = Path(__file__).parent / "prefect.yaml"
ZONE = "{{ $WANGGE_ZONE }}"  # Prefect's own way to name a variable, so that `prefect deploy` reads the same file

TRIGGER: TypeAdapter[DeploymentTriggerTypes] = TypeAdapter(DeploymentTriggerTypes)


@contextmanager
def connected(of: Settings) -> Iterator[SyncPrefectClient]:
    """A client of this home's own server, whatever server the surroundings name."""
    with temporary_settings({PREFECT_API_URL: api_url(of)}), get_client(sync_client=True) as client:
        yield client


def ensure_pool(client: SyncPrefectClient, name: str = POOL) -> None:
    """A work pool of processes on this machine."""
    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=name, type="process"))


def ensure_deployments(client: SyncPrefectClient, zone: str, file: Path = FILE) -> None:
    """Every deployment of the file, its schedules read in the county's zone.

    :param zone: IANA name.
    """
    text = file.read_text(encoding="utf-8").replace(ZONE, zone)
    for entry in YAML(typ="safe").load(text)["deployments"]:
        deployment = _deployment(entry, _switched_off(client, entry))
        deployment.apply()


def _deployment(entry: dict[str, Any], switched_off: set[str]) -> RunnerDeployment:
    schedules = [Schedule(**each) for each in entry.get("schedules", [])]
    return RunnerDeployment.from_flow(
        _flow(entry["entrypoint"]),
        entry["name"],
        description=entry["description"],
        tags=entry["tags"],
        parameters=entry.get("parameters", {}),
        schedules=[replace(each, active=each.slug not in switched_off) for each in schedules],
        triggers=[TRIGGER.validate_python(each) for each in entry.get("triggers", [])],
        concurrency_limit=ConcurrencyLimitConfig(**entry["concurrency_limit"]),
        work_pool_name=entry["work_pool"]["name"],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _flow(entrypoint: str) -> Flow[..., Any]:
    module, _, name = entrypoint.rpartition(".")
    found: Flow[..., Any] = getattr(import_module(module), name)
    return found


def _switched_off(client: SyncPrefectClient, entry: dict[str, Any]) -> set[str]:
    """The slugs of the schedules which somebody has switched off: they stay off."""
    flow = _flow(entry["entrypoint"])
    try:
        existing = client.read_deployment_by_name(f"{flow.name}/{entry['name']}")
    except ObjectNotFound:
        return set()
    return {each.slug for each in existing.schedules if each.slug and not each.active}
