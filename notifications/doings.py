"""What a night does, row by row, in words: the cells of a table."""

from collections.abc import Mapping
from typing import Any

from models.vocabulary import Action
from notifications import wording
from notifications.locale import label, text

COLUMNS = ("community", "number", "duty", "step", "doing", "to", "person")


def cells(community: str, doing: Mapping[str, Any], locale: str) -> dict[str, str]:
    """One thing a night does, by the columns above.

    :param doing: its number, action, duty, step, what the step does, the post and the person who hear of it.
    """
    duty, post = doing["duty"], doing["post"]
    nobody = text("doing.nobody", locale) if post else ""
    return {
        "community": community,
        "number": doing["number"],
        "duty": label("duty", duty, locale) if duty else "",
        "step": str(doing["step"] or ""),
        "doing": _said(doing["action"], doing["does"], locale),
        "to": wording.post(post, locale) if post else "",
        "person": doing["person"] or nobody,
    }


def _said(action: str, does: str | None, locale: str) -> str:
    if action == Action.STEP:
        return label("step_action", does, locale) if does else text("doing.unheard", locale)
    said = label("action", action, locale)
    return text("doing.joint", locale, action=said, does=label("step_action", does, locale)) if does else said
