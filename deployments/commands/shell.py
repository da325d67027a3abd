"""Typer in the locale: its own words, usage errors in one sentence, commands loaded when they are called."""

import re
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from deployments.commands.words import joined, say

# Fixed words of Typer's help, which the locale has under these names in lower case.
FIXED = (
    "DEFAULT_STRING",
    "REQUIRED_LONG_STRING",
    "ARGUMENTS_PANEL_TITLE",
    "OPTIONS_PANEL_TITLE",
    "COMMANDS_PANEL_TITLE",
)
# Errors raised under one class are told apart by how they begin.
PHRASES = {"Got unexpected extra argument": "extra", "Missing command": "no_command"}


class Command(TyperCommand):
    """A command whose help speaks the locale."""

    def get_usage(self, ctx: Any) -> str:
        """The line that shows how it is written."""
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """``--help``."""
        return _explained(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        _speak()
        super().format_help(ctx, formatter)


class Group(TyperGroup):
    """A family of commands whose help speaks the locale."""

    def get_usage(self, ctx: Any) -> str:
        """The line that shows how it is written."""
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """``--help``."""
        return _explained(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        _speak()
        super().format_help(ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that is meant; for an unknown one, those it may be."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            near = get_close_matches(args[0], known) or known
            ctx.fail(say("cli.wrong.command", name=args[0], near=joined(near)))
        return super().resolve_command(ctx, args)


def family(cls: type[TyperGroup] = Group, **settings: Any) -> typer.Typer:
    """An application for commands that belong together."""
    return typer.Typer(cls=cls, add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, **settings)


def described(key: str) -> dict[str, Any]:
    """The settings of a command whose help stands in the locale under ``cli.command``."""
    return {"cls": Command, "help": say(f"cli.command.{key}")}


def _speak() -> None:
    rich_utils = import_module("typer.rich_utils")
    for name in FIXED:
        setattr(rich_utils, name, say(f"cli.typer.{name.lower()}"))


def _usage(line: str) -> str:
    return line.replace("Usage:", say("cli.typer.usage"), 1)


def _explained(option: Any) -> Any:
    if option is not None:
        option.help, option.metavar = say("cli.typer.help"), ""
    return option


def misuse(error: typer.TyperException) -> str:
    """One sentence about a command line that can't be understood, and where to read how it is written."""
    kind = next((key for phrase, key in PHRASES.items() if error.message.startswith(phrase)), type(error).__name__)
    if kind == "BadParameter" and getattr(error, "param", None) is None:
        kind = "UsageError"  # it says itself what it is about
    facts = {
        "param": _written(getattr(error, "param", None)),
        "option": getattr(error, "option_name", ""),
        "extra": "".join(re.findall(r"\(([^()]*)\)$", error.message)),
        "message": error.message,
    }
    try:
        sentence = say(f"cli.wrong.{kind}", **facts)
    except KeyError:
        sentence = error.message
    context = getattr(error, "ctx", None)
    return say("cli.wrong.see_help", sentence=sentence, path=context.command_path if context else "wangge")


def _written(param: Any) -> str:
    """A parameter as it is written on the command line."""
    if param is None:
        return ""
    return str(param.opts[0] if param.param_type_name == "option" else param.display_name_raw)
