"""Whole nights: a flow run's process from its start to its end against the same nights without Prefect."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from deployments.prefect_settings import prefect_environment
from models.actions import auditing, night
from models.database import transaction
from models.queries import units
from models.queries.rulebook import rulebook
from models.settings import Settings
from models.tables.places import County
from tests.bench import lived
from tests.bench.database import a_ledger, settle
from tests.bench.measuring import Line, interleaved, seconds
from tests.bench.memory import Memory
from tests.bench.prefect_server import a_prefect_server

ROOT = Path(__file__).parents[2]
COUNTY = 5_000  # open duties among 44,000 households: a bad week


def nights(server_url: str, home: Path, sizes: list[int], rounds: int) -> Iterator[Line]:
    """The nights of one county, then of the sizes asked for, with what memory they take."""
    with a_prefect_server(home) as of:
        turns = [partial(_anew, server_url, of, way) for way in (Nights.flow, Nights.body)]
        taken = interleaved(turns, rounds)
        what = f"nightly flow, a county of {_size(COUNTY)}"
        yield Line(f"{what}: process start to done; against the work alone", taken["cold"], taken["work"], most=10)
        yield Line("of it: Python and imports", taken["imports"])
        yield Line("the next night in the same process, nothing to assign; against it", taken["warm"], taken["rest"])
        for size in sizes:
            with a_ledger(server_url, partial(lived.fill_lived, open_duties=size)) as url:
                yield from _large(Nights(url, of, size), size, home)


def _anew(server_url: str, of: Settings, way: Callable[["Nights", int], dict[str, float]]) -> dict[str, float]:
    """The first two nights of a ledger of their own."""
    with a_ledger(server_url, partial(lived.fill_lived, open_duties=COUNTY)) as url:
        return way(Nights(url, of, COUNTY), 0)


def _large(ledger: "Nights", size: int, home: Path) -> Iterator[Line]:
    """One run each: these take minutes."""
    work = ledger.body(0)
    with Memory(home) as memory:
        flow = ledger.flow(2)
    what = f"nightly flow, {_size(size)}"
    yield Line(f"{what}: process start to done; against the work alone", flow["cold"], work["work"])
    yield Line("more than the work alone", max(0, flow["cold"] - work["work"]), most=6)
    yield Line("the next night in the same process, nothing to assign; against it", flow["warm"], work["rest"])
    yield Line("more than the work alone", max(0, flow["warm"] - work["rest"]), most=2)
    for name, megabytes in {"the flow's process": flow["peak"], **memory.peaks}.items():
        yield Line(f"memory at most: {name}", megabytes, most=400, unit="MB")


def _size(open_duties: int) -> str:
    share = open_duties // lived.SHARE
    return f"{open_duties:,} open, about {share:,} due, {share:,} to assign"


class Nights:
    """Nights on a ledger, two together: the first assigns a share of it, each climbs about as much; all are audited."""

    def __init__(self, url: str, of: Settings, open_duties: int) -> None:
        self._url, self._settings, self._open = url, of, open_duties
        with transaction(url) as session:
            self._county = session.scalars(select(County)).one()
            self._communities = [unit.id for unit in units.communities(session, self._county.id)]

    def body(self, turn: int) -> dict[str, float]:
        """What the flow's tasks do in two nights, as many at a time; nothing is to assign in the second."""
        first, second = self._evening(turn)
        return {"work": self._night(first), "rest": self._night(second)}

    def _night(self, at: datetime) -> float:
        def work() -> None:
            with ThreadPoolExecutor(4) as threads:
                for each in (self._climb, self._audit):
                    list(threads.map(partial(each, at), self._communities))
            with transaction(self._url, of_one_moment=True) as session:
                auditing.weigh(session, rulebook(session, self._county.key), at)

        return seconds(work)

    def _climb(self, at: datetime, community_id: int) -> None:
        with transaction(self._url) as session:
            night.run(session, rulebook(session, self._county.key), community_id, at)

    def _audit(self, at: datetime, community_id: int) -> None:
        with transaction(self._url, of_one_moment=True) as session:
            auditing.audit(session, rulebook(session, self._county.key), community_id, at)

    def flow(self, turn: int) -> dict[str, float]:
        """The same two nights as a process of its own, which starts for the first."""
        moments = [at.isoformat() for at in self._evening(turn)]
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

    def _evening(self, turn: int) -> tuple[datetime, datetime]:
        """The moments of two nights, the work of the first laid out."""
        with transaction(self._url) as session:
            lived.evening(session, turn, self._open)
            moments = lived.night(session, turn), lived.night(session, turn + 1)
        settle(self._url)
        return moments
