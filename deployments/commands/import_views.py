"""What an import did or would do, for people and for programs."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from deployments.commands import output
from deployments.commands.words import called, joined, say
from tasks.importing import Imported
from tasks.rejects import told
from tasks.sources import Line, Source

SHOWN = 10
"""So many faults are shown one by one in a dry run."""


def watched(source: Source) -> Iterator[Line]:
    """The rows of a file, with a bar on the error stream that grows as they are read, where that is a terminal."""
    if not sys.stderr.isatty():
        return source.lines()
    bar = Console(stderr=True, markup=False, highlight=False)
    said = say("cli.import.reading", file=source.table.file)
    return iter(track(source.lines(), said, total=source.table.length, console=bar, transient=True))


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
            output.line("cli.import.registered", **asdict(self.imported.registered))
        self._tell_rejected()

    def _tell_file(self) -> None:
        table = self.source.table
        if table.decoded:
            output.line("cli.import.encoding", file=table.file, encoding=table.decoded.shown)
        if self.source.left_out:
            output.line("cli.import.left_out", columns=joined(self.source.left_out))

    def _tell_stages(self) -> None:
        if self.imported.stages:
            stages = self.imported.stages.items()
            listed = joined(say("cli.import.stage", stage=called(each), count=count) for each, count in stages)
            output.line("cli.import.stages", stages=listed, overdue=self.imported.overdue)
        if self.imported.as_recorded:
            output.line("cli.import.as_recorded", count=self.imported.as_recorded)

    def _tell_rejected(self) -> None:
        rejected = self.imported.rejected
        why = Counter(told(field, why) for each in rejected for field, why in each.faults.items())
        for said, count in why.most_common():
            output.line("cli.import.why", said=said, count=count)
        for each in rejected[:SHOWN] if self.dry_run else ():
            said = joined(told(field, why) for field, why in each.faults.items())
            output.line("cli.import.fault", line=each.line.number, said=said)
        if self.kept:
            output.line("cli.import.kept", file=self.kept)

    def _data(self) -> dict[str, Any]:
        found, table = self.imported, self.source.table
        faults = [
            {"line": each.line.number, "field": field, "fault": told(field, why)}
            for each in found.rejected
            for field, why in each.faults.items()
        ]
        return {
            "file": table.file,
            "encoding": table.decoded.encoding if table.decoded else None,
            "left_out": self.source.left_out,
            "dry_run": self.dry_run,
            "taken": found.taken,
            "known": found.known,
            "rejected": len(found.rejected),
            "stages": {str(stage): count for stage, count in found.stages.items()},
            "overdue": found.overdue,
            "as_recorded": found.as_recorded,
            "registered": found.registered,
            "faults": faults,
            "reject_file": self.kept,
        }
