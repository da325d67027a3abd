"""Services that should be up: started, started again when they die, stopped in reverse order whatever happens."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from models.errors import WanggeError

LONGEST_PAUSE = 60.0  # seconds between two starts
STEADY = 60.0  # seconds a service has to live for its failures to be forgotten


class Service(Protocol):
    """What can be supervised. `stop` is harmless when nothing runs."""

    name: str

    @property
    def running(self) -> bool:
        """Whether it lives."""

    def start(self) -> object:
        """Start it."""

    def stop(self) -> None:
        """End it."""


@dataclass
class _Watched:
    service: Service
    started_at: float
    failures: int = field(default=0)

    def due(self, now: float) -> bool:
        """Whether it has died and its pause is over; the pauses grow."""
        if self.service.running:
            return False
        if now - self.started_at > STEADY:
            self.failures = 0
        return now - self.started_at >= min(2.0**self.failures, LONGEST_PAUSE)


class Supervision:
    """The services of one owner.

    :param tell: is told the name of each service that is started again, and what went wrong when that failed.
    """

    def __init__(self, tell: Callable[[str, WanggeError | None], None]) -> None:
        self._tell = tell
        self._watched: list[_Watched] = []
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop all, the last first; one that fails to stop keeps no other from being stopped."""
        self._ends.__exit__(kind, error, trace)

    def start(self, service: Service) -> None:
        """Start a service and mind it from now on."""
        self._ends.callback(service.stop)
        service.start()
        self._watched.append(_Watched(service, time.monotonic()))

    def keep_up(self) -> None:
        """Start again what has died."""
        for watched in self._watched:
            if watched.due(time.monotonic()):
                self._start_again(watched)

    def _start_again(self, watched: _Watched) -> None:
        watched.failures += 1
        watched.started_at = time.monotonic()
        try:
            watched.service.start()
        except WanggeError as error:
            self._tell(watched.service.name, error)
        else:
            self._tell(watched.service.name, None)
