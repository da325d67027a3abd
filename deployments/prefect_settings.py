"""The settings our Prefect server, its worker and its clients share: everything stays on this machine."""

import os
import sys
from pathlib import Path

from models.settings import Settings

ROOT = Path(__file__).parent.parent
POOL = "wangge"
HOST = "127.0.0.1"

# Left behind by somebody's work with another server or Prefect Cloud, they would lead ours astray.
FOREIGN = ("PREFECT_PROFILE", "PREFECT_API_KEY", "PREFECT_SERVER_DATABASE_CONNECTION_URL")

PREFECT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",  # V1 shows Resume and Retry as buttons
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    # In memory the slots held by runs would be lost with the server, and stay taken for good.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # the automation for dead runs waits for three of them
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}


def api_url(of: Settings) -> str:
    """Where the server's API is reached."""
    return f"http://{HOST}:{of.prefect_port}/api"


def ui_url(of: Settings) -> str:
    """Where a browser finds the server."""
    return f"http://{HOST}:{of.prefect_port}"


def prefect_environment(of: Settings) -> dict[str, str]:
    """The whole environment for server, worker, flow runs and `prefect` commands of one home.

    What an administrator sets wins, except where this home's own server would not be the one that is meant.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    ours = {
        "PREFECT_HOME": str(of.home / "prefect"),
        "PREFECT_API_URL": api_url(of),
        "WANGGE_HOME": str(of.home),
        "WANGGE_PREFECT_PORT": str(of.prefect_port),
        **({"WANGGE_COUNTY": of.county} if of.county else {}),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), inherited.get("PYTHONPATH")))),
    }
    return PREFECT | inherited | ours


def server_command(of: Settings) -> list[str]:
    """Start the server in the foreground."""
    return [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(of.prefect_port)]


def worker_command(pool: str = POOL) -> list[str]:
    """Start the worker of a pool; one run at a time, since SQLite serves no more."""
    limits = ("--type", "process", "--limit", "1")
    return [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--name", pool, *limits]
