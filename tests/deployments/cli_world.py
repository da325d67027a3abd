"""The command line on a small county's database, as a person uses it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from deployments.cli import app
from models.actions import night
from models.database import engine
from models.queries import units
from models.queries.rulebook import rulebook
from models.settings import settings
from tests.conftest import fresh_database
from tests.county import at, load_small_county

FRESH = (
    *("WANGGE_DATABASE_URL", "WANGGE_HOME", "WANGGE_LOCALE", "WANGGE_COUNTY", "WANGGE_PREFECT_PORT", "WANGGE_DEBUG"),
    *("WANGGE_ROOM_KEY", "WANGGE_ROOM_KEY_FILE", "WANGGE_CODE", "COLUMNS"),
)


@dataclass(frozen=True)
class Said:
    """What a command put out, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def small_county(server_url: str, name: str) -> str:
    """A database of one's own with the small county in it: commands commit."""
    url = fresh_database(server_url, name)
    with Session(engine(url)) as session, session.begin():
        load_small_county(session)
    return url


def run_night(url: str, when: str) -> None:
    """The night of all communities at a local time."""
    with Session(engine(url)) as session, session.begin():
        book = rulebook(session, None)
        for unit in units.communities(session, book.county.id):
            night.run(session, book, unit.id, at(when))


@dataclass(frozen=True)
class Shell:
    """A shell with an environment: commands run inside the test, or each as a process of its own."""

    environment: dict[str, str]

    def __call__(self, *words: str, typed: str | None = None) -> Said:
        with pytest.MonkeyPatch.context() as patch:
            for name in FRESH:
                patch.delenv(name, raising=False)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            settings.cache_clear()
            result = CliRunner().invoke(app, list(words), input=typed, prog_name="wangge")
        settings.cache_clear()
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return Said(result.exit_code, result.stdout, result.stderr)

    def fine(self, *words: str) -> str:
        """What a command puts out that must succeed."""
        said = self(*words)
        assert (said.code, said.err) == (0, ""), said
        return said.out

    def refused(self, *words: str, code: int = 1) -> str:
        """The sentence of a command that must fail."""
        said = self(*words)
        assert (said.code, said.out) == (code, ""), said
        return said.err.rstrip("\n")

    def process(self, *words: str) -> Said:
        """Run a command as a process of its own."""
        kept = {name: value for name, value in os.environ.items() if name not in FRESH}
        command = [sys.executable, "-c", "from deployments.cli import main; main()", *words]
        done = subprocess.run(
            command, env=kept | self.environment, capture_output=True, text=True, check=False, encoding="utf-8"
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def report(self, at: str, *more: str, by: str = "W01", grid: str | None = "east-1") -> str:
        """Report an issue at a local time; returns its number."""
        where = ("--grid", grid) if grid else ()
        about = ("--category", "lighting", "--by", by, "--at", at)
        number: str = json.loads(self.fine("issue", "report", "楼道灯不亮", *where, *about, *more, "--json"))["number"]
        return number


def csv_file(folder: Path, name: str, *lines: str) -> str:
    """A file of some lines."""
    file = folder / name
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def counts(said: Said) -> tuple[int, int, int]:
    """Of an import: rows taken, known before, rejected."""
    return said.data["taken"], said.data["known"], said.data["rejected"]


def faults(said: Said) -> dict[tuple[int, str], str]:
    """Of an import: what was wrong, by line and field."""
    return {(each["line"], each["field"]): each["fault"].partition(": ")[2] for each in said.data["faults"]}
