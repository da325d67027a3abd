"""The balance equations hold for whatever can happen, and for nothing else: one count off by one is found."""

from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from models.rules.balance import LEADS_TO, Tally, imbalances, whole
from models.rules.findings import Kind
from models.vocabulary import Action, Stage
from tests.rules.properties import quick

PLACES = ("east", "west", "top")
ENDS = (Action.REJECT, Action.WITHDRAW, Action.MERGE)


@dataclass
class Life:
    """An issue on its way: where it was raised, where it is, its stage, what was done to it."""

    raised: str
    now: str
    stage: Stage = Stage.RAISED
    on_hold: bool = False
    moves: list[tuple[str, str]] = field(default_factory=list)
    done: Counter[Action] = field(default_factory=lambda: Counter([Action.REPORT]))

    def to(self, place: str) -> None:
        if self.stage in (Stage.RAISED, Stage.ACTING):
            self.moves.append((self.now, place))
            self.now, self.stage = place, Stage.RAISED

    def does(self, action: Action) -> None:
        if action is Action.CLOSE and self.stage is not Stage.CLOSED:
            self.stage, self.on_hold = Stage.CLOSED, False
        elif action is Action.REOPEN and self.stage is Stage.CLOSED:
            self.stage = Stage.ACTING
        elif action is Action.HOLD and self.stage is not Stage.CLOSED:
            self.on_hold = True
        elif action in ENDS and self.stage is not Stage.CLOSED:
            self.stage, self.on_hold = LEADS_TO[action], False
        else:
            return
        self.done[action] += 1


@st.composite
def lives(draw: st.DrawFn) -> Life:
    place = draw(st.sampled_from(PLACES))
    life = Life(place, place)
    for turn in draw(st.lists(st.sampled_from([*PLACES, Action.CLOSE, Action.REOPEN, Action.HOLD, *ENDS]), max_size=8)):
        if life.stage in LEADS_TO.values():
            break
        life.does(turn) if isinstance(turn, Action) else life.to(turn)
    return life


def tally(place: str, all_lives: list[Life]) -> Tally:
    here = [each for each in all_lives if each.now == place]
    moves = [move for each in all_lives for move in each.moves if move[0] != move[1]]
    return Tally(
        PLACES.index(place),
        place,
        opened=sum(each.raised == place for each in all_lives),
        arrived=sum(target == place for _, target in moves),
        left=sum(source == place for source, _ in moves),
        happened=sum((each.done for each in here), Counter[Action]()),
        standing=Counter(each.stage for each in here if not each.on_hold),
        on_hold=sum(each.on_hold for each in here),
    )


@quick(200)
@given(st.lists(lives(), max_size=8))
def test_whatever_happens_balances_everywhere_and_in_all(all_lives: list[Life]) -> None:
    parts = [tally(place, all_lives) for place in PLACES]
    county = whole(9, "county", parts)
    assert [finding for part in (*parts, county) for finding in imbalances(part, "x")] == []
    assert (county.opened, county.issues) == (len(all_lives), len(all_lives))


@quick(100)
@given(
    st.lists(lives(), max_size=6), st.sampled_from(PLACES), st.sampled_from(["opened", "arrived", "left", "on_hold"])
)
def test_a_count_off_by_one_is_an_imbalance(all_lives: list[Life], place: str, count: str) -> None:
    right = tally(place, all_lives)
    wrong = replace(right, **{count: getattr(right, count) + 1})
    assert Kind.BALANCE in {finding.kind for finding in imbalances(wrong, "x")}


@quick(100)
@given(st.lists(lives(), max_size=6), st.sampled_from(PLACES), st.sampled_from([Action.CLOSE, Action.REOPEN, *ENDS]))
def test_a_line_of_the_history_too_many_is_an_imbalance(all_lives: list[Life], place: str, action: Action) -> None:
    right = tally(place, all_lives)
    (found,) = imbalances(replace(right, happened=right.happened + Counter([action])), "community")
    assert found.kind is (Kind.COUNTED if action in LEADS_TO else Kind.CLOSED)


def test_an_imbalance_says_all_that_the_equation_is_made_of() -> None:
    standing = Counter({Stage.ACTING: 3, Stage.CLOSED: 1})
    happened = Counter({Action.REPORT: 6, Action.CLOSE: 2, Action.REOPEN: 1})
    (found,) = imbalances(Tally(7, "east", 8, 1, 2, happened, standing, on_hold=2), "community")
    assert found.key == "balance-7-community"
    assert found.facts == {
        "unit": "east",
        "unit_id": 7,
        "opened": 8,
        "arrived": 1,
        "left": 2,
        "on_hold": 2,
        **{stage.value: standing[stage] for stage in Stage},
        "surplus": -1,
    }
