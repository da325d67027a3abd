"""What the owner asks of the Prefect server once it answers. Imported late: Prefect's import takes seconds."""

import time
from collections.abc import Callable
from contextlib import suppress

import httpx

from deployments.automations import ensure_automations
from deployments.ensure import connected, ensure_deployments, ensure_pool
from deployments.runs import Finished, begin, close_dead, finished, forget_missed
from models.settings import Settings
from notifications.locale import text

TICK = 0.5  # seconds between two looks at a run


def tidy(of: Settings, tell: Callable[..., None]) -> None:
    """Make the work pool and put away what an earlier stop left behind: before a worker starts.

    :param tell: is given the key and facts of a sentence for each thing found.
    """
    with connected(of) as client:
        ensure_pool(client)
        if dead := close_dead(client, text("up.dead_run", of.locale)):
            tell("dead_runs", count=dead)
        if missed := forget_missed(client):
            tell("missed_runs", count=missed)


def arrange(of: Settings, zone: str) -> None:
    """Bring about deployments, schedules (in the county's zone) and automations."""
    with connected(of) as client:
        ensure_deployments(client, zone)
        ensure_automations(client)


def run(of: Settings, deployment: str, meanwhile: Callable[[], None]) -> Finished:
    """Run a deployment, named ``flow/deployment``, to its end.

    :param meanwhile: is called again and again while it runs.
    """
    with connected(of) as client:
        asked_for = begin(client, deployment)
        while True:
            with suppress(httpx.TransportError):  # the server may be starting again
                if end := finished(client, asked_for):
                    return end
            meanwhile()
            time.sleep(TICK)
