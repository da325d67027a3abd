"""A day of the demonstration county, and who is who on it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.queries import people
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import ANYBODY
from models.tables.events import Event
from models.tables.people import Person
from models.tables.places import Post, Unit
from models.tables.policies import Category
from models.vocabulary import Role

OPENS, CLOSES = 8 * 60, 19 * 60  # minutes of the day within which people raise and do things


@dataclass(frozen=True)
class Cast:
    """Who is who on a day, by staff number: who answers at each post, who holds it; and what there is, by id."""

    people: Mapping[int, str]
    answering: Mapping[int, str]
    holding: Mapping[int, str]
    posts: Mapping[int, Post]
    units: Mapping[int, Unit]
    categories: Mapping[int, Category]
    lowest: int

    @cached_property
    def grids(self) -> Mapping[int, Unit]:
        """The units of the lowest tier."""
        return {unit.id: unit for unit in self.units.values() if unit.depth == self.lowest}

    @cached_property
    def communities(self) -> list[int]:
        """The units that run their own night."""
        return sorted({unit.community_id for unit in self.units.values()})

    @cached_property
    def by_role(self) -> Mapping[tuple[int, Role], int]:
        """The posts of each unit, by role."""
        return {(post.unit_id, post.role): post.id for post in self.posts.values()}

    def acting(
        self, unit: Unit, roles: Collection[Role] = ANYBODY, *, depth: int | None = None, but: str = ""
    ) -> str | None:
        """Who answers for a unit, or for the nearest one above, in a role that may.

        :param depth: of the unit above to begin at; None: the unit itself.
        :param but: somebody who may not.
        """
        asked = unit.answering if depth is None else unit.answering[: depth + 1]
        for post in reversed(asked):
            if self.posts[post].role in roles and self.answering.get(post, but) != but:
                return self.answering[post]
        return None

    def cadre(self, unit: Unit) -> str | None:
        """Who is the grid's contracted cadre; who answers for it while there is none."""
        post = self.by_role.get((unit.id, Role.CONTRACTED_CADRE))
        return (self.answering.get(post) if post else None) or self.acting(unit)


@dataclass(frozen=True)
class Day:
    """What everything in a day needs: the open transaction, the rules, the plan, the people, and the dice."""

    session: Session
    book: Rulebook
    plan: Mapping[str, Any]
    date: date
    cast: Cast
    dice: Random

    def at(self, clock: time) -> datetime:
        """The instant of a local clock time of the day."""
        return at(self.book, self.date, clock)

    def some_time(self, after: int = OPENS, before: int = CLOSES) -> datetime:
        """An instant of the daytime, between two minutes of the day."""
        minute = self.dice.randrange(after, before)
        return self.at(time(minute // 60, minute % 60))

    def happens(self, what: str) -> bool:
        """Whether something happens that does so by chance; what the plan doesn't name never does."""
        return bool(self.dice.random() < self.plan["chances"].get(what, 0))

    def reason(self, what: str) -> str:
        """What people say of why they do something."""
        return str(self.plan["reasons"][what])


Happening = tuple[datetime, Callable[[datetime], object]]
"""Something that happens at an instant of a day, which it is told."""


def days_after(day: date, count: int) -> date:
    """The day so many days of the calendar later, worked or not; earlier, if fewer than none."""
    return day + timedelta(days=count)


def at(book: Rulebook, day: date, clock: time) -> datetime:
    """The instant of a clock time in the county."""
    return datetime.combine(day, clock, tzinfo=book.calendar.office.zone).astimezone(UTC)


def comes_round(plan: Mapping[str, Any], what: str, day: date) -> bool:
    """Whether a day is one of those on which something comes round, every so many days; not named, never."""
    every = plan.get("every", {}).get(what)
    return bool(every and Random(f"{plan['seed']} {what}").randrange(every) == day.toordinal() % every)


def last_recorded(session: Session, book: Rulebook) -> datetime | None:
    """When the last thing in the county's history was recorded."""
    return session.scalar(select(func.max(Event.recorded_at)).where(Event.county_id == book.county.id))


def cast(session: Session, book: Rulebook, on: date) -> Cast:
    """Who is who on a day."""
    county = book.county.id
    named = select(Person.id, Person.code).where(Person.county_id == county)
    names: dict[int, str] = dict(session.execute(named).tuples().all())
    units = session.scalars(select(Unit).where(Unit.county_id == county).order_by(Unit.id)).all()
    posts = session.scalars(select(Post).join(Unit, Unit.id == Post.unit_id).where(Unit.county_id == county)).all()
    roster = people.roster(session, county, on)
    return Cast(
        names,
        {post: names[person] for post, person in roster.answering.items()},
        {post: names[person] for post, person in roster.holding.items()},
        {post.id: post for post in posts},
        {unit.id: unit for unit in units},
        {each.id: each for each in session.scalars(select(Category).where(Category.county_id == county))},
        book.lowest,
    )
