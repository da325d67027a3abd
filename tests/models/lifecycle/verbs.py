"""What people can do to an issue: the verb of each action, what is said with it, and how likely it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from models.actions import calling, casework, holding, promises, side_exits, voiding
from models.vocabulary import Action, Rating, RequestKind
from tests.county import SECRET

GRIDS = ("east-1", "east-2", "west-1")
UNITS = (*GRIDS, "east", "west", "works", "river")


def minutes(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda some: timedelta(minutes=some))


def mostly(usual: str, *unusual: str) -> st.SearchStrategy[str]:
    return st.sampled_from([*[usual] * 7, *unusual])


@dataclass(frozen=True)
class Verb:
    """A function of the actions, what it is told, whether its paper may come late, and its share among others."""

    does: Callable[..., object]
    said: Mapping[str, st.SearchStrategy[Any]]
    share: int = 2
    late: bool = False


REASON = {"reason": mostly("材料", " ")}
CODE = {"secret": mostly(SECRET, "135791")}
VERBS = {
    Action.ASSIGN: Verb(casework.assign, {"grid": mostly("east-1", "west-1", "west")}, 6),
    Action.SIGN: Verb(casework.sign, {}, 8, late=True),
    Action.ACT: Verb(casework.act, {"note": st.just("…")}, late=True),
    Action.DONE: Verb(casework.done, {"evidence": mostly("photo", " ")}, 6, late=True),
    Action.EVALUATE: Verb(casework.evaluate, {"rating": st.sampled_from(Rating)}, 5, late=True),
    Action.CLOSE: Verb(casework.close, {}, 6, late=True),
    Action.REOPEN: Verb(casework.reopen, {"reason": st.just("又灭了")}, 6),
    Action.PUBLISH: Verb(casework.publish, {"where": mostly("公告栏", ""), "exempt": mostly("", "个人")}),
    Action.REJECT: Verb(side_exits.reject, REASON, 1),
    Action.WITHDRAW: Verb(side_exits.withdraw, REASON, 1),
    Action.MERGE: Verb(side_exits.merge, {"into": st.integers(0, 5), **REASON}, 1),
    Action.TRANSFER: Verb(side_exits.transfer, {"to": st.sampled_from(UNITS), **REASON}),
    Action.ASK: Verb(holding.ask, {"what": st.sampled_from(RequestKind), "days": st.integers(0, 20), **REASON}, 6),
    Action.HOLD: Verb(holding.approve, CODE, 20),
    Action.REFUSE: Verb(holding.refuse, {**CODE, **REASON}, 4),
    Action.RESUME: Verb(holding.resume, REASON, 4),
    Action.PROMISE: Verb(promises.promise, {"days": st.integers(-1, 6)}, 3),
    Action.CALL_UP: Verb(calling.call_up, {"unit": st.sampled_from(UNITS), **REASON}),
    Action.ANSWER: Verb(calling.answer, {"note": st.just("周四来修")}, 6),
    Action.VOID: Verb(voiding.void, REASON, 4),
}
