"""Every message in both locales: complete, whole, and harmless whatever the facts hold."""

import re
from datetime import timedelta
from typing import Any

import pytest
from jinja2 import UndefinedError
from markdown_it import MarkdownIt

from models.rules.explanation import ENDED, Standing
from notifications.locale import LOCALES
from notifications.render import FOLDER, render
from tests.notifications import facts

MESSAGES = {"digest": facts.message, "urgent": facts.message, "why": facts.explanation}
HOUR = timedelta(hours=1)
LIGHTS = {"green": "绿灯", "yellow": "黄灯", "red": "红灯"}


def test_every_message_is_there_in_every_locale() -> None:
    files = [path.relative_to(FOLDER) for path in FOLDER.rglob("*") if path.is_file()]
    by_locale = {
        locale: {(path.parts[0], path.name) for path in files if path.parts[1] == locale} for locale in LOCALES
    }
    assert by_locale["zh_CN"] == by_locale["en"]
    shared = 2  # parts of the path of what stands beside the locales: they include it
    assert {path.parts[1] for path in files if len(path.parts) > shared} == set(LOCALES)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("summary", facts.SUMMARIES, ids=["short", "hostile", "emoji", "long", "empty"])
@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_stays_a_message(message: str, summary: str, locale: str) -> None:
    said = render(message, locale, MESSAGES[message](summary))
    tokens = [child for token in MarkdownIt("commonmark").parse(said) for child in [token, *(token.children or [])]]
    headings = [token.markup for token in tokens if token.type == "heading_open"]
    assert {token.type for token in tokens} & {"link_open", "html_inline", "html_block", "image", "fence"} == set()
    assert {token.type for token in tokens} & {"strong_open", "em_open", "code_inline", "code_block"} == set()
    assert headings == (["#", "##", "##"] if message == "why" else [])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]|13812345678|\+00:00|None|Undefined", said)
    assert "\n\n\n" not in said
    assert said.endswith("\n")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", ["digest", "urgent"])
def test_a_subject_is_one_line_without_the_summary(message: str, locale: str) -> None:
    said = render(message, locale, facts.message(facts.HOSTILE), part="subject")
    assert said == said.strip()
    assert "\n" not in said
    assert "标题" not in said


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("message", MESSAGES)
def test_a_missing_fact_is_an_error(message: str, locale: str) -> None:
    whole = MESSAGES[message]("楼道灯不亮")
    if message == "urgent":
        whole = {name: whole[name] for name in ("person", "urgent", "total", "first", "rest", "now", "zone")}
    if message == "digest":
        del whole["urgent"]
    for name in whole:
        with pytest.raises(UndefinedError):
            render(message, locale, {key: value for key, value in whole.items() if key != name})


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("standing", list(Standing))
def test_every_standing_has_its_words(standing: Standing, locale: str) -> None:
    closed = facts.CLOSED if standing is Standing.CLOSED else None
    into = "东街-2026-0002" if standing is Standing.MERGED else None
    ended = {"at": facts.NOW, "person": "周敏", "reason": None, "into": into} if standing in ENDED.values() else None
    duties = [] if closed or ended else [facts.duty(kind) for kind in ("dispatch", "sign", "act", "evaluate", "close")]
    how = {"closed": closed, "ended": ended}
    said = {
        render("why", locale, facts.explanation("", standing=standing, duties=duties, **how, returned=back))
        for back in (None, {"at": facts.NOW, "person": None, "reason": None, "closed_at": None, "in_time": False})
    }
    assert len(said) == 2


@pytest.mark.parametrize("outside", ["day_off", "before_opening", "midday", "after_close", None])
@pytest.mark.parametrize("locale", LOCALES)
def test_every_way_of_lying_outside_office_hours_has_its_words(outside: str | None, locale: str) -> None:
    duty = facts.duty()
    duty["counted"] |= {"outside": outside, "agrees": True, "skipped": (), "adjusted": ()}
    quiet: dict[str, Any] = {"provisional": False, "fired": [], "coming": [], "overdue": False}
    assert render("why", locale, facts.explanation("", duties=[duty | quiet], returned=None))


def test_chinese_words_say_the_light_and_the_vacancy() -> None:
    said = render("why", "zh_CN", facts.explanation("楼道灯不亮"))
    assert LIGHTS["red"] in said
    assert "由 社区党工委 孙立（东街第一书记空缺，找上一级）督办" in said
    assert "告知：没有人（社区党工委、东街第一书记空缺）" in said


def test_an_urgent_message_says_so() -> None:
    calm = facts.message("楼道灯不亮") | {"urgent": False}
    for part in ("subject", "body"):
        assert "紧急" in render("urgent", "zh_CN", facts.message("楼道灯不亮"), part=part)
        assert "紧急" not in render("urgent", "zh_CN", calm, part=part)
        assert "URGENT" in render("urgent", "en", facts.message("楼道灯不亮"), part=part)
        assert "URGENT" not in render("urgent", "en", calm, part=part)


def test_work_that_is_past_its_time_is_said_to_be_overdue_not_asked_for_by_then() -> None:
    new = facts.entry("楼道灯不亮", "new", light="green", due_at=facts.NOW + HOUR, work_due_at=facts.NOW - HOUR)
    told = facts.message("楼道灯不亮") | {"first": [new], "rest": []}
    for message in ("urgent", "digest"):
        assert "; the work itself is overdue since" in render(message, "en", told)
        assert "办理已经超期" in render(message, "zh_CN", told)


def test_a_stock_whose_steps_all_fell_by_the_go_live_has_none_left_rather_than_all_taken() -> None:
    told = facts.explanation("楼道灯不亮", duties=[facts.duty(fired=(), coming=(), passed_over=4)])
    assert "All steps have been taken" not in render("why", "en", told)
    assert "all of them fell by the go-live and were passed over" in render("why", "en", told)
    assert "步骤都在启用之前到点，已经略过" in render("why", "zh_CN", told)
