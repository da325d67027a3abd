"""The command line's words: the same in both languages, a sentence for every error there is."""

import ast
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments.commands.failures import sentence
from models import errors
from notifications.locale import FOLDER, LOCALES

ROOT = Path(__file__).parents[2]
TABLES = ("cli", "error", "doctor")


def sentences(locale: str) -> dict[str, str]:
    table = tomllib.loads((FOLDER / f"{locale}.toml").read_text(encoding="utf-8"))
    return dict(_flat({name: table[name] for name in TABLES}, ""))


def _flat(table: dict[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield above + name, value


def facts(written: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(written) if name}


def test_both_languages_say_the_same_of_the_same_facts() -> None:
    chinese, english = (sentences(locale) for locale in LOCALES)
    assert chinese.keys() == english.keys()
    differing = {key for key in chinese if facts(chinese[key]) != facts(english[key])}
    assert differing == {"cli.with_word"}  # English has no use for the word behind the label


def raised() -> Iterator[tuple[str, str | None, set[str]]]:
    """Every error raised by name: its class, its `why`, and the facts it gives."""
    for folder in ("models", "deployments", "tasks"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and hasattr(errors, node.func.id):
                    given = {each.arg: each.value for each in node.keywords if each.arg}
                    why = given.pop("why", None)
                    if why is None or isinstance(why, ast.Constant):
                        yield node.func.id, why.value if isinstance(why, ast.Constant) else None, set(given)  # type: ignore[misc]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_error_has_its_sentence(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_LOCALE", locale)
    known, more = sentences(locale), {"by", "known", "number", "zone"}  # which the command line adds
    found = list(raised())
    assert len(found) > 30
    for kind, why, given in found:
        key = f"error.{kind}" + (f".{why}" if why else "")
        assert key in known, key
        assert facts(known[key]) <= given | more, key


def test_an_error_without_a_sentence_still_says_something() -> None:
    assert sentence(errors.Refused(why="strange", number="东街-2026-0001")) == (
        "出错了（Refused）：why=strange、number=东街-2026-0001"
    )
