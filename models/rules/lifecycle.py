"""The life of an issue as a table. The same table drives the commands, the property tests and the README's diagram."""

from collections.abc import Collection
from dataclasses import dataclass

from models.errors import IllegalTransition, NotAllowed
from models.vocabulary import Action, DutyKind, Rating, Role, Stage

WORKERS = frozenset({Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER, Role.CONTRACTED_CADRE})
COMMUNITY = frozenset({Role.FIRST_SECRETARY})
ABOVE = frozenset({Role.COMMITTEE_SECRETARY, Role.COUNTY_COMMANDER})
ANYBODY = frozenset(Role)


# Side exits that end an issue for good; only taking the event back leads out of them.
FINAL = frozenset({Stage.REJECTED, Stage.WITHDRAWN, Stage.MERGED})
UNDER_WAY = (Stage.RAISED, Stage.ACTING, Stage.EVALUATING)
ON_HOLD = (Action.RESUME, Action.WITHDRAW, Action.VOID)
"""What can be done to an issue whose clock stands still."""
CLOSINGS = (Action.CLOSE, Action.CLOSE_AS_RECORDED)
"""What strikes an issue off: somebody here has verified it, or the system it came from says so."""
ENDS_HOLD = frozenset({Action.RESUME, Action.WITHDRAW, Action.CLOSE_AS_RECORDED})
"""After what an issue is not on hold any more."""
DECISIONS = frozenset({Action.HOLD, Action.EXTEND, Action.REFUSE})
"""What decides a request: done one tier above whoever owes what it is about."""
REPLIES = DECISIONS | {Action.RESUME, Action.ANSWER, Action.CLOSE_AS_RECORDED}
"""What can only be done after something else: a request, a hold, a call-up, a closing elsewhere. Not offered as a way
out.
"""
OF_THE_WORK = (DutyKind.SIGN, DutyKind.ANSWER, DutyKind.APPROVE)
"""What is a part of the work and ends with it."""


@dataclass(frozen=True)
class Transition:
    """One row: from a stage, by an action, to a stage; the roles that may; the duties it fulfils, opens and cancels."""

    source: Stage | None
    action: Action
    target: Stage
    roles: frozenset[Role]
    fulfils: tuple[DutyKind, ...] = ()
    opens: tuple[DutyKind, ...] = ()
    cancels: tuple[DutyKind, ...] = ()


def _ends(action: Action, target: Stage, roles: frozenset[Role], *sources: Stage) -> tuple[Transition, ...]:
    """Rows of a side exit: nothing is owed afterwards."""
    return tuple(Transition(source, action, target, roles, cancels=tuple(DutyKind)) for source in sources)


def _stays(
    action: Action,
    roles: frozenset[Role],
    *sources: Stage,
    fulfils: DutyKind | None = None,
    opens: DutyKind | None = None,
) -> tuple[Transition, ...]:
    """Rows of an action that leaves an issue at its stage."""
    ended, begun = ((kind,) if kind else () for kind in (fulfils, opens))
    return tuple(Transition(source, action, source, roles, ended, begun) for source in sources)


TRANSITIONS = (
    Transition(None, Action.REPORT, Stage.RAISED, ANYBODY, opens=(DutyKind.ACT,)),
    Transition(Stage.RAISED, Action.ASSIGN, Stage.RAISED, COMMUNITY | ABOVE, (DutyKind.DISPATCH,), (DutyKind.SIGN,)),
    Transition(Stage.RAISED, Action.SIGN, Stage.ACTING, WORKERS | COMMUNITY, (DutyKind.SIGN,)),
    Transition(Stage.ACTING, Action.ACT, Stage.ACTING, WORKERS | COMMUNITY | ABOVE),
    Transition(
        Stage.ACTING,
        Action.DONE,
        Stage.EVALUATING,
        WORKERS | COMMUNITY,
        (DutyKind.ACT,),
        (DutyKind.EVALUATE,),
        cancels=OF_THE_WORK,
    ),
    Transition(
        Stage.EVALUATING,
        Action.EVALUATE,
        Stage.EVALUATING,
        WORKERS | COMMUNITY | ABOVE,
        (DutyKind.EVALUATE,),
        (DutyKind.CLOSE,),
    ),
    Transition(
        Stage.EVALUATING, Action.CLOSE, Stage.CLOSED, COMMUNITY | ABOVE, (DutyKind.CLOSE,), cancels=(DutyKind.APPROVE,)
    ),
    *(
        Transition(
            source,
            Action.CLOSE_AS_RECORDED,
            Stage.CLOSED,
            COMMUNITY | ABOVE,
            (DutyKind.ACT,),
            cancels=tuple(kind for kind in DutyKind if kind is not DutyKind.ACT),
        )
        for source in UNDER_WAY
    ),
    Transition(Stage.CLOSED, Action.REOPEN, Stage.ACTING, WORKERS | COMMUNITY | ABOVE, opens=(DutyKind.ACT,)),
    *_ends(Action.REJECT, Stage.REJECTED, COMMUNITY | ABOVE, Stage.RAISED),
    *_ends(Action.WITHDRAW, Stage.WITHDRAWN, WORKERS | COMMUNITY | ABOVE, *UNDER_WAY),
    *_ends(Action.MERGE, Stage.MERGED, COMMUNITY | ABOVE, Stage.RAISED, Stage.ACTING),
    *(
        Transition(
            source,
            Action.TRANSFER,
            Stage.RAISED,
            COMMUNITY | ABOVE,
            (DutyKind.DISPATCH,),
            (DutyKind.SIGN,),
            OF_THE_WORK,
        )
        for source in (Stage.RAISED, Stage.ACTING)
    ),
    *_stays(Action.CALL_UP, WORKERS | COMMUNITY, Stage.ACTING, opens=DutyKind.ANSWER),
    *_stays(Action.ANSWER, WORKERS | COMMUNITY | ABOVE, Stage.ACTING, fulfils=DutyKind.ANSWER),
    *_stays(Action.PROMISE, WORKERS | COMMUNITY, Stage.ACTING),
    *_stays(Action.PUBLISH, COMMUNITY | ABOVE, Stage.ACTING, Stage.EVALUATING, Stage.CLOSED),
    *_stays(Action.ASK, WORKERS | COMMUNITY | ABOVE, *UNDER_WAY, opens=DutyKind.APPROVE),
    *_stays(Action.HOLD, COMMUNITY | ABOVE, *UNDER_WAY, fulfils=DutyKind.APPROVE),
    *_stays(Action.EXTEND, COMMUNITY | ABOVE, Stage.RAISED, Stage.ACTING, fulfils=DutyKind.APPROVE),
    *_stays(Action.REFUSE, COMMUNITY | ABOVE, *UNDER_WAY, fulfils=DutyKind.APPROVE),
    *_stays(Action.RESUME, WORKERS | COMMUNITY | ABOVE, *UNDER_WAY),
    *_stays(Action.VOID, COMMUNITY | ABOVE, *Stage),
)

# A resident who is not content sends the work back: no strike-off is owed, the work is.
SENT_BACK = Transition(
    Stage.EVALUATING,
    Action.EVALUATE,
    Stage.ACTING,
    WORKERS | COMMUNITY | ABOVE,
    (DutyKind.EVALUATE,),
    (DutyKind.ACT,),
    (DutyKind.CLOSE,),
)


def allowed_actions(stage: Stage) -> tuple[Action, ...]:
    """What can be done at a stage by itself, in the table's order."""
    return tuple(row.action for row in TRANSITIONS if row.source is stage and row.action not in REPLIES)


def transition(stage: Stage | None, action: Action, rating: Rating | None = None) -> Transition:
    """The row that applies.

    :raises IllegalTransition: naming what the stage allows instead.
    """
    if action is Action.EVALUATE and rating is Rating.DISSATISFIED and stage is Stage.EVALUATING:
        return SENT_BACK
    for row in TRANSITIONS:
        if row.source is stage and row.action is action:
            return row
    raise IllegalTransition(stage=stage, action=action, allowed=allowed_actions(stage) if stage else ())


@dataclass(frozen=True)
class HeldPost:
    """A post a person holds on the day in question, and the unit it is on."""

    post_id: int
    role: Role
    unit_id: int


def allowing_post(row: Transition, held: Collection[HeldPost], path: Collection[int]) -> HeldPost:
    """The post by which a person may: of an allowed role, at the issue's unit or above; the nearest one.

    :param path: the unit ids from the topmost to the issue's own.
    :raises NotAllowed: when none of the posts held does.
    """
    fitting = [post for post in held if may(row, post, path)]
    if not fitting:
        raise NotAllowed(action=row.action, roles=tuple(sorted(row.roles)))
    return max(fitting, key=lambda post: nearness(post, path))


def may(row: Transition, post: HeldPost, path: Collection[int]) -> bool:
    """Whether a post allows it; anywhere at all, where nothing was before."""
    return post.role in row.roles and (post.unit_id in path or row.source is None)


def nearness(post: HeldPost, path: Collection[int]) -> int:
    """How near a post is to an issue: the depth of its unit on the way up; off it, it is farthest."""
    return list(path).index(post.unit_id) if post.unit_id in path else -1


AS_RECORDED = transition(Stage.RAISED, Action.CLOSE_AS_RECORDED)
"""What that needs, fulfils and cancels is the same at every stage. Who may do it may bring in another's stock."""
