"""Sentences for operators, in the locale the settings name."""

from datetime import datetime

from models.errors import WanggeError
from models.settings import settings
from models.vocabulary import Role
from notifications.locale import label, text
from tasks.faults import Faulty


def locale() -> str:
    """The language the settings name."""
    return settings().locale


def words(key: str, **facts: object) -> str:
    """The sentence under a key."""
    return text(key, locale(), **facts)


def reason(error: object) -> str:
    """Why something failed: an error of ours in a sentence, with all faults of a file; any other by its first line."""
    said = f"{type(error).__name__}: {error}".partition("\n")[0]
    if not isinstance(error, WanggeError):
        return said
    try:
        sentence = words(error.key, **{name: _shown(value) for name, value in error.facts.items()})
        return "; ".join((sentence, *map(str, error.faults))) if isinstance(error, Faulty) else sentence
    except KeyError:  # the locale has no sentence for it
        return said


def _shown(value: object) -> object:
    if isinstance(value, Role):
        return label("role", value, locale())
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) else value
