"""Who is reached for which post on which day, in names."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries import people, units
from models.rules.assignment import Answer, Roster, who_answers
from models.rules.records import Absent, Post, Reached
from models.tables import places
from models.tables.people import Person


@dataclass(frozen=True)
class Reach:
    """A county on a day, and the posts that were asked about with those above them."""

    posts: dict[int, Post]
    above: dict[int, tuple[int, ...]]
    roster: Roster
    names: dict[int, str]

    def of(self, post_id: int) -> Reached:
        """Who is reached for a post: its holder, who stands in for them, else the nearest above."""
        answer = who_answers(post_id, self.above[post_id], self.roster.answering)
        passed = answer.passed if answer else tuple(dict.fromkeys((post_id, *self.above[post_id])))
        return Reached(
            asked=self.posts[post_id],
            person=self.names[answer.person_id] if answer else None,
            by=self.posts[answer.post_id if answer else post_id],
            vacant=tuple(self.posts[each] for each in passed if each not in self.roster.holding),
            absent=tuple(self._absent(each) for each in passed if each in self.roster.holding),
            instead_of=self._instead_of(answer) if answer else None,
        )

    def _instead_of(self, answer: Answer) -> Absent | None:
        holder = self.roster.holding[answer.post_id]
        return self._absent(answer.post_id) if holder != answer.person_id else None

    def _absent(self, post_id: int) -> Absent:
        holder = self.roster.holding[post_id]
        last_on = date.fromordinal(self.roster.away[holder].until_on.toordinal() - 1)
        return Absent(self.posts[post_id], self.names[holder], last_on)


def reach(
    session: Session, county_id: int, post_ids: Collection[int], on: date, known_at: datetime | None = None
) -> Reach:
    """Look up some posts, the chain above each, and who answers there on a day.

    :param known_at: who does as it was known at that instant; None: as it is.
    """
    above = units.answering_above(session, set(post_ids))
    chain = {*post_ids, *(each for chain in above.values() for each in chain)}
    roster = people.roster(session, county_id, on, known_at)
    known = {held[post_id] for held in (roster.holding, roster.answering) for post_id in chain & held.keys()}
    return Reach(_posts(session, chain), above, roster, names(session, known))


def _posts(session: Session, post_ids: Collection[int]) -> dict[int, Post]:
    post, unit = places.Post, places.Unit
    rows = session.execute(
        select(post.id, unit.name, post.role).join(unit, unit.id == post.unit_id).where(post.id.in_(post_ids))
    )
    return {row.id: Post(row.name, row.role) for row in rows}


def names(session: Session, person_ids: Collection[int]) -> dict[int, str]:
    """The names of some people."""
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    return {row.id: row.name for row in rows}
