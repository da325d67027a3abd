"""The people of the demonstration county come and go: posts fall vacant and are filled, somebody is away, a flood."""

from collections.abc import Iterator
from datetime import datetime, time
from functools import partial

from sqlalchemy import select

from deployments.demonstration.asides import done
from deployments.demonstration.day import Day, Happening, at, comes_round, days_after
from deployments.demonstration.founding import LETTERS
from models.actions import absences, handing_over, suspending
from models.actions.absences import Leave
from models.actions.people import Appointment, appoint
from models.tables.people import Person, Posting
from models.tables.places import Post, Unit
from models.vocabulary import Role

OPENING, NOON = time(8, 20), time(12)


def changes(day: Day) -> Iterator[Happening]:
    """Who leaves, comes or is away from tomorrow on is said in the morning."""
    morning = day.at(OPENING)
    if day.happens("leave"):
        yield morning, partial(_leave, day)
    coming = day.session.scalars(select(Posting.post_id).where(Posting.from_on > day.date))
    for post in sorted(set(day.cast.posts) - set(day.cast.holding) - set(coming)):
        if day.happens("fill"):
            yield morning, partial(_fill, day, day.cast.posts[post])
    for what, roles in AWAY.items():
        if day.happens(what):
            yield morning, partial(_absent, day, roles)


AWAY = {
    "secretary_away": (Role.FIRST_SECRETARY,),
    "worker_away": (Role.GRID_WORKER, Role.CONTRACTED_CADRE),
}


def _somebody(day: Day, *roles: Role) -> tuple[Post, str] | None:
    """Somebody who is there and holds a post of one of some roles; where the guide's examples are everybody stays."""
    guided = min(day.cast.grids.values(), key=lambda grid: grid.id).community_id
    there = [
        (day.cast.posts[post], code)
        for post, code in sorted(day.cast.holding.items())
        if day.cast.posts[post].role in roles
        and day.cast.answering.get(post) == code
        and day.cast.units[day.cast.posts[post].unit_id].community_id != guided
    ]
    return day.dice.choice(there) if there else None


def _leave(day: Day, now: datetime) -> None:
    """Somebody goes for good; until a successor comes, the tier above answers."""
    if leaving := _somebody(day, Role.FIRST_SECRETARY, Role.GRID_WORKER, Role.CONTRACTED_CADRE):
        _, code = leaving
        on = days_after(day.date, 1)
        done(day, partial(handing_over.hand_over, day.session, day.book, code, to=None, on=on, by=code, now=now))


def _fill(day: Day, post: Post, now: datetime) -> None:
    """A newcomer takes a vacant post."""
    letter, county = LETTERS[post.role], day.book.county.id
    alike = day.session.scalars(select(Person.code).where(Person.county_id == county, Person.code.like(f"{letter}%")))
    last = max((int(code[1:]) for code in alike if code[1:].isdecimal()), default=0)
    code = f"{letter}{last + 1:03d}"
    name = day.dice.choice(day.plan["surnames"]) + day.dice.choice(day.plan["given_names"])
    taken = Appointment(day.cast.units[post.unit_id].key, post.role, code, name, days_after(day.date, 1))
    done(day, partial(appoint, day.session, county, [taken], now=now))


def _absent(day: Day, roles: tuple[Role, ...], now: datetime) -> None:
    """Somebody is away for some days; a neighbour stands in, mostly."""
    if not (away := _somebody(day, *roles)):
        return
    post, code = away
    near = _neighbours(day, day.cast.units[post.unit_id], code)
    deputy = day.dice.choice(near) if near and not day.happens("nobody_stands_in") else None
    since = days_after(day.date, 1)
    leave = Leave(code, since, days_after(since, day.dice.randint(3, 9)), day.reason("absent"), deputy)
    done(day, partial(absences.enter, day.session, day.book, leave, by=code, now=now))


def _neighbours(day: Day, unit: Unit, but: str) -> list[str]:
    """Who answers, themselves, for the units beside one."""
    beside = [each for each in day.cast.units.values() if each.parent_id == unit.parent_id and each is not unit]
    posts = [each.answering[-1] for each in beside]
    return sorted({code for post in posts if (code := day.cast.holding.get(post)) and code != but})


def floods(day: Day) -> Iterator[Happening]:
    """Now and then nothing can be done in a whole community, until some days later or until the water is gone."""
    if comes_round(day.plan, "flood", day.date):
        yield day.at(NOON), partial(_flood, day)


def _flood(day: Day, now: datetime) -> None:
    communities = [unit for unit in day.cast.units.values() if unit.depth == day.book.lowest - 1]
    unit = day.dice.choice(communities)
    until = at(day.book, days_after(day.date, day.plan["flood_days"]), NOON)
    by = day.cast.acting(unit, depth=unit.depth - 1)
    if by is not None:
        flooded = partial(suspending.suspend, day.session, day.book, unit.key, cause=day.reason("flood"), until=until)
        done(day, partial(flooded, by=by, now=now))
