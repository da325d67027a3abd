"""A night through its deployment, followed to its end. Imported late: Prefect's import takes seconds."""

import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound

from deployments.commands.output import turning
from deployments.commands.server import demand_answer
from deployments.commands.words import say
from deployments.ensure import connected
from deployments.prefect_settings import api_url, ui_url
from deployments.runs import Finished, finished
from models.errors import NotConfigured
from models.settings import settings

NIGHTLY = "nightly/nightly"
TICK = 1.0  # seconds between two looks at the run


def run(form: dict[str, Any], wait: int) -> Finished:
    """Run the night's deployment and wait for its end.

    :param wait: for at most so many seconds; the run itself goes on afterwards.
    :raises NotConfigured: Prefect is out of reach, has no such deployment, or no worker took the run in time.
    """
    demand_answer(settings())
    with connected(settings()) as client:
        asked = _begin(client, form)
        with turning(say("cli.night.running", ui=ui_url(settings()))):
            return _followed(client, asked, time.monotonic() + wait)


def _begin(client: SyncPrefectClient, form: dict[str, Any]) -> UUID:
    try:
        deployment = client.read_deployment_by_name(NIGHTLY)
        return client.create_flow_run_from_deployment(deployment.id, parameters={"form": form}).id
    except ObjectNotFound as error:
        raise NotConfigured(why="no_deployment", name=NIGHTLY) from error
    except httpx.TransportError as error:
        raise NotConfigured(why="prefect_down", url=api_url(settings())) from error


def _followed(client: SyncPrefectClient, asked: UUID, until: float) -> Finished:
    while time.monotonic() < until:
        with suppress(httpx.TransportError):  # the server may be starting again
            if end := finished(client, asked):
                return end
        time.sleep(TICK)
    raise NotConfigured(why="night_not_ended", ui=f"{ui_url(settings())}/runs/flow-run/{asked}")
