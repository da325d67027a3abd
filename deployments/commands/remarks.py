"""What is to be said of an event of an issue's history beside who did what: when, until when, whereto, taken back."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from deployments.commands import output
from deployments.commands.desk import Desk
from deployments.commands.rows import post
from deployments.commands.words import called, day, moment, say
from models.queries.history import Happened
from models.vocabulary import Action, Rating, RequestKind

TOLD = (
    Action.ASK,
    Action.HOLD,
    Action.EXTEND,
    Action.PROMISE,
    Action.MERGE,
    Action.TRANSFER,
    Action.CALL_UP,
    Action.PUBLISH,
)
"""The actions whose facts make a sentence: the one under their name."""


def times(row: Happened, desk: Desk) -> str:
    """When it happened; below, when it was recorded, if that was another time."""
    at, recorded = (moment(each, desk.zone, desk.now) for each in (row.at, row.recorded_at))
    return at if at == recorded else say("cli.history.recorded", at=at, recorded=recorded)


def struck(what: str, row: Happened) -> str:
    """What was done, marked if it was taken back."""
    return say("cli.history.voided", what=what) if row.voided else what


def remark(row: Happened, desk: Desk) -> str:
    """What was said to it: its facts, what it takes back, the reason."""
    said = row.facts or {}
    parts = [
        _takes_back(row, desk),
        _rescheduled(row, desk) if row.action is Action.RESCHEDULE and row.duty else "",
        handed_over(row),
        say("cli.remark.assigned", post=post(row.post)) if row.action is Action.ASSIGN and row.post else "",
        say("cli.remark.rating", rating=called(Rating(said["rating"]))) if "rating" in said else "",
        say("cli.remark.evidence", evidence=output.safe(str(said["evidence"]))) if "evidence" in said else "",
        _told(row, desk),
        output.safe(row.reason) if row.reason else "",
    ]
    return say("cli.remark.joint").join(filter(None, parts))


def _takes_back(row: Happened, desk: Desk) -> str:
    """What was a mistake, and when that happened."""
    if row.takes_back is None:
        return ""
    at = moment(row.takes_back.at, desk.zone, desk.now)
    return say("cli.history.takes_back", action=called(row.takes_back.action), at=at)


def _rescheduled(row: Happened, desk: Desk) -> str:
    """Which duty's times were counted anew and why, and when it had been due."""
    said = row.facts or {}
    at = moment(datetime.fromisoformat(said["due_at"]), desk.zone, desk.now)
    return say(f"cli.remark.{said['why']}", duty=called(row.duty) if row.duty else "", at=at)


def handed_over(row: Happened) -> str:
    """Whose a post was and whose it is, of a hand-over."""
    if row.action is not Action.HAND_OVER or row.post is None or row.facts is None:
        return ""
    before, after = row.facts["from"], row.facts["to"]
    key = "handed_over" if before and after else "left" if before else "taken_up"
    return say(f"cli.remark.{key}", post=post(row.post), before=before, after=after)


def _told(row: Happened, desk: Desk) -> str:
    """The sentence its facts make."""
    if row.action not in TOLD or not row.facts:
        return ""
    said = {name: SHOWN.get(name, _as_written)(each, desk) for name, each in row.facts.items()}
    return say(f"cli.history.{row.action}", **said)


def _as_written(said: Any, _: Desk) -> str:
    return output.safe(str(said))


SHOWN: dict[str, Callable[[Any, Desk], str]] = {
    "until": lambda said, desk: day(date.fromisoformat(said), desk.zone, desk.now),
    "what": lambda said, _: called(RequestKind(said)),
}
"""How facts are shown that are more than words."""
