"""Prefect's own watchmen, from ``automations.yaml``: dead runs are marked, a night that stays away is made up for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prefect.automations import AutomationCore
from prefect.client.orchestration import SyncPrefectClient
from ruamel.yaml import YAML

FILE = Path(__file__).parent / "automations.yaml"


def ensure_automations(client: SyncPrefectClient, file: Path = FILE) -> None:
    """Create what is missing, update what differs, leave the rest as it is: its clocks go on.

    An automation somebody has switched off stays off.
    """
    for wanted in _wanted(client, file):
        existing = client.read_automations_by_name(wanted.name)
        if not existing:
            client.create_automation(wanted)
            continue
        wanted.enabled = existing[0].enabled
        if wanted != AutomationCore.model_validate(existing[0].model_dump(exclude={"id"})):
            client.update_automation(existing[0].id, wanted)


def _wanted(client: SyncPrefectClient, file: Path) -> Iterator[AutomationCore]:
    for entry in YAML(typ="safe").load(file)["automations"]:
        name = entry.pop("deployment", None)
        deployment = str(client.read_deployment_by_name(name).id) if name else ""
        yield AutomationCore.model_validate(_filled(entry, deployment))


def _filled(value: Any, deployment: str) -> Any:
    """The entry with ``{deployment}`` replaced by the deployment's id."""
    if isinstance(value, dict):
        return {name: _filled(each, deployment) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, deployment) for each in value]
    return value.replace("{deployment}", deployment) if isinstance(value, str) else value
