"""Both locales say the same things, and have a word for every word of the vocabulary."""

import re
from enum import StrEnum
from typing import Any

import pytest

from models import vocabulary
from models.rules.digesting import Section
from models.rules.explanation import Standing
from notifications.locale import LOCALES, _table, label, text

LABELS: dict[type[StrEnum], str] = {
    vocabulary.Role: "role",
    vocabulary.Severity: "severity",
    vocabulary.Lane: "lane",
    vocabulary.Stage: "stage",
    vocabulary.Action: "action",
    vocabulary.Rating: "rating",
    vocabulary.DutyKind: "duty",
    vocabulary.DutyState: "duty_state",
    vocabulary.RequestKind: "request",
    vocabulary.Basis: "basis",
    vocabulary.StepAction: "step_action",
    vocabulary.Light: "light",
    vocabulary.TimeUnit: "time_unit",
    vocabulary.Counting: "counting",
    vocabulary.MessageKind: "message",
    vocabulary.ChannelKind: "channel",
    vocabulary.DeliveryOutcome: "outcome",
    vocabulary.KeyHousehold: "key_household",
    vocabulary.RoomAction: "room_action",
    Standing: "standing",
    Section: "section",
}


def sentences(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """All sentences of a locale by dotted key."""
    found: dict[str, str] = {}
    for name, value in table.items():
        found |= sentences(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value}
    return found


def test_the_locales_have_the_same_keys() -> None:
    chinese, english = (sentences(_table(locale)).keys() for locale in LOCALES)
    assert chinese ^ english == set()


def test_no_sentence_is_empty() -> None:
    for locale in LOCALES:
        assert [key for key, sentence in sentences(_table(locale)).items() if sentence == ""] == []


def test_every_kind_of_word_is_listed_here() -> None:
    kinds = [each for each in vars(vocabulary).values() if isinstance(each, type) and issubclass(each, StrEnum)]
    assert set(kinds) - {StrEnum} <= LABELS.keys()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("words", "kind"), LABELS.items(), ids=LABELS.values())
def test_every_word_has_a_label(words: type[StrEnum], kind: str, locale: str) -> None:
    labels = [label(kind, word.value, locale) for word in words]
    assert len(set(labels)) == len(labels)


def test_chinese_labels_are_chinese() -> None:
    labels = [label(kind, word.value, "zh_CN") for words, kind in LABELS.items() for word in words]
    assert [each for each in labels if not re.search(r"[\u4e00-\u9fff]", each)] == []


def test_a_missing_fact_or_sentence_is_an_error() -> None:
    with pytest.raises(KeyError):
        text("when.moment", "en", day="1")
    with pytest.raises(KeyError):
        text("when.never", "en")
