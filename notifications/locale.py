"""Labels and sentences for people, from ``locale/<locale>.toml``; nothing of the kind stands in code."""

import tomllib
from functools import cache, reduce
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "locale"
LOCALES = ("zh_CN", "en")


@cache
def _table(locale: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{locale}.toml").read_text(encoding="utf-8"))


def text(key: str, locale: str, **facts: object) -> str:
    """The sentence under a dotted key, its ``{facts}`` filled in.

    :param locale: ``zh_CN`` or ``en``.
    :raises KeyError: when the locale has no such sentence, or a fact is missing.
    """
    found: Any = reduce(lambda table, name: table[name], key.split("."), _table(locale))
    if not isinstance(found, str):
        raise KeyError(key)
    return found.format_map(facts)


def label(kind: str, value: str, locale: str) -> str:
    """What people call a word of the vocabulary: ``label("stage", "raised", …)``."""
    return text(f"{kind}.{value}", locale)
