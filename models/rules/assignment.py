"""Who does it: the post a duty goes to, and the person who answers for a post on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """Who answers for a post and how they were found: the posts passed over because nobody holds them."""

    post_id: int
    person_id: int
    vacant: tuple[int, ...] = ()


def who_answers(post_id: int, above: Sequence[int], holders: Mapping[int, int]) -> Answer | None:
    """The person who answers for a post: its holder, else the holder of the nearest answering post above.

    :param above: answering posts of the units above, the nearest first.
    :param holders: person by post, as of the day in question.
    :return: None when nobody in the tree does: the matter is unowned.
    """
    passed: list[int] = []
    for candidate in dict.fromkeys((post_id, *above)):
        if candidate in holders:
            return Answer(candidate, holders[candidate], tuple(passed))
        passed.append(candidate)
    return None
