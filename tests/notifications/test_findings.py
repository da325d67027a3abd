"""Findings in words: every kind in both locales, with all that its sentence needs."""

from datetime import UTC, datetime

import pytest

from models.rules.findings import Kind
from notifications.findings import sentence
from notifications.locale import LOCALES
from notifications.render import render
from tests.notifications.facts import FIRST_SECRETARY, WORKER

NOW = datetime(2026, 3, 11, tzinfo=UTC)
INSTANT = "2026-03-05T01:00:00+00:00"
WORDS = {"action": "sign", "does": "tell", "duty": "act", "stage": "acting", "state": "fulfilled", "stood": "raised"}
TIMES = dict.fromkeys(("at", "expected_at", "recorded_at", "live_at"), INSTANT)
PLACES = {"expected_post": FIRST_SECRETARY, "post": WORKER, "unit": "东街"}
COUNTS = (
    "opened",
    "arrived",
    "left",
    "on_hold",
    "surplus",
    "closings",
    "reopenings",
    "times",
    "issues",
    "step",
    "stands",
)
STAGES = ("raised", "acting", "evaluating", "closed", "rejected", "withdrawn", "merged")
FACTS = {
    "issue": 7,
    "number": "东街-2026-0001",
    "until_on": "2026-03-20",
    "target": "closed",
    **WORDS,
    **TIMES,
    **PLACES,
    **dict.fromkeys((*COUNTS, *STAGES), 3),
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_whole_sentence(kind: Kind, locale: str) -> None:
    said = sentence(kind, FACTS, "Asia/Shanghai", NOW, locale)
    assert said.endswith(("。", "."))
    assert INSTANT not in said


def test_words_and_times_are_those_of_people() -> None:
    said = sentence("fired_at", FACTS | {"at": None}, "Asia/Shanghai", NOW, "zh_CN")
    assert said == "东街-2026-0001：“办理”的第 3 步应记在 3月5日 周四 09:00，记成了 （没有）。"
    said = sentence("hold", FACTS, "Asia/Shanghai", NOW, "en")
    assert said.endswith("the ledger says until Fri 20 Mar.")


NIGHT = {
    "tier": "社区",
    "county": "河县",
    "zone": "Asia/Shanghai",
    "night": NOW.date(),
    "now": NOW,
    "communities": [],
    "missing": [],
    "escalated": [],
    "escalated_left_out": 0,
    "unowned": [],
    "unowned_left_out": 0,
    "taken_over": [],
    "taken_over_left_out": 0,
    "vacant": [],
    "absent": [],
    "suspended": [],
}


def test_the_report_of_a_night_lists_what_needs_somebody_to_look_into() -> None:
    found = {"key": "stage-7", "kind": "stage", "facts": FACTS}
    said = render("night_report", "zh_CN", {**NIGHT, "findings": [found], "findings_left_out": 12})
    assert (
        "- **账目疑点**：东街-2026-0001：按经过应在“提事”阶段，台账上却是“办事”。"
        "说得清的，请写明缘由（`wangge audit acknowledge stage-7 --reason 缘由 --by 工号`）。" in said
    )
    assert "账目另有 12 处疑点，见 `wangge audit list`。" in said
    assert "没有。\n" not in said


@pytest.mark.parametrize(("locale", "nothing"), [("zh_CN", "没有。\n"), ("en", "Nothing.\n")])
def test_a_report_without_findings_asks_for_nothing(locale: str, nothing: str) -> None:
    said = render("night_report", locale, {**NIGHT, "findings": [], "findings_left_out": 0})
    assert nothing in said
    assert "audit" not in said
