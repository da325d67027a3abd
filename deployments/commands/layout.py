"""How a table is laid out in a width: what gives way, and what goes below its row when there is no room beside it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

Cells = Sequence[str | Text]

GAP = 2
"""Columns of a screen between two of a table."""
LEAST, MOST = 16, 24
"""What a column that gives way keeps: its longest word, but no less and no more than this."""
INDENT = 4
_WORD = re.compile(r"[!-~]+")  # others, as Chinese, may be broken anywhere


@dataclass(frozen=True)
class Column:
    """A column: its heading, how wide it would be, and to how much it may be narrowed."""

    at: int
    heading: str
    natural: int
    least: int

    @property
    def gives_way(self) -> bool:
        """Whether it may be narrowed or go below."""
        return self.least < self.natural


def columns(headings: Sequence[str], rows: Sequence[Cells], wrapped: Sequence[bool]) -> list[Column]:
    """The columns of a table; those `wrapped` give way."""
    return [_column(at, heading, [row[at] for row in rows], wrapped[at]) for at, heading in enumerate(headings)]


def _column(at: int, heading: str, cells: Cells, wrapped: bool) -> Column:
    lines = [heading, *(line for cell in cells for line in str(cell).split("\n"))]
    natural = max(map(cell_len, lines))
    if not wrapped:
        return Column(at, heading, natural, natural)
    longest = max((len(word) for line in lines for word in _WORD.findall(line)), default=0)
    return Column(at, heading, natural, min(natural, max(LEAST, min(longest, MOST))))


def needed(of: Sequence[Column]) -> int:
    """The width at which nothing gives way."""
    return sum(each.natural for each in of) + GAP * (len(of) - 1)


def laid_out(of: Sequence[Column], rows: Sequence[Cells], width: int, moving: Sequence[int]) -> RenderableType:
    """A table that fits in a width.

    :param moving: the places of the columns that go below first when there is no room, after them the last ones.
    """
    beside, below = _split(of, width, moving)
    widths = _widths(beside, width)
    if not below:
        return _grid(beside, widths, rows, headed=True)
    return Group(*_in_lines(beside, below, widths, rows))


def _split(of: Sequence[Column], width: int, moving: Sequence[int]) -> tuple[list[Column], list[Column]]:
    """The columns that stand beside each other, and those that stand below them."""
    beside = list(of)
    order = [*sorted(moving, reverse=True), *(each.at for each in reversed(of) if each.at not in moving)]
    for at in order:
        if len(beside) == 1 or sum(each.least for each in beside) + GAP * (len(beside) - 1) <= width:
            break
        beside = [each for each in beside if each.at != at]
    return beside, [each for each in of if each not in beside]


def _widths(of: Sequence[Column], width: int) -> list[int]:
    """How wide each is: what is left goes evenly to those that gave way."""
    widths = [each.least for each in of]
    left = width - sum(widths) - GAP * (len(of) - 1)
    while left > 0 and (short := [n for n, each in enumerate(of) if widths[n] < each.natural]):
        for n in short[:left]:
            more = min(max(left // len(short), 1), of[n].natural - widths[n], left)
            widths[n], left = widths[n] + more, left - more
    return widths


def _grid(of: Sequence[Column], widths: Sequence[int], rows: Sequence[Cells], *, headed: bool) -> Table:
    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0), show_header=headed)
    for each, width in zip(of, widths, strict=True):
        grid.add_column(each.heading, width=width, no_wrap=not each.gives_way, overflow="fold")
    for row in rows:
        grid.add_row(*(row[each.at] for each in of))
    return grid


def _in_lines(
    beside: Sequence[Column], below: Sequence[Column], widths: Sequence[int], rows: Sequence[Cells]
) -> Iterator[RenderableType]:
    """The headings, then each row with what stands below it."""
    yield _headings(beside, widths)
    yield Rule(style="none")
    for row in rows:
        yield _grid(beside, widths, [row], headed=False)
        yield Padding(_below(below, row), (0, 0, 0, INDENT))


def _below(below: Sequence[Column], row: Cells) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for each in below:
        if str(row[each.at]):
            grid.add_row(each.heading, row[each.at])
    return grid


def _headings(of: Sequence[Column], widths: Sequence[int]) -> Table:
    heads = {each.at: Text(each.heading, style="bold") for each in of}
    row = [heads.get(at, "") for at in range(max(heads) + 1)]
    return _grid(of, widths, [row], headed=False)
