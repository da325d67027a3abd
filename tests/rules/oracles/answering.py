"""Who answers for a post on a day, found by trying every queue of people against what the design says of it.

"Absent holder, then the deputy, then the deputy's deputy (at most five, nobody twice), each holding some post of the
county that day and not absent; else the tier above, as for a vacancy; nobody: unowned."
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, permutations

LONGEST = 5


@dataclass(frozen=True)
class World:
    """A county on a day, by names. `above` names the unit over a unit, `minds` the post that answers for a unit."""

    above: Mapping[str, str | None]
    minds: Mapping[str, str]
    lies_on: Mapping[str, str]
    held_by: Mapping[str, str]
    absent: frozenset[str]
    named: Mapping[str, str]

    @property
    def people(self) -> frozenset[str]:
        """Everybody of whom anything is said."""
        return frozenset({*self.held_by.values(), *self.absent, *self.named.values()})


def who(world: World, post: str) -> tuple[str, str] | None:
    """The post by which a post is answered for, and the person."""
    found = [last for queue in _queues(world, post) if _stands(world, queue) for last in queue[-1:]]
    if found:
        (person,) = found
        return post, person
    higher = _higher(world, post)
    return who(world, higher) if higher else None


def _higher(world: World, post: str) -> str | None:
    """The post that answers in its stead: of its own unit, unless that is itself, else of the unit above."""
    unit = world.lies_on[post]
    if world.minds[unit] != post:
        return world.minds[unit]
    over = world.above[unit]
    return world.minds[over] if over else None


def _queues(world: World, post: str) -> Iterator[tuple[str, ...]]:
    """The holder of a post with every line of other people behind, as long as may be."""
    if post in world.held_by:
        holder = world.held_by[post]
        others = sorted(world.people - {holder})
        for behind in range(LONGEST + 1):
            yield from ((holder, *line) for line in permutations(others, behind))


def _stands(world: World, queue: tuple[str, ...]) -> bool:
    """Whether each in a queue is the deputy of the one before, who is absent, up to the last, who is there."""
    *gone, last = queue
    return (
        last not in world.absent
        and all(each in world.absent for each in gone)
        and all(world.named.get(one) == other for one, other in pairwise(queue))
        and all(each in world.held_by.values() for each in queue[1:])
    )
