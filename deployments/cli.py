"""The command ``wangge``: which commands there are, and what becomes of an error."""

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from deployments.commands.shell import Group, family, misuse
from deployments.commands.words import say

COMMANDS = (
    *("up", "issue", "duties", "person", "unit", "household", "resident", "room", "why"),
    *("nightly", "replay", "ledger", "audit", "doctor", "pack", "calendar", "import", "backup", "restore"),
)
MODULES = {"import": "importing"}
"""The module of a command where it can't be called as the command is."""
MISUSED = 2
CONNECT_SECONDS = "10"  # a database that does not answer is told so, not waited for


class Wangge(Group):
    """All commands. Each stands here as a signpost: its module, and what that imports, is loaded when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The signpost of a command."""
        del ctx
        return TyperCommand(cmd_name, help=say(f"cli.command.{cmd_name}")) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command itself."""
        name, signpost, rest = super().resolve_command(ctx, args)
        loaded = get_command(import_module(f"deployments.commands.{MODULES.get(name, name)}").app) if signpost else None
        return name, loaded, rest

    def main(self, *args: Any, **settings: Any) -> Any:
        """Run a command line; whatever happens ends in an exit code, an error in one sentence on stderr."""
        try:
            code = super().main(*args, **{**settings, "standalone_mode": False})
        except typer.TyperException as error:
            if type(error).__name__ == "NoArgsIsHelpError":  # the help is printed already
                sys.exit(MISUSED)
            typer.echo(misuse(error), err=True)
            sys.exit(MISUSED)
        except typer.Abort:
            sys.exit(1)
        except Exception as error:  # noqa: BLE001 -- the last line of defence: no user meets a traceback
            sentence, code = import_module("deployments.commands.failures").told(error)
            typer.echo(sentence, err=True)
        sys.exit(code or 0)


app = family(Wangge, help=say("cli.command.wangge"))


@app.callback()
def _wangge() -> None:
    """All there is to set on the way to a command stands in the environment."""


def main() -> None:
    """The entry point."""
    os.environ.setdefault("PGCONNECT_TIMEOUT", CONNECT_SECONDS)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="wangge")
