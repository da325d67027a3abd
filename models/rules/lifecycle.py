"""The life of an issue as a table. The same table drives the commands, the property tests and the README's diagram."""

from collections.abc import Collection
from dataclasses import dataclass

from models.errors import IllegalTransition, NotAllowed
from models.vocabulary import Action, DutyKind, Rating, Role, Stage

WORKERS = frozenset({Role.GRID_WORKER, Role.PART_TIME_GRID_WORKER, Role.CONTRACTED_CADRE})
COMMUNITY = frozenset({Role.FIRST_SECRETARY})
ABOVE = frozenset({Role.COMMITTEE_SECRETARY, Role.COUNTY_COMMANDER})
ANYBODY = frozenset(Role)


@dataclass(frozen=True)
class Transition:
    """One row: from a stage, by an action, to a stage; the roles that may; the duties it fulfils and opens."""

    source: Stage | None
    action: Action
    target: Stage
    roles: frozenset[Role]
    fulfils: tuple[DutyKind, ...] = ()
    opens: tuple[DutyKind, ...] = ()


TRANSITIONS = (
    Transition(None, Action.REPORT, Stage.RAISED, ANYBODY, opens=(DutyKind.ACT,)),
    Transition(Stage.RAISED, Action.ASSIGN, Stage.RAISED, COMMUNITY | ABOVE, (DutyKind.DISPATCH,), (DutyKind.SIGN,)),
    Transition(Stage.RAISED, Action.SIGN, Stage.ACTING, WORKERS | COMMUNITY, (DutyKind.SIGN,)),
    Transition(Stage.ACTING, Action.ACT, Stage.ACTING, WORKERS | COMMUNITY | ABOVE),
    Transition(Stage.ACTING, Action.DONE, Stage.EVALUATING, WORKERS | COMMUNITY, (DutyKind.ACT,), (DutyKind.EVALUATE,)),
    Transition(
        Stage.EVALUATING,
        Action.EVALUATE,
        Stage.EVALUATING,
        WORKERS | COMMUNITY | ABOVE,
        (DutyKind.EVALUATE,),
        (DutyKind.CLOSE,),
    ),
    Transition(Stage.EVALUATING, Action.CLOSE, Stage.CLOSED, COMMUNITY | ABOVE, (DutyKind.CLOSE,)),
    Transition(Stage.CLOSED, Action.REOPEN, Stage.ACTING, WORKERS | COMMUNITY | ABOVE, opens=(DutyKind.ACT,)),
)

# A resident who is not content sends the work back: no strike-off is owed, the work is.
SENT_BACK = Transition(
    Stage.EVALUATING,
    Action.EVALUATE,
    Stage.ACTING,
    WORKERS | COMMUNITY | ABOVE,
    (DutyKind.EVALUATE, DutyKind.CLOSE),
    (DutyKind.ACT,),
)


def allowed_actions(stage: Stage) -> tuple[Action, ...]:
    """What can be done at a stage, in the table's order."""
    return tuple(dict.fromkeys(row.action for row in TRANSITIONS if row.source is stage))


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
    fitting = [post for post in held if post.role in row.roles and (post.unit_id in path or row.source is None)]
    if not fitting:
        raise NotAllowed(action=row.action, roles=tuple(sorted(row.roles)))
    order = list(path)
    return max(fitting, key=lambda post: order.index(post.unit_id) if post.unit_id in path else -1)
