"""Asking for a personal code in a terminal; where there is none, saying how else to give it."""

import warnings
from getpass import GetPassWarning

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
    with warnings.catch_warnings():
        warnings.simplefilter("error", GetPassWarning)
        try:
            return str(typer.prompt(say(key), hide_input=True, confirmation_prompt=again))
        except GetPassWarning:
            raise typer.BadParameter(say("cli.wrong.no_terminal")) from None
