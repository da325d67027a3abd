"""Reading what people type: numbers of issues, times, words of the vocabulary."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

import typer

from deployments.commands.words import KINDS, called, joined, say

# A dash may come from a Chinese keyboard: full width, or one of the longer ones.
NUMBER = re.compile(r"\s*(.+?)\s*[-\uff0d\u2010-\u2015]\s*(\d{4})\s*[-\uff0d\u2010-\u2015]\s*(\d+)\s*")
DIGITS = 4

Word = TypeVar("Word", bound=StrEnum)


def issue_number(written: str) -> str:
    """An issue's number in full: the running number with its leading zeros."""
    found = NUMBER.fullmatch(written)
    if found is None:
        raise typer.BadParameter(say("cli.wrong.number", value=written))
    return f"{found[1]}-{int(found[2])}-{int(found[3]):0{DIGITS}}"


def instant(written: str) -> datetime:
    """An ISO time. Without an offset it is naive: the county's zone is meant."""
    try:
        return datetime.fromisoformat(written.strip())
    except ValueError as error:
        raise typer.BadParameter(say("cli.wrong.instant", value=written)) from error


def day(written: str) -> datetime:
    """A day such as ``2026-03-16``, as the naive midnight with which it begins."""
    try:
        return datetime.combine(date.fromisoformat(written.strip()), time())
    except ValueError as error:
        raise typer.BadParameter(say("cli.wrong.day", value=written)) from error


def one_line(written: str) -> str:
    """What something is called: on one line, and not by nothing."""
    said = " ".join(written.split())
    if not said:
        raise typer.BadParameter(say("cli.wrong.name"))
    return said


def iana(written: str) -> ZoneInfo:
    """A time zone by its IANA name, such as ``America/New_York``."""
    try:
        return ZoneInfo(written.strip())
    except (ValueError, KeyError, OSError) as error:  # no such zone, or a folder of them
        raise typer.BadParameter(say("cli.wrong.zone", value=written)) from error


def one_of(kind: type[Word]) -> Callable[[str], Word]:
    """A reader of a word of a list, as it is stored or, where people call it something, as they do."""

    def read(written: str) -> Word:
        spoken = {each: called(each) for each in kind} if kind in KINDS else {}
        meant = {each.value: each for each in kind} | {name: each for each, name in spoken.items()}
        if written.strip() not in meant:
            known = (say("cli.with_word", label=spoken[each], word=each) if spoken else each.value for each in kind)
            raise typer.BadParameter(say("cli.wrong.word", value=written, known=joined(known)))
        return meant[written.strip()]

    return read


def whole_number(written: str | int) -> int:
    """How many: 0 or more."""
    if not str(written).isdecimal():
        raise typer.BadParameter(say("cli.wrong.whole_number", value=written))
    return int(written)
