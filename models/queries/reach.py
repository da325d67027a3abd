"""Who is reached for which post on which day, in names."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries import people, units
from models.rules.assignment import who_answers
from models.rules.records import Post, Reached
from models.tables import places
from models.tables.people import Person


@dataclass(frozen=True)
class Reach:
    """A county's posts and their holders on a day, as far as they were asked about."""

    posts: dict[int, Post]
    above: dict[int, tuple[int, ...]]
    holders: dict[int, int]
    names: dict[int, str]

    def of(self, post_id: int) -> Reached:
        """Who is reached for a post: its holder, else the nearest holder above."""
        answer = who_answers(post_id, self.above[post_id], self.holders)
        if answer is None:
            passed = dict.fromkeys((post_id, *self.above[post_id]))
            return Reached(self.posts[post_id], None, self.posts[post_id], tuple(self.posts[each] for each in passed))
        vacant = tuple(self.posts[each] for each in answer.vacant)
        return Reached(self.posts[post_id], self.names[answer.person_id], self.posts[answer.post_id], vacant)


def reach(session: Session, county_id: int, post_ids: Collection[int], on: date) -> Reach:
    """Look up some posts, the chain above each, and who holds them on a day."""
    above = units.answering_above(session, set(post_ids))
    chain = {*post_ids, *(each for chain in above.values() for each in chain)}
    holders = people.holders(session, county_id, on)
    holding = {post_id: person_id for post_id, person_id in holders.items() if post_id in chain}
    return Reach(_posts(session, chain), above, holding, names(session, set(holding.values())))


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
