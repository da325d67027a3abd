"""Children of the owner process: started, and ended with everything they started themselves.

Each child runs in a session of its own, so that Ctrl-C reaches only the owner, and carries a mark in its environment
which its descendants inherit: by the mark they are found even when their parents have died.
"""

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deployments.interrupts import INTERRUPTS

MARK = "WANGGE_OWNED_BY"
LARGEST_LOG = 10_000_000  # bytes, before a new one is begun


@dataclass
class Child:
    """A program that runs as long as the owner does.

    :param folder: where it runs.
    :param log: takes all it says.
    :param mark: who owns it; unique to the owner process.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    mark: str
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def running(self) -> bool:
        """Whether it lives."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it and return at once; first ends what an earlier start has left behind."""
        self.stop()
        _begin_anew_when_large(self.log)
        with INTERRUPTS.held(), self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**self.environment, MARK: f"{self.mark}/{self.name}"},
                start_new_session=True,
            )

    def stop(self, seconds: float = 5.0) -> None:
        """End it and what it started: asked first, killed after `seconds`."""
        if self.process is not None:
            end_marked(f"{self.mark}/{self.name}", seconds)
            self.process.wait()


def marked(mark: str) -> list[psutil.Process]:
    """The live processes whose mark begins with `mark`."""
    return [
        process
        for process in psutil.process_iter(["environ", "status"])
        if (process.info["environ"] or {}).get(MARK, "").startswith(mark)
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def end_marked(mark: str, seconds: float) -> list[int]:
    """End all processes of a mark: asked first, killed after `seconds`; returns their numbers."""
    ended = marked(mark)
    for process in ended:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    psutil.wait_procs(ended, timeout=seconds)
    stubborn = marked(mark)  # a second look: also what was started while we waited
    for process in stubborn:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=seconds)
    return [process.pid for process in ended]


def _begin_anew_when_large(log: Path) -> None:
    log.parent.mkdir(mode=0o750, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".old.log"))
