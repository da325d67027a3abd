"""``wangge doctor``: is everything there, and does it run."""

from collections.abc import Iterator
from importlib import import_module
from typing import Annotated

import typer
from rich.text import Text

from deployments.commands import doctor_database, output
from deployments.commands.failures import ExitCode
from deployments.commands.findings import Finding, Verdict
from deployments.commands.options import AsJson
from deployments.commands.shell import described, family
from deployments.commands.words import say

app = family()

COLOURS = {Verdict.OK: "green", Verdict.WARNING: "yellow", Verdict.FAILED: "bold red"}

Quiet = Annotated[bool, typer.Option("--quiet", metavar="", help=say("cli.option.quiet"))]


@app.command("doctor", **described("doctor"))
def doctor(quiet: Quiet = False, as_json: AsJson = False) -> None:
    """Check everything; each line says what to do."""
    found = []
    for each in _findings():
        found.append(each)
        if not as_json and not (quiet and each.verdict is Verdict.OK):
            _tell(each)
    if as_json:
        output.as_json([_data(each) for each in found if not (quiet and each.verdict is Verdict.OK)])
    bad = any(each.verdict is Verdict.FAILED for each in found)
    raise typer.Exit(ExitCode.REFUSED if bad else ExitCode.FINE)


def _findings() -> Iterator[Finding]:
    """The database's first: what speaks with Prefect takes seconds to import."""
    yield from doctor_database.findings()
    yield from import_module("deployments.commands.doctor_prefect").findings()


def _tell(finding: Finding) -> None:
    verdict = Text(say(f"doctor.verdict.{finding.verdict}"), style=COLOURS[finding.verdict])
    told = say("doctor.line", check=say(f"doctor.{finding.check}.name"), sentence=finding.sentence)
    output.console().print(Text.assemble(verdict, " ", told), soft_wrap=True)


def _data(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check,
        "verdict": finding.verdict,
        "outcome": finding.outcome,
        "sentence": finding.sentence,
        "facts": finding.facts,
    }
