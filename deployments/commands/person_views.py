"""How people are shown: who there is, what one of them holds, and what was done about them."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from deployments.commands import issue_views, output, rows
from deployments.commands.desk import Desk
from deployments.commands.issue_views import Account
from deployments.commands.words import called, joined, moment, say
from models.actions.handing_over import HandedOver
from models.actions.people import Appointment
from models.queries import duties, people, posts, units
from models.queries.holdings import Holdings, Leave, holdings, leaves
from models.queries.staff import Member, staff
from models.rules.records import Post
from models.tables.people import Absence, Person
from models.tables.places import Unit

STAFF = ("code", "name", "posts", "away")
POSTS = ("post", "from_on", "until_on", "open", "held")
LISTED = 20
"""Duties listed of one person."""


def listed(desk: Desk, unit: str | None, *, as_json: bool) -> None:
    """Who holds a post, in a unit and below it."""
    within = units.unit(desk.session, desk.book.county.id, unit).id if unit is not None else None
    found = staff(desk.session, desk.book, desk.now, within)
    if as_json:
        output.as_json([_member(each) for each in found])
        return
    cells = ([each.code, each.name, _posts(each.posts), _away(each.away)] for each in found)
    output.table(STAFF, cells, wrapped=["posts", "away"])


def _member(each: Member) -> dict[str, Any]:
    return {**asdict(each), "posts": [rows.post(post) for post in each.posts]}


def _posts(held: tuple[Post, ...]) -> str:
    return joined(map(rows.post, held))


def _away(leave: Leave | None) -> str:
    """From when to when somebody is away, and who stands in."""
    if leave is None:
        return ""
    key = "away" if leave.deputy else "away_alone"
    days = {"first": rows.day(leave.from_on), "last": rows.day(leave.last_on)}
    return say(f"cli.person.{key}", deputy=leave.deputy, reason=output.safe(leave.reason), **days)


def show(desk: Desk, code: str, *, as_json: bool) -> None:
    """What a person holds, and what that owes."""
    person = people.person(desk.session, desk.book.county.id, code)
    held = holdings(desk.session, desk.book, person, desk.now)
    own = duties.Wanted(post_ids={each.post_id for each in held.posts})
    owed = duties.owed(desk.session, desk.book, own, desk.now, None if as_json else LISTED)
    answering = issue_views.answering(desk, owed)
    if as_json:
        posts_held = [{**asdict(each), "post": rows.post(each.post)} for each in held.posts]
        output.as_json({**asdict(held), "posts": posts_held, "duties": [rows.owed(each, answering) for each in owed]})
        return
    output.facts(_about(held, desk))
    if held.posts:
        output.table(POSTS, _post_cells(held), wrapped=["post"])
    if owed:
        columns = [name for name in rows.DUTY if name != "light"]
        cells = (rows.duty_cells(each, answering, desk) for each in owed)
        output.table(columns, ([row[name] for name in columns] for row in cells), wrapped=["duty", "holder", "summary"])


def _about(held: Holdings, desk: Desk) -> Iterator[tuple[str, str]]:
    """What there is to say beside posts and duties."""
    yield "code", held.code
    yield "name", held.name
    for absence in held.absences:
        yield "away", _away(absence)
    for each in held.stands_in:
        days = {"first": rows.day(each.from_on), "last": rows.day(each.last_on)}
        yield "stands_in", say("cli.person.stands_in", code=each.code, person=each.person, **days)
    for asked in held.decisions:
        facts = {"number": asked.number, "what": called(asked.what), "by": asked.asked_by}
        yield "decisions", say("cli.person.decision", **facts, until=rows.day(asked.until_on))
    for promise in held.promises:
        at = moment(promise.promised_at, desk.zone, desk.now)
        yield "promises", say("cli.person.promise", number=promise.number, at=at)


def _post_cells(held: Holdings) -> Iterator[list[str]]:
    for each in held.posts:
        until = each.until_on.isoformat() if each.until_on else ""
        yield [rows.post(each.post), each.from_on.isoformat(), until, str(each.open), str(each.held)]


def appointed(desk: Desk, taken: Appointment, place: Unit, *, new: bool) -> Account:
    """That somebody takes a post, and what it owes."""
    post = rows.post(Post(place.name, taken.role))
    post_id = posts.post_id(desk.session, place.id, taken.role)
    owed = posts.owed(desk.session, [post_id]).get(post_id, 0)
    facts = {"code": taken.code, "name": taken.name, "post": post, "from_on": taken.from_on, "owed": owed, "new": new}
    key = "known" if not new else "appointed_owing" if owed else "appointed"
    return Account(facts, desk.zone, (say(f"cli.person.{key}", **{**facts, "day": rows.day(taken.from_on)}),))


def away(desk: Desk, absence: Absence) -> Account:
    """That somebody is away, or is not after all."""
    person = desk.session.get_one(Person, absence.person_id)
    deputy = desk.session.get_one(Person, absence.deputy_id).name if absence.deputy_id else None
    over = absence.cancelled or absence.until_on <= desk.book.local_date(desk.now)
    facts = {
        "code": person.code,
        "name": person.name,
        "from_on": absence.from_on,
        "until_on": absence.until_on,
        "deputy": deputy,
        "cancelled": absence.cancelled,
    }
    if over:
        return Account(facts, desk.zone, (say("cli.person.back", name=person.name),))
    (leave,) = leaves(desk.session, desk.book, desk.book.local_date(desk.now), Absence.id == absence.id)
    return Account(facts, desk.zone, (say("cli.person.entered", name=person.name, away=_away(leave)),))


def handed_over(desk: Desk, code: str, to: str | None, day: date, handed: HandedOver) -> Account:
    """What was handed over, from whom to whom."""
    names = {each: people.person(desk.session, desk.book.county.id, each).name for each in (code, to) if each}
    facts = {"code": code, "to": to, "on": day, **asdict(handed)}
    told = {"name": names[code], "after": names.get(to or ""), "day": rows.day(day), **asdict(handed)}
    coming = day > desk.book.local_date(desk.now)
    key = "nothing_held" if not handed.posts else "handed_over" if to else "vacated"
    return Account(
        facts, desk.zone, (say(f"cli.person.{key}" + ("_later" if handed.posts and coming else ""), **told),)
    )
