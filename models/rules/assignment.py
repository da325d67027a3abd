"""Who does it: the post a duty goes to, and the person who answers for a post on a day (design: domain, section 1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

MOST_DEPUTIES = 5
"""How far it goes from deputy to deputy before the tier above is asked."""


@dataclass(frozen=True)
class Away:
    """Somebody is away up to, not including, a day; the deputy, if there is one, stands in at all their posts."""

    until_on: date
    deputy_id: int | None


@dataclass(frozen=True)
class Roster:
    """A county on a day: the holder of each held post, and who is away. All by ids."""

    holding: Mapping[int, int]
    away: Mapping[int, Away]

    @cached_property
    def staff(self) -> frozenset[int]:
        """Everybody who holds some post."""
        return frozenset(self.holding.values())

    def stands_in(self, person_id: int) -> int | None:
        """Who answers for a person: they themselves, else the deputy, else the deputy's deputy.

        :return: None when there is no deputy, or the last one is away, holds no post, or came up before.
        """
        chain = [person_id]
        while (away := self.away.get(chain[-1])) is not None:
            deputy = away.deputy_id
            if deputy is None or deputy in chain or deputy not in self.staff or len(chain) > MOST_DEPUTIES:
                return None
            chain.append(deputy)
        return chain[-1]

    @cached_property
    def answering(self) -> Mapping[int, int]:
        """Who answers at each post for which there is somebody: the holder or who stands in."""
        found = {post_id: self.stands_in(person_id) for post_id, person_id in self.holding.items()}
        return {post_id: person_id for post_id, person_id in found.items() if person_id is not None}


@dataclass(frozen=True)
class Answer:
    """Who answers for a post and how they were found: the posts passed over because nobody answers there."""

    post_id: int
    person_id: int
    passed: tuple[int, ...] = ()


def who_answers(post_id: int, above: Sequence[int], holders: Mapping[int, int]) -> Answer | None:
    """The person who answers for a post: whoever does so there, else at the nearest answering post above.

    :param above: answering posts of the units above, the nearest first.
    :param holders: who answers, by post, as of the day in question.
    :return: None when nobody in the tree does: the matter is unowned.
    """
    passed: list[int] = []
    for candidate in dict.fromkeys((post_id, *above)):
        if candidate in holders:
            return Answer(candidate, holders[candidate], tuple(passed))
        passed.append(candidate)
    return None
