"""Ctrl-C, SIGTERM and a closed terminal end the owner at any instant but one: a child started, not yet noted."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it exists for those who check types alone
    from sys import UnraisableHookArgs

AGAIN = 0.05  # seconds until an interrupt that was swallowed comes again


class Interrupts:
    """Turns the first signal into one :class:`KeyboardInterrupt`; while held it waits, and later ones are ignored.

    So the clean-up that follows the first can't be interrupted by a second.
    """

    def __init__(self) -> None:
        self.arrived = False
        self._raised = False
        self._holds = 0
        self._unraisable = sys.__unraisablehook__

    def install(self) -> None:
        """Take over SIGINT, SIGTERM and, unless it is ignored as under nohup, SIGHUP; in the owner's main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._arrive)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._arrive)
        signal.signal(signal.SIGALRM, self._arrive)
        self._unraisable, sys.unraisablehook = sys.unraisablehook, self._swallowed

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

    def _swallowed(self, what: "UnraisableHookArgs") -> None:
        """Raised amid tidying up of Python's own, a finaliser say, the interrupt went nowhere: it comes again."""
        if self.arrived and what.exc_type is KeyboardInterrupt:
            self._raised = False
            signal.setitimer(signal.ITIMER_REAL, AGAIN)
        else:
            self._unraisable(what)

    def _deliver(self) -> None:
        if self.arrived and not self._raised and not self._holds:
            self._raised = True
            raise KeyboardInterrupt


INTERRUPTS = Interrupts()
