"""Ctrl-C: everything the system started ends, and nothing else."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator

import psutil
import pytest

from tests.system.operator import System, processes_of, until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def neighbour() -> Iterator[subprocess.Popen[bytes]]:
    """Somebody else's process that looks like one of ours."""
    process = subprocess.Popen(["prefect server start", "600"], executable="/bin/sleep")
    yield process
    process.kill()
    process.wait()


def of(system: System) -> set[psutil.Process]:
    """All processes that have to do with the system's home: by their environment, their arguments, or their place."""
    found = set()
    for process in psutil.process_iter(["environ", "cmdline", "cwd", "status"]):
        told = [*(process.info["environ"] or {}).values(), *(process.info["cmdline"] or []), process.info["cwd"] or ""]
        if any(str(system.home) in each for each in told) and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.add(process)
    return found


def test_ctrl_c_ends_what_was_started_and_nothing_else(system: System, neighbour: subprocess.Popen[bytes]) -> None:
    run = system.begin("nightly", now=system.tonight(), preview=True)
    at_work = until(lambda: processes_of(run))
    ours = of(system)
    assert set(at_work) <= ours
    commands = " ".join(word for process in ours for word in process.cmdline())
    for part in ("wangge up", "prefect server start", "prefect worker start", "postgres"):
        assert part in commands, commands
    others = {child for child in psutil.Process().children(recursive=True) if child not in ours}
    began = time.monotonic()
    system.owner.send_signal(signal.SIGINT)
    assert system.owner.wait(60) == 0
    assert time.monotonic() - began < 20
    assert of(system) == set()
    assert neighbour.pid in {child.pid for child in others if child.is_running()}
    assert [child for child in others if not child.is_running()] == []
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(("127.0.0.1", system.port))
    assert not (system.home / "database_url").exists()
