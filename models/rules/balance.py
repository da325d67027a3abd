"""Whether the ledger balances: what came in is still there, or went out in one of the known ways.

The counts of one side come from the history and the numbers given out, those of the other from the issues as they
stand; what was taken back never happened. An issue is raised where its number was given out: in a community, or at the
topmost unit while it lies on no grid. It moves by a transfer, and when a person first puts it onto a grid elsewhere: an
assignment from the topmost unit to a grid counts as transferred out of the one and into the other's community. Within a
community nothing moves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from models.rules.findings import Finding, Kind
from models.vocabulary import Action, Stage

UNDER_WAY = (Stage.RAISED, Stage.ACTING, Stage.EVALUATING)
LEADS_TO = {Action.REJECT: Stage.REJECTED, Action.WITHDRAW: Stage.WITHDRAWN, Action.MERGE: Stage.MERGED}
"""What happens once to each issue that stands at such a stage, and to no other."""


@dataclass(frozen=True)
class Tally:
    """A community, the topmost unit for what lies above them, or a whole county, in counts.

    :param opened: the numbers given out.
    :param arrived: how often an issue was transferred in from elsewhere; ``left`` is out.
    :param happened: how often each action was done to the issues now here, and stands.
    :param standing: the issues now here by stage, those on hold apart.
    """

    unit_id: int
    unit: str
    opened: int = 0
    arrived: int = 0
    left: int = 0
    happened: Counter[Action] = field(default_factory=Counter)
    standing: Counter[Stage] = field(default_factory=Counter)
    on_hold: int = 0

    @property
    def issues(self) -> int:
        """All issues now here."""
        return self.standing.total() + self.on_hold


def whole(unit_id: int, unit: str, parts: Iterable[Tally]) -> Tally:
    """A county from its communities; what moves between them neither arrives in it nor leaves it."""
    own = list(parts)
    happened = sum((each.happened for each in own), Counter[Action]())
    standing = sum((each.standing for each in own), Counter[Stage]())
    opened, on_hold = sum(each.opened for each in own), sum(each.on_hold for each in own)
    return Tally(unit_id, unit, opened, happened=happened, standing=standing, on_hold=on_hold)


def imbalances(tally: Tally, of: str) -> Iterator[Finding]:
    """Every equation that does not hold.

    :param of: tells a county's findings from those of its topmost unit.
    """
    yield from _all_there(tally, of)
    yield from _closed(tally, of)
    yield from _ended(tally, of)


def _all_there(tally: Tally, of: str) -> Iterator[Finding]:
    """Opened + transferred in = under way by stage + on hold + closed + rejected + withdrawn + merged + out."""
    surplus = tally.issues + tally.left - tally.opened - tally.arrived
    if surplus:
        moved = {"opened": tally.opened, "arrived": tally.arrived, "left": tally.left, "on_hold": tally.on_hold}
        stages = {stage.value: tally.standing[stage] for stage in Stage}
        yield _finding(Kind.BALANCE, tally, of, **moved, **stages, surplus=surplus)


def _closed(tally: Tally, of: str) -> Iterator[Finding]:
    """Closings verified here + those by a source's word - reopenings = closed now."""
    counts = {"closings": tally.happened[Action.CLOSE], "as_recorded": tally.happened[Action.CLOSE_AS_RECORDED]}
    reopenings, closed = tally.happened[Action.REOPEN], tally.standing[Stage.CLOSED]
    if sum(counts.values()) - reopenings != closed:
        yield _finding(Kind.CLOSED, tally, of, **counts, reopenings=reopenings, closed=closed)


def _ended(tally: Tally, of: str) -> Iterator[Finding]:
    """Every issue was raised once; what ended in another way did so once."""
    expected = {Action.REPORT: tally.issues} | {action: tally.standing[stage] for action, stage in LEADS_TO.items()}
    for action, issues in expected.items():
        if tally.happened[action] != issues:
            facts = {"action": action, "times": tally.happened[action], "issues": issues}
            yield _finding(Kind.COUNTED, tally, f"{of}-{action}", **facts)


def _finding(kind: Kind, tally: Tally, of: str, **facts: object) -> Finding:
    return Finding(kind, f"{tally.unit_id}-{of}", {"unit": tally.unit, "unit_id": tally.unit_id, **facts})
