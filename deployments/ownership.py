"""One owner a home: the lock it holds, the mark its children carry, and what a killed predecessor left running."""

import fcntl
import os
import socket
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from deployments.processes import end_marked
from models.errors import NotConfigured


class Ownership:
    """Holds a home while the block lasts, or until the process ends, however it ends.

    What a killed owner of the home left running is ended on entering; `ended` has the numbers of those processes.
    """

    def __init__(self, home: Path) -> None:
        self._home = home.absolute()
        self._file: int | None = None
        self.mark = f"{self._home}#{uuid.uuid4()}"
        self.ended: list[int] = []

    def __enter__(self) -> Self:
        """Take the home.

        :raises NotConfigured: when another owner lives.
        """
        self._take()
        self.ended = self._end_leftovers()
        self._write_note()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the home go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _take(self) -> None:
        self._file = os.open(self._home / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid = self._note().partition(" ")[0]
            raise NotConfigured(why="other_owner", pid=pid, home=self._home) from error

    def _note(self) -> str:
        return (self._home / "owner.lock").read_text(encoding="utf-8").strip()

    def _end_leftovers(self) -> list[int]:
        mark = self._note().partition(" ")[2]
        # A copied home carries the mark of the original, whose processes are none of ours.
        return end_marked(mark, seconds=5) if mark.startswith(f"{self._home}#") else []

    def _write_note(self) -> None:
        (self._home / "owner.lock").write_text(f"{os.getpid()} {self.mark}\n", encoding="utf-8")


def demand_free(host: str, port: int) -> None:
    """Make sure nobody listens there.

    :raises NotConfigured: when somebody does.
    """
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of the last run may linger
        try:
            trial.bind((host, port))
        except (OSError, OverflowError) as error:
            raise NotConfigured(why="port_taken", port=port) from error
