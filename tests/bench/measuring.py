"""Times side by side, their medians, and the table they make."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Turn = Callable[[], Mapping[str, float]]


@dataclass(frozen=True)
class Line:
    """One line of the table.

    :param floor: what it is held against, in the same unit.
    :param most: the goal, in the same unit.
    :param most_times: the goal, as a ratio to the floor.
    """

    what: str
    product: float
    floor: float | None = None
    most: float | None = None
    most_times: float | None = None
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        """The product to the floor."""
        return self.product / self.floor if self.floor else None

    def cells(self) -> tuple[str, ...]:
        """What stands in the table."""
        goal, reached = "", ""
        if self.most is not None:
            goal, reached = f"≤ {self.most:g} {self.unit}", _verdict(self.product, self.most)
        elif self.most_times is not None and self.ratio is not None:
            goal, reached = f"≤ {self.most_times:g} ×", _verdict(self.ratio, self.most_times)
        floor = _figure(self.floor, self.unit) if self.floor else ""
        ratio = f"{self.ratio:.2f} ×" if self.ratio is not None else ""
        return self.what, _figure(self.product, self.unit), floor, ratio, goal, reached


def _verdict(value: float, most: float) -> str:
    return "yes" if value <= most else "**no**"


def _figure(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}".rstrip()


HEAD = ("what", "measured", "held against", "ratio", "goal", "reached")


def table(lines: Sequence[Line]) -> str:
    """The lines as a table in Markdown."""
    rows = [HEAD, ("---", "---:", "---:", "---:", "---:", "---"), *(line.cells() for line in lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(turns: Sequence[Turn], rounds: int) -> dict[str, float]:
    """Take the turns one after another, each round beginning with another; the medians of what they measured, by name.

    A first round warms up and doesn't count.
    """
    measured = defaultdict[str, list[float]](list)
    for number in range(rounds + 1):
        at = number % len(turns)
        for turn in (*turns[at:], *turns[:at]):
            for name, value in turn().items():
                measured[name] += [value] if number else []
    return {name: median(values) for name, values in measured.items()}
