"""A Prefect server for the bench, on a port of its own."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from deployments.prefect_settings import api_url, prefect_environment, server_command
from deployments.processes import Child
from models.settings import Settings

PATIENCE = 120.0  # seconds


@contextmanager
def a_prefect_server(home: Path) -> Iterator[Settings]:
    """The settings of a server that answers; it ends with the block."""
    of = Settings(home=home / "prefect-server", prefect_port=_free_port())
    of.home.mkdir()
    server = Child(
        "server", server_command(of), prefect_environment(of), of.home, of.home / "logs" / "server.log", str(of.home)
    )
    try:
        server.start()
        _await(of)
        yield of
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def _await(of: Settings) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{api_url(of)}/health").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(of.home)
