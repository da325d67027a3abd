"""Whether this home's Prefect server answers: asked first, since Prefect's own client takes ten seconds to give up."""

import httpx

from deployments.prefect_settings import api_url
from models.errors import NotConfigured
from models.settings import Settings

SECONDS = 5.0
TRIES = 3  # on a machine with much to do the first is only slow


def demand_answer(of: Settings) -> None:
    """Make sure that it does.

    :raises NotConfigured: when it does not.
    """
    for left in reversed(range(TRIES)):
        try:
            httpx.get(f"{api_url(of)}/health", timeout=SECONDS, trust_env=False).raise_for_status()
        except httpx.HTTPError as error:
            if not (left and isinstance(error, httpx.TimeoutException)):
                raise NotConfigured(why="prefect_down", url=api_url(of)) from error
        else:
            return
