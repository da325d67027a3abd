"""Rows of the ledger and of duties, in words for people and as data for programs."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from rich.text import Text

from deployments.commands import output
from deployments.commands.desk import Desk
from deployments.commands.words import called, locale, moment, say
from models.queries.duties import Owed
from models.queries.history import OF_ANOTHER_POST, Happened
from models.queries.ledger import Entry
from models.queries.reach import Reach
from models.rules.records import Post, Reached
from models.vocabulary import Action, Rating
from notifications import wording

LEDGER = tuple(
    name
    for each in fields(Entry)
    for name in (("holder_post", "answers_now") if each.name == "holder" else (each.name,))
)
"""The columns of the ledger, in order."""


def post(of: Post) -> str:
    """A post as people call it."""
    return wording.post({"unit": of.unit, "role": of.role}, locale())


def entry(row: Entry) -> dict[str, Any]:
    """A row of the ledger as data: the columns of :data:`LEDGER`, what a resident said without traceable numbers."""
    values = {each.name: getattr(row, each.name) for each in fields(Entry)}
    values |= holder(row.holder) | {"summary": output.safe(row.summary)}
    return {name: values[name] for name in LEDGER}


def holder(whose: Reached | None) -> dict[str, str | None]:
    """Whose something is, and who answers for that post now."""
    return {"holder_post": post(whose.asked) if whose else None, "answers_now": whose.person if whose else None}


def owed(row: Owed, answering: Reach) -> dict[str, Any]:
    """An open duty as data."""
    whose = answering.of(row.post_id) if row.post_id is not None else None
    return {
        "number": row.number,
        "duty": row.kind,
        "light": row.light,
        "due_at": row.due_at,
        "severity": row.severity,
        "unit": row.unit,
        **holder(whose),
        "opened_at": row.opened_at,
        "steps_fired": row.step,
        "steps": row.steps,
        "next_step_at": row.next_step_at,
        "summary": output.safe(row.summary),
    }


def whose(reached: Reached | None) -> str:
    """Whose something is, and who answers for it when nobody holds that post."""
    if reached is None:
        return say("cli.nobody_yet")
    if reached.by == reached.asked and reached.person is not None:
        return say("cli.holder", post=post(reached.asked), person=_in_person(reached, reached.person))
    absent = next((each for each in reached.absent if each.post == reached.asked), None)
    facts = {"post": post(reached.asked), "by": post(reached.by)}
    if absent is not None:
        facts |= {"holder": absent.person, "day": day(absent.last_on)}
    if reached.person is None:
        return say("cli.nobody_answers" if absent is None else "cli.away_nobody_answers", **facts)
    key = "cli.stands_in" if absent is None else "cli.away_stands_in"
    return say(key, **facts, person=_in_person(reached, reached.person))


def _in_person(reached: Reached, person: str) -> str:
    """Who answers, and for whom they stand in."""
    if reached.instead_of is None:
        return person
    return say("cli.for_whom", person=person, holder=reached.instead_of.person, day=day(reached.instead_of.last_on))


def day(of: date) -> str:
    """A date with its weekday, as one says it within its year."""
    return wording.day_and_weekday(of, of.year, locale())


def happened(row: Happened) -> dict[str, Any]:
    """Something that happened, as data."""
    values = {each.name: getattr(row, each.name) for each in fields(Happened)}
    values["post"] = post(row.post) if row.post else None
    values["reason"] = output.safe(row.reason) if row.reason else None
    return values


def who(row: Happened) -> str:
    """Who did it, in words: a person by a post, or the rule."""
    if row.person is None:
        return say("cli.by_rule")
    if row.post is None or row.action in OF_ANOTHER_POST:
        return row.person
    held = row.instead_of
    person = row.person if held is None else say("cli.acted_for", person=row.person, holder=held)
    return say("cli.holder", post=post(row.post), person=person)


def what(row: Happened) -> str:
    """What was done, in words."""
    if row.action is Action.STEP and row.duty is not None:
        return say("cli.step", duty=called(row.duty), step=row.step)
    return called(row.action)


def remark(row: Happened, desk: Desk) -> str:
    """What was said to it: the reason, evidence and rating, whose it became when assigned, when it had been due."""
    said = row.facts or {}
    parts = [
        _rescheduled(row, desk) if row.action is Action.RESCHEDULE and row.duty else "",
        handed_over(row),
        say("cli.remark.assigned", post=post(row.post)) if row.action is Action.ASSIGN and row.post else "",
        say("cli.remark.rating", rating=called(Rating(said["rating"]))) if "rating" in said else "",
        say("cli.remark.evidence", evidence=output.safe(str(said["evidence"]))) if "evidence" in said else "",
        output.safe(row.reason) if row.reason else "",
    ]
    return say("cli.remark.joint").join(filter(None, parts))


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


def next_step(row: Owed, answering: Reach, desk: Desk) -> str:
    """An open duty as one sentence: what, whose, by when."""
    reached = answering.of(row.post_id) if row.post_id is not None else None
    at = output.due(desk.book.calendar, row.due_at, desk.now, row.limit_unit)
    return say("cli.next_step", duty=called(row.kind), whose=whose(reached), due=at)


DUTY = ("light", "number", "duty", "due_at", "holder", "steps_fired", "summary")
"""The columns of a table of duties."""


def duty_cells(row: Owed, answering: Reach, desk: Desk) -> dict[str, str | Text]:
    """An open duty in words, by the columns of :data:`DUTY`."""
    reached = answering.of(row.post_id) if row.post_id is not None else None
    return {
        "light": output.lamp(row.light),
        "number": row.number,
        "duty": called(row.kind),
        "due_at": output.due(desk.book.calendar, row.due_at, desk.now, row.limit_unit, cell=True),
        "holder": whose(reached),
        "steps_fired": f"{row.step}/{row.steps}",
        "summary": output.safe(row.summary),
    }
