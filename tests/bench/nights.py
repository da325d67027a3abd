"""Whole nights: a flow run's process from its start to its end against the same nights without Prefect."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deployments.prefect_settings import prefect_environment
from models.actions import night
from models.database import transaction
from models.queries import units
from models.queries.rulebook import rulebook
from models.settings import Settings
from models.tables.places import County
from tests.bench.database import a_ledger, settle
from tests.bench.ledger import ROUNDS, moment, raise_anew
from tests.bench.measuring import Line, interleaved, seconds
from tests.bench.memory import Memory
from tests.bench.prefect_server import a_prefect_server

ROOT = Path(__file__).parents[2]
COUNTY = 5_000  # open duties among 44,000 households: a bad week


def nights(server_url: str, home: Path, sizes: list[int], rounds: int) -> Iterator[Line]:
    """The nights of one county, then of the sizes asked for, with what memory they take."""
    with a_prefect_server(home) as of:
        with a_ledger(server_url, COUNTY) as url:
            taken = interleaved([(ledger := Nights(url, of)).flow, ledger.body], rounds)
        what = f"nightly flow, a county of {_size(COUNTY)}"
        yield Line(f"{what}: process start to done; against the work alone", taken["cold"], taken["work"], most=10)
        yield Line("of it: Python and imports", taken["imports"])
        yield Line("the next night in the same process, nothing to assign; against it", taken["warm"], taken["rest"])
        for size in sizes:
            with a_ledger(server_url, size) as url:
                yield from _large(Nights(url, of), size, home)


def _large(ledger: "Nights", size: int, home: Path) -> Iterator[Line]:
    """One run each: these take minutes."""
    work = ledger.body()
    with Memory(home) as memory:
        flow = ledger.flow()
    what = f"nightly flow, {_size(size)}"
    yield Line(f"{what}: process start to done; against the work alone", flow["cold"], work["work"])
    yield Line("more than the work alone", max(0, flow["cold"] - work["work"]), most=6)
    yield Line("the next night in the same process, nothing to assign; against it", flow["warm"], work["rest"])
    yield Line("more than the work alone", max(0, flow["warm"] - work["rest"]), most=2)
    for name, megabytes in {"the flow's process": flow["peak"], **memory.peaks}.items():
        yield Line(f"memory at most: {name}", megabytes, most=400, unit="MB")


def _size(open_duties: int) -> str:
    share = open_duties // ROUNDS
    return f"{open_duties:,} open, {share:,} due, {share:,} to assign"


class Nights:
    """Nights on a ledger, one turn after another; each assigns 5 % of it and climbs 5 %."""

    def __init__(self, url: str, of: Settings) -> None:
        self._url, self._settings = url, of
        self._turns = count()
        with transaction(url) as session:
            self._county = session.scalars(select(County)).one()
            self._communities = [unit.id for unit in units.communities(session, self._county.id)]

    def body(self) -> dict[str, float]:
        """What the flow's tasks do in two nights, as many at a time; nothing is to assign in the second."""
        return {"work": self._night(self._evening()), "rest": self._night(moment(next(self._turns)))}

    def _night(self, at: datetime) -> float:
        with ThreadPoolExecutor(4) as threads:
            return seconds(lambda: list(threads.map(partial(self._community, at), self._communities)))

    def _community(self, at: datetime, community_id: int) -> None:
        with transaction(self._url) as session:
            night.run(session, rulebook(session, self._county.key), community_id, at)

    def flow(self) -> dict[str, float]:
        """The same two nights as a process of its own, which starts for the first."""
        moments = [self._evening().isoformat(), moment(next(self._turns)).isoformat()]
        start = time.monotonic()
        said = self._process(moments)
        imported, first, second = said["done"]
        return {
            "imports": imported - start,
            "cold": first - start,
            "warm": second - first,
            "peak": said["peak_kb"] / 1024,
        }

    def _process(self, moments: list[str]) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.bench.cold_night", *moments]
        environment = prefect_environment(self._settings) | {"WANGGE_DATABASE_URL": self._url}
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise RuntimeError(ran.stderr)
        said: dict[str, Any] = json.loads(ran.stdout)
        return said

    def _evening(self) -> datetime:
        """The next turn's moment, its work laid out."""
        turn = next(self._turns)
        with transaction(self._url) as session:
            raise_anew(session, turn)
        settle(self._url)
        return moment(turn)
