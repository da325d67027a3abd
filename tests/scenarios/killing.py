"""A forked child that works on a database, watched from outside and killed in the middle."""

import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic, sleep

from sqlalchemy import Connection, make_url, text

PATIENCE = 60.0
"""Seconds after which a child or a backend that should have gone is a failure."""

BACKEND = text("""
    SELECT xact_start IS NOT NULL AS open, backend_xid IS NOT NULL AS wrote, state, query
    FROM pg_stat_activity WHERE application_name = :name
""")


class Struck(StrEnum):
    """Where a kill found the child."""

    WRITING = "inside a transaction that had written"
    READING = "inside a transaction that had not written yet"
    COMMITTING = "while it committed"
    BETWEEN = "between transactions"
    ENDED = "after its end"


@dataclass
class Child:
    """A forked process and the name its backend goes by."""

    pid: int
    name: str
    ended: bool = False

    def has_ended(self) -> bool:
        """Whether it ended by itself; a child that failed fails the test."""
        if not self.ended:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.ended = pid != 0
            assert not self.ended or status == 0, f"the child failed: {status}"
        return self.ended

    def wait(self) -> None:
        """Until it has ended by itself."""
        deadline = monotonic() + PATIENCE
        while not self.has_ended():
            if monotonic() > deadline:
                raise AssertionError("the child does not end")
            sleep(0.002)

    def kill(self) -> bool:
        """End it as a power cut would; false when it had just ended by itself."""
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.ended = True
        assert status in (0, signal.SIGKILL), f"the child failed: {status}"
        return status == signal.SIGKILL


@contextmanager
def child(url: str, name: str, job: Callable[[str], None]) -> Iterator[Child]:
    """A child that does a job over a connection of its own.

    The name in its URL keeps it from the engine, and so from the sockets, it inherits.
    """
    own = make_url(url).update_query_dict({"application_name": name}).render_as_string(hide_password=False)
    pid = os.fork()
    if pid == 0:
        _work(own, job)
    forked = Child(pid, name)
    try:
        yield forked
    finally:
        if not forked.ended:
            forked.kill()


def _work(url: str, job: Callable[[str], None]) -> None:
    status = 1
    try:
        job(url)
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as a second test run
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(status)


def seen(observer: Connection, name: str) -> Struck:
    """Where a child is, told by the server it talks to."""
    row = observer.execute(BACKEND, {"name": name}).mappings().one_or_none()
    if row is None or not row["open"]:
        return Struck.BETWEEN
    if row["query"].upper().startswith("COMMIT"):
        return Struck.COMMITTING
    return Struck.WRITING if row["wrote"] else Struck.READING


def strike(observer: Connection, victim: Child, only: Struck | None = None) -> Struck | None:
    """Stop a child, see where it stands, kill it. Stopped, it can't send its COMMIT: what is open now dies with it.

    :param only: kill it only there.
    :return: where it was killed; None when it was let go on; ``ENDED`` when it had ended by itself.
    """
    if victim.has_ended():
        return Struck.ENDED
    os.kill(victim.pid, signal.SIGSTOP)
    where = seen(observer, victim.name)
    if only is not None and where is not only:
        os.kill(victim.pid, signal.SIGCONT)
        return None
    if not victim.kill():
        return Struck.ENDED
    gone(observer, victim.name)
    return where


def strike_while_writing(observer: Connection, victim: Child, later: float) -> Struck:
    """Wait until a child has written in an open transaction, wait a moment more, kill it if it still stands there."""
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        if victim.has_ended():
            return Struck.ENDED
        if seen(observer, victim.name) is Struck.WRITING:
            sleep(later)
            if where := strike(observer, victim, Struck.WRITING):
                return where
    raise AssertionError("the child never writes")


def gone(observer: Connection, name: str) -> None:
    """Wait until the server has noticed that a child is dead and has rolled back."""
    deadline = monotonic() + PATIENCE
    while observer.execute(BACKEND, {"name": name}).first() is not None:
        if monotonic() > deadline:
            raise AssertionError("the backend does not go")
        sleep(0.005)
