"""What the command line says, in the language ``WANGGE_LOCALE`` asks for."""

import os
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from models import vocabulary
from notifications import wording
from notifications.locale import LOCALES, label, text

KINDS = {
    vocabulary.Action: "action",
    vocabulary.DutyKind: "duty",
    vocabulary.DutyState: "duty_state",
    vocabulary.KeyHousehold: "key_household",
    vocabulary.Lane: "lane",
    vocabulary.Light: "light",
    vocabulary.Rating: "rating",
    vocabulary.RequestKind: "request",
    vocabulary.Role: "role",
    vocabulary.RoomAction: "room_action",
    vocabulary.Severity: "severity",
    vocabulary.Stage: "stage",
    vocabulary.StepAction: "step_action",
    vocabulary.TimeUnit: "time_unit",
}
"""The locale's table for each list of words."""


def locale() -> str:
    """The language asked for; Chinese when it is none we have. Read here, because settings may be what is wrong."""
    asked = os.environ.get("WANGGE_LOCALE", "")
    return asked if asked in LOCALES else LOCALES[0]


def say(key: str, **facts: object) -> str:
    """The sentence under a key."""
    return text(key, locale(), **facts)


def called(word: StrEnum) -> str:
    """What people call a word of the vocabulary."""
    return label(KINDS[type(word)], word, locale())


def joined(words: Iterable[str]) -> str:
    """Several words as one list."""
    return say("when.comma").join(words)


def moment(at: datetime, zone: str, now: datetime) -> str:
    """A local date, weekday and clock; the year only when it isn't the year of `now`."""
    return wording.moment(at, zone, now, locale())


def day(of: date, zone: str, now: datetime) -> str:
    """A date with its weekday; the year only when it isn't the local year of `now`."""
    return wording.day_and_weekday(of, now.astimezone(ZoneInfo(zone)).year, locale())
