"""Which reports say the same: candidates for merging, for people to decide on. Nothing is merged by itself."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

Row = TypeVar("Row", bound=Hashable)


def normalised(text: str) -> str:
    """A text as it is compared: every run of white space is one blank, none at the ends; nothing else changes."""
    return " ".join(text.split())


def same_text(rows: Iterable[tuple[Row, str]]) -> Iterator[tuple[Row, ...]]:
    """The groups of two or more rows whose texts are the same, each in the order given, by their first row."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row, text in rows:
        groups[normalised(text)].append(row)
    return (tuple(own) for own in groups.values() if len(own) > 1)
