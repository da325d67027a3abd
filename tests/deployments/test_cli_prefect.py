"""The commands that speak with Prefect, against a real server and worker; the tests follow each other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deployments.ensure import connected, ensure_deployments, ensure_pool
from deployments.prefect_settings import prefect_environment, server_command, ui_url, worker_command
from deployments.processes import Child
from models.database import engine
from models.settings import Settings
from models.tables.notices import NightLog
from tests.deployments.cli_world import Shell, small_county
from tests.deployments.test_real_server import ZONE, free_port, healthy, until

pytestmark = pytest.mark.timeout(240)

NIGHT = ("nightly", "--at", "2026-03-03 02:30")


@dataclass(frozen=True)
class Machinery:
    """A server, a worker that may be started, and a shell beside them."""

    of: Settings
    worker: Child
    wangge: Shell

    def found(self) -> dict[str, tuple[str, str]]:
        """What the doctor finds in Prefect: verdict and outcome by check."""
        return {each["check"]: (each["verdict"], each["outcome"]) for each in self.wangge("doctor", "--json").data}


@pytest.fixture(scope="module")
def machinery(homes: Path, server_url: str) -> Iterator[Machinery]:
    url = small_county(server_url, "wangge_cli_prefect")
    of = Settings(home=homes / "cli", prefect_port=free_port(), database_url=url)
    of.home.mkdir()
    told = {"WANGGE_DATABASE_URL": url, "WANGGE_HOME": str(of.home), "WANGGE_PREFECT_PORT": str(of.prefect_port)}
    environment, logs = prefect_environment(of) | told | {"WANGGE_LOCALE": "zh_CN"}, of.home / "logs"
    server = Child("server", server_command(of), environment, of.home, logs / "server.log", str(of.home))
    worker = Child("worker", worker_command(), environment, of.home, logs / "worker.log", str(of.home))
    try:
        server.start()
        until(lambda: healthy(of))
        yield Machinery(of, worker, Shell(told))
    finally:
        worker.stop()
        server.stop()


def test_without_its_deployment_no_night_is_run_and_the_doctor_says_so(machinery: Machinery) -> None:
    assert machinery.wangge.refused(*NIGHT, code=4) == (
        "Prefect 里没有部署 nightly/nightly，夜间流程没有运行。请运行 wangge up，由它建好各项部署。"
    )
    found = machinery.found()
    assert found["prefect"] == ("ok", "fine")
    assert found["deployments"] == ("failed", "missing")
    assert found["worker"] == ("failed", "no_pool")


def test_the_doctor_sees_schedules_with_runs_to_come_and_that_no_worker_lives(machinery: Machinery) -> None:
    with connected(machinery.of) as client:
        ensure_pool(client)
        ensure_deployments(client, ZONE)
    until(lambda: machinery.found()["schedules"] == ("ok", "fine"))
    found = machinery.found()
    assert (found["deployments"], found["worker"]) == (("ok", "fine"), ("failed", "none"))
    assert "一个也没有，到点的流程不会运行。" in machinery.wangge("doctor", "--quiet").out


def test_a_night_nobody_takes_is_not_waited_for_without_end(machinery: Machinery) -> None:
    sentence = machinery.wangge.refused(*NIGHT, "--wait", "1", code=4)
    assert sentence.startswith("等到时限，这一夜还没有结束；它会继续，请到 " + ui_url(machinery.of))
    with connected(machinery.of) as client:  # so that no later test waits for it
        for run in client.read_flow_runs():
            if not run.auto_scheduled:
                client.delete_flow_run(run.id)


def test_the_night_is_run_through_its_deployment_and_told(machinery: Machinery) -> None:
    machinery.wangge.report("2026-03-02 09:00")
    machinery.worker.start()
    until(lambda: machinery.found()["worker"] == ("ok", "fine"))
    told = machinery.wangge.fine(*NIGHT)
    assert told.startswith("nightly 2026-03-03：3 个单位完成")
    assert "派单 1 件" in told
    assert nights(machinery) == 3


def test_a_night_that_fails_is_told_and_ends_so(machinery: Machinery) -> None:
    said = machinery.wangge(*NIGHT, "--community", "南街")
    assert (said.code, said.out) == (1, "")
    assert "南街" in said.err
    assert "Traceback" not in said.err


def test_a_schedule_that_is_switched_off_is_a_warning(machinery: Machinery) -> None:
    with connected(machinery.of) as client:
        watch = client.read_deployment_by_name("watch/watch")
        client.update_deployment_schedule(watch.id, watch.schedules[0].id, active=False)
    assert machinery.found()["schedules"] == ("warning", "off")


def nights(machinery: Machinery) -> int:
    with Session(engine(machinery.of.database_url or "")) as session:
        return session.scalars(select(func.count()).select_from(NightLog)).one()
