"""A finding of the auditor in words: its kind's sentence from the locale, the facts in it as people say them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from notifications import wording
from notifications.locale import label, text

WORDS = {
    "action": "action",
    "does": "step_action",
    "duty": "duty",
    "stage": "stage",
    "state": "duty_state",
    "stood": "stage",
    "target": "stage",
}
"""Facts that are words of the vocabulary, and the locale's table for each."""

SINCE = {"as_recorded": 0}
"""Facts that findings written down by an earlier version lack, and what they would have been."""


def sentence(kind: str, facts: Mapping[str, Any], zone: str, now: datetime, locale: str) -> str:
    """What is wrong, in one sentence.

    :param facts: as they are stored: times in ISO format, a post as its unit and role.
    :param zone: IANA name of the county's zone.
    """
    told = {name: _told(name, value, zone, now, locale) for name, value in facts.items()}
    return text(f"finding.{kind}", locale, **{**SINCE, **told})


def _told(name: str, value: Any, zone: str, now: datetime, locale: str) -> object:
    if value is None:
        return text("finding.none", locale)
    if name in WORDS:
        return label(WORDS[name], value, locale)
    if name == "at" or name.endswith("_at"):
        return wording.moment(datetime.fromisoformat(value), zone, now, locale)
    if name.endswith("_on"):
        return wording.day_and_weekday(date.fromisoformat(value), now.year, locale)
    return wording.post(value, locale) if isinstance(value, Mapping) else value
