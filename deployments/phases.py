"""What the owner shows while it works: a line a phase, moving while it lasts, with the seconds it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeAlias

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from notifications.locale import text

Say: TypeAlias = Callable[[str], None]

PAUSE = 2.0  # seconds between two lines of one phase where nothing can move


@dataclass
class Phase:
    """One thing that goes on."""

    title: str
    task: TaskID
    began_at: float
    said_at: float


class Phases:
    """The list of phases on a console. In a terminal they move; elsewhere each says when it begins and when it is done.

    Several may go on at once.
    """

    def __init__(self, console: Console, locale: str) -> None:
        self._console = console
        self._locale = locale
        turning = SpinnerColumn(finished_text=text("up.mark", locale))
        columns = (turning, TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the list as it stands; what is told from now on comes below it."""
        self._progress.stop()

    def tell(self, key: str, **facts: object) -> None:
        """Print a sentence of the locale between the phases."""
        self._console.print(text(f"up.{key}", self._locale, **facts), markup=False, highlight=False)

    def begin(self, key: str) -> Phase:
        """Begin a phase, named by its key in the locale."""
        title = text(f"up.{key}", self._locale)
        if not self._console.is_terminal:
            self.tell("begun", phase=title)
        now = time.monotonic()
        return Phase(title, self._progress.add_task(title, total=1), began_at=now, said_at=now)

    def say(self, phase: Phase, said: str) -> None:
        """Show how far a phase has come."""
        if self._console.is_terminal:
            self._progress.update(phase.task, description=text("up.said", self._locale, phase=phase.title, said=said))
        elif time.monotonic() - phase.said_at > PAUSE:
            phase.said_at = time.monotonic()
            self.tell("said", phase=phase.title, said=said)

    def done(self, phase: Phase) -> None:
        """A phase is over."""
        self._progress.update(phase.task, description=phase.title, completed=1)
        if not self._console.is_terminal:
            self.tell("done", phase=phase.title, seconds=f"{time.monotonic() - phase.began_at:.1f}")

    @contextmanager
    def phase(self, key: str) -> Iterator[Say]:
        """A phase that lasts as long as the block; the block may say how far it has come."""
        phase = self.begin(key)
        yield lambda said: self.say(phase, said)
        self.done(phase)
