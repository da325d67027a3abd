"""What an import did or would do, for people and for programs."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from deployments.commands import output
from deployments.commands.words import called, joined, say
from tasks.importing import Imported
from tasks.rejects import Rejected, told
from tasks.sources import Line, Source

SHOWN = 10
"""So many faults are shown one by one in a dry run."""
VALUES, WIDEST = 5, 40
"""Of the cells that have the same fault so many are shown, so many characters of each."""
STRIDE = 500
"""After so many rows the bar moves: moving it takes longer than reading a row."""


@contextmanager
def watched(source: Source) -> Iterator[Iterator[Line]]:
    """The rows of a file. On the error stream, where that is a terminal, a bar grows as they are read.

    It stays until the block ends: what is done with the rows takes its time, too.
    """
    bar = Progress(console=Console(stderr=True, markup=False, highlight=False), transient=True)
    bar.disable = not sys.stderr.isatty()
    with bar:
        yield _read_on(source, bar)


def _read_on(source: Source, bar: Progress) -> Iterator[Line]:
    task = bar.add_task(say("cli.import.reading", file=source.table.file), total=source.table.length)
    for number, line in enumerate(source.lines(), 1):
        if not number % STRIDE:
            bar.update(task, completed=number)
        yield line
    bar.remove_task(task)
    bar.add_task(say("cli.import.writing"), total=None)


def _quoted(found: Counter[str]) -> str:
    """The cells most rows have, as a list behind the sentence; nothing when there is nothing to show."""
    cells = [cell for cell, _ in found.most_common(VALUES) if cell]
    more = say("cli.import.more") if len(found) > VALUES else ""
    return (
        say("cli.import.values", values=joined(say("cli.import.cell", cell=cell) for cell in cells) + more)
        if cells
        else ""
    )


def _most(named: Mapping[str, int]) -> str:
    """The staff numbers a file names most, each without what could lead to somebody."""
    shown = joined(output.safe(code)[:WIDEST] for code, _ in Counter(named).most_common(VALUES))
    return shown + (say("cli.import.more") if len(named) > VALUES else "")


@dataclass(frozen=True)
class Account:
    """What became of a file; `kept` is where its rejected rows lie."""

    source: Source
    imported: Imported
    kept: Path | None
    dry_run: bool

    def tell(self, *, as_json: bool) -> None:
        """Put it out."""
        if as_json:
            output.as_json(self._data())
            return
        facts = {"taken": self.imported.taken, "known": self.imported.known, "rejected": len(self.imported.rejected)}
        self._tell_file()
        output.line("cli.import.would" if self.dry_run else "cli.import.did", **facts)
        self._tell_stages()
        if self.imported.registered:
            output.line("cli.import.registered", **self.imported.registered.counts)
        self._tell_rejected()

    def _tell_file(self) -> None:
        table = self.source.table
        if table.decoded:
            output.line("cli.import.encoding", file=table.file, encoding=table.decoded.shown)
        if self.source.absent:
            output.line("cli.import.absent", columns=joined(self.source.absent))
        if self.source.left_out:
            output.line("cli.import.left_out", columns=joined(self.source.left_out))

    def _tell_stages(self) -> None:
        if self.imported.stages:
            stages = self.imported.stages.items()
            listed = joined(say("cli.import.stage", stage=called(each), count=count) for each, count in stages)
            output.line("cli.import.stages", stages=listed, overdue=self.imported.overdue)
        if self.imported.as_recorded:
            output.line("cli.import.as_recorded", count=self.imported.as_recorded)
        for key in ("unknown", "unentitled"):
            named: Mapping[str, int] = getattr(self.imported, key)
            if named:
                facts = {"count": len(named), "importer": self.imported.importer}
                output.line(f"cli.import.{key}", names=_most(named), **facts)

    def _tell_rejected(self) -> None:
        rejected = self.imported.rejected
        values: dict[str, Counter[str]] = defaultdict(Counter)
        for each in rejected:
            for field, why in each.faults.items():
                values[told(field, why)][self._written(each, field)] += 1
        for said, found in sorted(values.items(), key=lambda each: -each[1].total()):
            output.line("cli.import.why", said=said, count=found.total(), values=_quoted(found))
        for each in rejected[:SHOWN] if self.dry_run else ():
            said = joined(told(field, why) for field, why in each.faults.items())
            output.line("cli.import.fault", line=each.line.number, said=said)
        if self.dry_run and len(rejected) > SHOWN:
            output.line("cli.import.rest", count=len(rejected) - SHOWN)
        if self.kept:
            output.line("cli.import.kept", file=self.kept)

    def _written(self, rejected: Rejected, field: str) -> str:
        """What stands in a cell that can't be taken, as far as it can be shown, and what the mapping made of it."""
        cell = output.safe(self.source.written(rejected.line, field))[:WIDEST]
        meant = output.safe(self.source.meant(rejected.line, field))[:WIDEST] if cell else ""
        return say("cli.import.became", cell=cell, value=meant) if meant not in ("", cell) else cell

    def _data(self) -> dict[str, Any]:
        found, table = self.imported, self.source.table
        faults = [
            {"line": each.line.number, "field": field, "fault": told(field, why), "cell": self._written(each, field)}
            for each in found.rejected
            for field, why in each.faults.items()
        ]
        return {
            "file": table.file,
            "encoding": table.decoded.encoding if table.decoded else None,
            "left_out": self.source.left_out,
            "absent": self.source.absent,
            "dry_run": self.dry_run,
            "taken": found.taken,
            "known": found.known,
            "rejected": len(found.rejected),
            "stages": {str(stage): count for stage, count in found.stages.items()},
            "overdue": found.overdue,
            "as_recorded": found.as_recorded,
            "unknown": found.unknown,
            "unentitled": found.unentitled,
            "importer": found.importer,
            "registered": found.registered and found.registered.counts,
            "faults": faults,
            "reject_file": self.kept,
        }
