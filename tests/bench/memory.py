"""How much memory the processes behind a night take at most."""

import threading
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from deployments.processes import marked

EVERY = 0.2  # seconds between two looks


class Memory:
    """Looks, while its block lasts, at the Prefect server below a folder and at PostgreSQL's processes.

    `peaks` are in MB. What PostgreSQL's processes share (its buffers) is left out.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peaks: dict[str, float] = defaultdict(float)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            for process in marked(self._folder):
                self._note("a process of the Prefect server", process, shared=True)
            for process in psutil.process_iter(["name"]):
                if process.info["name"] == "postgres":
                    self._note("a process of PostgreSQL, its buffers aside", process, shared=False)

    def _note(self, name: str, process: psutil.Process, *, shared: bool) -> None:
        with suppress(psutil.NoSuchProcess):
            memory = process.memory_info()
            own = memory.rss if shared else memory.rss - memory.shared
            self.peaks[name] = max(self.peaks[name], own / 2**20)
