"""Asking for a personal code in a terminal; where there is none, saying how else to give it."""

import os
import sys

import typer

from deployments.commands.words import say


def code() -> str:
    """Somebody's code, typed and not shown."""
    return _typed("cli.prompt.code")


def new_code() -> str:
    """A new code, typed twice."""
    return _typed("cli.prompt.new_code", say("cli.prompt.code_again"))


def _typed(key: str, again: str | bool = False) -> str:
    """What was typed.

    :raises typer.BadParameter: when there is no terminal: it would be shown, or waited for in vain.
    """
    if not _terminal():
        raise typer.BadParameter(say("cli.wrong.no_terminal"))
    return str(typer.prompt(say(key), hide_input=True, confirmation_prompt=again, err=True))


def _terminal() -> bool:
    """Whether there is a terminal to type in, be standard input what it may: as ``getpass`` looks for one."""
    try:
        os.close(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return sys.stdin.isatty()
    return True
