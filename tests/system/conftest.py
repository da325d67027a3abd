"""The whole system, started once as its operator starts it, and a browser to look at it with.

The tests of this folder tell one story in the order below: time only goes forward, and the last one ends the system.
"""

import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Page, sync_playwright
from prefect.client.orchestration import SyncPrefectClient

from deployments.demonstration.founding import SCRIPT
from deployments.show import first_pack
from models.settings import database_url
from tests.deployments.test_real_server import free_port
from tests.system.operator import System

STORY = ("first_night", "intake", "planting", "failure", "kills", "engine", "messages", "private", "ending")
DAYS = 9  # the county lives through before it is shown: enough for duties to be overdue
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the story into its order; the tests of other folders stay where they are."""
    places = [number for number, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    told = sorted((items[number] for number in places), key=lambda item: STORY.index(item.path.stem[len("test_") :]))
    for number, item in zip(places, told, strict=True):
        items[number] = item


@pytest.fixture(scope="session")
def pack(homes: Path) -> Path:
    """The county that comes with the product, with a shorter past."""
    folder = homes / "county"
    shutil.copytree(first_pack(), folder)
    script = (folder / SCRIPT).read_text(encoding="utf-8")
    (folder / SCRIPT).write_text(re.sub(r"^days: \d+", f"days: {DAYS}", script, flags=re.MULTILINE), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def system(homes: Path, pack: Path) -> Iterator[System]:
    """``wangge up``, from nothing to a finished night; its schedules then rest, so that only the tests start runs."""
    home, port = homes / "system", free_port()
    told = {
        "WANGGE_HOME": str(home),
        "WANGGE_PREFECT_PORT": str(port),
        "WANGGE_LOCALE": "zh_CN",
        "WANGGE_REHEARSAL": "1",  # its nights run ahead of the clock
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    command = [str(Path(sys.executable).with_name("wangge")), "up", "--pack", str(pack)]
    log = homes / "system.log"
    with log.open("wb") as out:
        owner = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=inherited | told, cwd=homes, process_group=0
        )
    try:
        with SyncPrefectClient(f"http://127.0.0.1:{port}/api") as client:
            running = System(home, port, owner, log, client)
            running.await_ready()
            running.url = database_url(running.settings)
            running.rest()
            yield running
    finally:
        owner.terminate()
        owner.wait(60)


def leave_out(reason: str) -> NoReturn:
    """Skip aloud, in the summary of warnings: half of the proof is seen in a browser."""
    warnings.warn(f"LEFT OUT: {reason}", stacklevel=2)
    pytest.skip(reason)


@pytest.fixture
def page(system: System) -> Iterator[Page]:
    """A window of Chromium on the system's pages, as on a desk in the county."""
    if CHROMIUM is None:
        leave_out("no Chromium on this machine: apt-get install chromium")
    if not subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout:
        leave_out("no Chinese font on this machine: apt-get install fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(
            base_url=system.ui,
            viewport={"width": 1300, "height": 800},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(30_000)
        yield context.new_page()
        browser.close()
