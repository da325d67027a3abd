"""Rendering: nothing missing, nothing turned into markup, nothing guessed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError
from markdown_it import MarkdownIt

from models.vocabulary import Light
from notifications import render as rendering
from notifications.render import markdown, plain, render

HOSTILE = "# 标题\n- [x](javascript:1)\n\n1. <b>*a*</b> `c` ![i](u) ~~d~~ | e & f"


@pytest.fixture
def message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A message of the test's own: body in markdown, subject plain."""
    folder = tmp_path / "trial" / "en"
    folder.mkdir(parents=True)
    monkeypatch.setattr(rendering, "FOLDER", tmp_path)
    rendering._environments.cache_clear()
    yield folder
    rendering._environments.cache_clear()


def shown(written: str) -> str:
    """What a reader of markdown sees of a paragraph that is made of one value.

    Fails when the value became anything but text.
    """
    tokens = MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(markdown(written))
    assert [token.type for token in tokens] in ([], ["paragraph_open", "inline", "paragraph_close"])
    children = [child for token in tokens for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special"}
    return "".join(child.content for child in children)


def test_hostile_text_stays_text() -> None:
    assert shown(HOSTILE) == plain(HOSTILE).strip()


@given(st.text(alphabet=st.sampled_from("#-+=*_`[]()<>|~!&\\.1 \n\tab标:;/\"'"), max_size=30))
def test_no_text_becomes_markup(written: str) -> None:
    assert shown(written) == plain(written).strip()


def test_ordinary_words_are_not_escaped() -> None:
    for written in ("东街-2026-0047", "灯坏了！3号楼，2单元", "11月23日 周一 14:30", "2026-01", "It isn't done (yet)."):
        assert markdown(written) == written


def test_controls_and_turned_directions_are_dropped() -> None:
    assert plain("a\x1b[31mb\u202ec\x00d\u2066e\r\nf\u2028g") == "a[31mbcde f g"


def test_emoji_stay_whole() -> None:
    family = "👨\u200d👩\u200d👧 ❤\ufe0f 🇨🇳"
    assert markdown(family) == family


def test_values_are_escaped_and_templates_are_not(message: Path) -> None:
    (message / "body.md").write_text("# {{ a }}\n{% macro m(x) %}*{{ x }}*{% endmacro %}{{ m(a) }}\n")
    assert render("trial", "en", {"a": "*x*"}) == "# \\*x\\*\n*\\*x\\**\n"


def test_a_subject_is_plain_and_has_no_line_end(message: Path) -> None:
    (message / "subject.txt").write_text("On {{ a }}\n")
    assert render("trial", "en", {"a": "*x*\ny"}, part="subject") == "On *x* y"


def test_a_missing_fact_is_an_error(message: Path) -> None:
    (message / "body.md").write_text("{{ a }} {{ b.c }}")
    for facts in ({}, {"a": 1}, {"a": 1, "b": {}}):
        with pytest.raises(UndefinedError):
            render("trial", "en", facts)


@pytest.mark.parametrize("value", [None, Light.RED, b"x", 1.5])
def test_what_has_no_words_yet_is_an_error(message: Path, value: object) -> None:
    (message / "body.md").write_text("{{ a }}")
    with pytest.raises(TypeError):
        render("trial", "en", {"a": value})


def test_a_time_without_zone_or_now_is_an_error(message: Path) -> None:
    (message / "body.md").write_text("{{ a|moment }}")
    with pytest.raises(UndefinedError):
        render("trial", "en", {"a": 1})


def test_a_template_cannot_reach_into_python(message: Path) -> None:
    (message / "body.md").write_text("{{ a.__class__.__mro__ }}")
    with pytest.raises(SecurityError):
        render("trial", "en", {"a": "x"})


def test_an_unknown_message_or_locale_is_an_error() -> None:
    for name, locale in (("no_such", "en"), ("why", "fr")):
        with pytest.raises(LookupError):
            render(name, locale, {})
