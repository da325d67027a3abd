"""The audit after a night: what changed and a thirtieth of the rest looked at, the counts weighed; time and memory."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from models.actions import auditing, night
from models.database import transaction
from models.queries import units
from models.queries.rulebook import Rulebook, rulebook
from models.tables.findings import Finding
from models.tables.places import County
from tests.bench import lived
from tests.bench.database import a_ledger, settle
from tests.bench.measuring import Line

ROOT = Path(__file__).parents[2]


def audits(server_url: str, size: int) -> Iterator[Line]:
    """The night of a lived ledger, then its audit as a process of its own, one community after another."""
    with a_ledger(server_url, partial(lived.fill_lived, open_duties=size)) as url:
        with transaction(url) as session:
            lived.evening(session, 0, size)
            now = lived.night(session, 0)
        with transaction(url) as session:
            book = _book(session)
            for unit in units.communities(session, book.county.id):
                night.run(session, book, unit.id, now)
        settle(url)
        said = _process(url, now)
    what = f"audit after a night, {size:,} open"
    yield Line(f"{what}: {said['issues']:,} issues looked at, {said['findings']} findings", said["audit"])
    yield Line("a thousand issues of it", said["audit"] * 1000 / said["issues"], unit="s")
    yield Line(f"the counts of {said['counted']:,} issues weighed", said["weigh"])
    yield Line("memory at most: the process, of it before it looked", said["peak"], said["before"], unit="MB")


def _book(session: Any) -> Rulebook:
    return rulebook(session, session.scalars(select(County.key)).one())


def _process(url: str, now: datetime) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.auditing", url, now.isoformat()]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def main(url: str, now: datetime) -> None:
    """Audit every community, then the counts; say in JSON what it took."""
    with transaction(url) as session:
        communities = [unit.id for unit in units.communities(session, _book(session).county.id)]
    before, start = _peak(), time.monotonic()
    looked_at = [_audit(url, each, now) for each in communities]
    audited = time.monotonic()
    with transaction(url, of_one_moment=True) as session:
        counted = auditing.weigh(session, _book(session), now).issues
        weighed = time.monotonic()
        findings = session.scalar(select(func.count()).select_from(Finding))
    said = {"issues": sum(looked_at), "findings": findings, "counted": counted, "before": before, "peak": _peak()}
    sys.stdout.write(json.dumps({**said, "audit": audited - start, "weigh": weighed - audited}))


def _audit(url: str, community_id: int, now: datetime) -> int:
    with transaction(url, of_one_moment=True) as session:
        return auditing.audit(session, _book(session), community_id, now).issues


def _peak() -> float:
    """MB at most since this program began: what its parent took before does not count, as it does in `getrusage`."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
