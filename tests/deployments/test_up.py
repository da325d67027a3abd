"""The owner process as a whole: what it refuses, what it minds, and that nothing is left of it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deployments.embedded import EmbeddedPostgres
from deployments.processes import MARK, end_marked, marked
from notifications.locale import text
from tests.county import COUNTY
from tests.deployments.test_real_server import free_port

pytestmark = pytest.mark.timeout(240)


class Owner:
    """One owner process, what it has said so far, and the processes it has."""

    def __init__(self, home: Path, port: int, name: str = "owner") -> None:
        self.log = home.with_suffix(f".{name}.log")
        told = {"WANGGE_HOME": str(home), "WANGGE_PREFECT_PORT": str(port), "WANGGE_LOCALE": "zh_CN"}
        command = [sys.executable, "-m", "tests.deployments.up_runner"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | told, process_group=0)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_for(self, sentence: str, seconds: float = 180) -> None:
        deadline = time.monotonic() + seconds
        while sentence not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def left_of(home: Path) -> list[str]:
    """Everything that still runs for a home."""
    children = [" ".join(process.cmdline()) for process in marked(f"{home}#")]
    return children + (["postgres"] if EmbeddedPostgres(home).running else [])


def phase(key: str) -> str:
    return text("up.begun", "zh_CN", phase=text(f"up.{key}", "zh_CN"))


@pytest.fixture
def home(homes: Path) -> Iterator[Path]:
    """One home for all tests: each goes on with what the interrupts before it have left."""
    folder = homes / "up"
    yield folder
    end_marked(f"{folder}#", seconds=5)
    EmbeddedPostgres(folder).stop()


def test_a_taken_port_is_told_by_name_and_nothing_is_started(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = somebody.getsockname()[1]
        owner = Owner(home, port)
        assert owner.process.wait(60) == 2
    assert owner.said().strip() == text("error.NotConfigured.port_taken", "zh_CN", port=port)
    assert "WANGGE_PREFECT_PORT" in owner.said()
    assert left_of(home) == []
    assert {each.name for each in home.iterdir()} == {"owner.lock"}


@pytest.mark.parametrize(
    ("instant", "number"),
    [("database", signal.SIGINT), ("county", signal.SIGTERM)],
)
def test_an_interrupted_start_leaves_nothing_running(home: Path, instant: str, number: signal.Signals) -> None:
    owner = Owner(home, free_port())
    owner.wait_for(phase(instant))
    assert left_of(home)
    assert owner.end(number) == 130
    assert left_of(home) == []


def test_what_a_killed_owner_left_is_ended_by_the_next_and_nothing_else(home: Path) -> None:
    killed = Owner(home, free_port())
    killed.wait_for(phase("county"))
    bystander = subprocess.Popen(["sleep", "600"], env=os.environ | {MARK: f"{home}-of-somebody-else#1/server"})
    assert killed.end(signal.SIGKILL) == -signal.SIGKILL
    left = {process.pid for process in marked(f"{home}#")}
    assert left
    try:
        owner = Owner(home, free_port())
        owner.wait_for(phase("county"))
        assert text("up.leftovers", "zh_CN", count=len(left)) in owner.said()
        assert not left & {process.pid for process in psutil.process_iter() if process.status() != psutil.STATUS_ZOMBIE}
        assert bystander.poll() is None
        assert owner.end(signal.SIGINT) == 130
    finally:
        bystander.kill()
        bystander.wait()
    assert left_of(home) == []


def test_it_keeps_others_out_minds_its_services_and_ends_them_in_the_middle_of_a_night(home: Path) -> None:
    owner = Owner(home, free_port())
    owner.wait_for(phase("night"))

    second = Owner(home, free_port(), "second")
    assert second.process.wait(60) == 2
    refused = text("error.NotConfigured.other_owner", "zh_CN", pid=owner.process.pid, home=home)
    assert second.said().strip() == refused

    worker = next(process for process in marked(f"{home}#") if "worker" in process.cmdline())
    assert worker.environ()["WANGGE_COUNTY"] == COUNTY  # the database has another one, too
    worker.kill()
    owner.wait_for(text("up.restarted", "zh_CN", name=text("up.service.worker", "zh_CN")))

    assert owner.end(signal.SIGTERM) == 130
    assert left_of(home) == []
    assert not (home / "database_url").exists()
