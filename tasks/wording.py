"""Sentences for operators, in the locale the settings name."""

from models.settings import settings
from notifications.locale import text


def words(key: str, **facts: object) -> str:
    """The sentence under a key."""
    return text(key, settings().locale, **facts)
