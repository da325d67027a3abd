"""Rows of the ledger and of duties, in words for people and as data for programs."""

from dataclasses import fields
from datetime import date
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
from models.vocabulary import Action, Basis
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
    said = {name: output.safe(values[name]) for name in ("summary", "published", "exempt") if values[name]}
    values |= holder(row.holder) | said
    return {name: values[name] for name in LEDGER}


def holder(whose: Reached | None) -> dict[str, str | None]:
    """Whose something is, and who answers for that post now."""
    return {"holder_post": post(whose.asked) if whose else None, "answers_now": whose.person if whose else None}


def owed(row: Owed, answering: Reach) -> dict[str, Any]:
    """A duty that is owed, as data."""
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
        "held_at": row.held_at,
        "basis": row.basis,
        "promised_at": row.promised_at,
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


def next_step(row: Owed, answering: Reach, desk: Desk) -> str:
    """A duty that is owed as one sentence: what, whose, by when."""
    reached = answering.of(row.post_id) if row.post_id is not None else None
    at = output.due(desk.book.calendar, row.due_at, row.held_at or desk.now, row.limit_unit)
    due = say("cli.clock.joint").join((at, *clock(row, desk)))
    return say("cli.next_step", duty=called(row.kind), whose=whose(reached), due=due)


def clock(row: Owed, desk: Desk) -> list[str]:
    """What is out of the ordinary about a duty's time: it stands still, was extended, was promised."""
    told = {
        "held": row.held_at,
        "extended": row.due_at if row.basis is Basis.EXTENSION else None,
        "promised": row.promised_at,
    }
    return [say(f"cli.clock.{name}", at=moment(at, desk.zone, desk.now)) for name, at in told.items() if at]


DUTY = ("light", "number", "duty", "due_at", "holder", "steps_fired", "summary")
"""The columns of a table of duties."""


def duty_cells(row: Owed, answering: Reach, desk: Desk) -> dict[str, str | Text]:
    """An open duty in words, by the columns of :data:`DUTY`."""
    reached = answering.of(row.post_id) if row.post_id is not None else None
    due = output.due(desk.book.calendar, row.due_at, row.held_at or desk.now, row.limit_unit, cell=True)
    return {
        "light": output.lamp(row.light),
        "number": row.number,
        "duty": called(row.kind),
        "due_at": "\n".join((due, *clock(row, desk))),
        "holder": whose(reached),
        "steps_fired": f"{row.step}/{row.steps}",
        "summary": output.safe(row.summary),
    }
