"""Ctrl-C, SIGTERM and a closed terminal end the owner at any instant but one: a child started, not yet noted."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupts:
    """Turns the first signal into one :class:`KeyboardInterrupt`; while held it waits, and later ones are ignored.

    So the clean-up that follows the first can't be interrupted by a second.
    """

    def __init__(self) -> None:
        self.arrived = False
        self._raised = False
        self._holds = 0

    def install(self) -> None:
        """Take over SIGINT, SIGTERM and, unless it is ignored as under nohup, SIGHUP; in the owner's main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._arrive)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._arrive)

    def demand_none(self) -> None:
        """Interrupt what goes on though a signal came: raised amid tidying up of Python's own, it was swallowed.

        :raises KeyboardInterrupt: when one came.
        """
        if self.arrived:
            raise KeyboardInterrupt

    def close(self) -> None:
        """From here on nothing is interrupted: the owner is ending anyway."""
        self._raised = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep a signal back until the block is left."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            self._deliver()

    def _arrive(self, _number: int, _frame: FrameType | None) -> None:
        self.arrived = True
        self._deliver()

    def _deliver(self) -> None:
        if self.arrived and not self._raised and not self._holds:
            self._raised = True
            raise KeyboardInterrupt


INTERRUPTS = Interrupts()
