"""What went wrong, as one sentence and an exit code."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from psycopg.errors import UndefinedColumn, UndefinedTable
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError

from deployments.commands import rows
from deployments.commands.words import called, joined, say
from models.errors import InvalidInput, NotConfigured, WanggeError
from models.rules.records import Post
from models.vocabulary import Action
from notifications.render import plain


class ExitCode(IntEnum):
    """How a command ended, for scripts; the main help says the same in words."""

    FINE = 0
    REFUSED = 1
    MISUSED = 2
    REJECTED = 3
    NOT_READY = 4


def told(error: Exception) -> tuple[str, ExitCode]:
    """The sentence and the exit code for an error, ours or anybody's.

    With ``WANGGE_DEBUG`` set, a fault of the program is raised again.
    """
    ours = _understood(error)
    if ours is None:
        if os.environ.get("WANGGE_DEBUG"):
            raise error
        return say("error.unexpected", kind=type(error).__name__), ExitCode.REFUSED
    return sentence(ours), exit_code(ours)


def exit_code(error: WanggeError) -> ExitCode:
    """The exit code for an error of ours."""
    if isinstance(error, NotConfigured):
        return ExitCode.NOT_READY
    return ExitCode.REJECTED if isinstance(error, InvalidInput) else ExitCode.REFUSED


def sentence(error: WanggeError) -> str:
    """What an error says, from the locale by its key and facts."""
    given = {name: datetime.fromisoformat(str(at)) if name.endswith("_at") else at for name, at in error.facts.items()}
    facts = {name: _shown(value, given) for name, value in given.items()}
    for key in (error.key, f"error.{type(error).__name__}"):
        try:
            return say(key, **facts)
        except (KeyError, TypeError):  # the locale has no such sentence, or only finer ones
            continue
    listed = joined(f"{name}={value}" for name, value in facts.items())
    return say("error.other", kind=type(error).__name__, facts=listed)


def _shown(value: object, facts: Mapping[str, object]) -> str:
    if isinstance(value, StrEnum):
        return say("cli.with_word", label=called(value), word=value) if isinstance(value, Action) else called(value)
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(str(facts.get("zone", "UTC")))).isoformat(" ", "seconds")
    if isinstance(value, Post):
        return rows.post(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return joined(_shown(each, facts) for each in value)
    return plain(str(value))


def _understood(error: Exception) -> WanggeError | None:
    """The error of ours that a foreign one amounts to; None when it is a fault of the program."""
    match error:
        case WanggeError():
            return error
        case ValidationError():
            fields = ("WANGGE_" + "_".join(map(str, each["loc"])).upper() for each in error.errors())
            return NotConfigured(why="settings", fields=joined(fields))
        case OSError(filename=str() | Path()):
            return InvalidInput(why="file", file=error.filename, problem=error.strerror)
    return next((NotConfigured(why=why) for why, meant in DATABASE.items() if _is(error, meant)), None)


DATABASE: dict[str, tuple[type[Exception], ...]] = {
    "schema": (UndefinedTable, UndefinedColumn),
    "database_down": (OperationalError, InterfaceError),
    "database_url": (ArgumentError, NoSuchModuleError),
}
"""What is wrong with the database, by the errors that say so."""


def _is(error: Exception, kinds: tuple[type[Exception], ...]) -> bool:
    """Whether it is such an error, or SQLAlchemy's shell around one."""
    return isinstance(error, kinds) or isinstance(getattr(error, "orig", None), kinds)
