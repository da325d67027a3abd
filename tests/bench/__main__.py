"""`python -m tests.bench`: measures, and prints one table in Markdown.

The full run takes some minutes and wants a machine with nothing else to do; `--quick` less than one.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.auditing import audits
from tests.bench.climbing import climbing
from tests.bench.database import a_home, a_server
from tests.bench.due_times import due_times
from tests.bench.importing import importing
from tests.bench.measuring import Line, table
from tests.bench.nights import nights
from tests.bench.replaying import replaying

NAMES = ("audit", "climb", "due-times", "import", "night", "replay")


def main() -> None:
    asked = _arguments()
    sizes = asked.sizes or ([10_000] if asked.quick else [10_000, 100_000, 1_000_000])
    with a_home() as home, a_server(home) as url:
        lines = [_told(line) for line in _measured(asked, url, home, sizes)]
    print(table(lines))


def _measured(asked: argparse.Namespace, url: str, home: Path, sizes: list[int]) -> Iterator[Line]:
    names = asked.names or NAMES
    if "due-times" in names:
        yield from due_times(asked.rounds)
    if "climb" in names:
        yield from climbing(url, sizes, asked.rounds)
    if "import" in names:
        yield from importing(url, home / "rows", 10_000 if asked.quick else 100_000, asked.rounds)
    if "audit" in names:
        yield from audits(url, max(sizes))
    if "replay" in names:
        yield from replaying(url, 1_000 if asked.quick else 10_000)
    if "night" in names:
        yield from nights(url, home, [] if asked.quick else [max(sizes)], asked.rounds)


def _told(line: Line) -> Line:
    """Show on the way what is known already: a run takes minutes."""
    print(*line.cells(), sep="  ", file=sys.stderr, flush=True)
    return line


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)}; without names all")
    parser.add_argument("--sizes", nargs="+", type=int, help="open duties, as 10000 100000 1000000")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 5), help="how often; the median counts")
    parser.add_argument("--quick", action="store_true", help="the smallest size alone")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(", ".join(unknown))
    return asked


if __name__ == "__main__":
    main()
