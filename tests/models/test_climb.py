"""The climb in SQL against the oracle: random duties, nights missed or run twice, watches in between."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.actions import night
from models.queries.duties import light as light_in_sql
from models.queries.rulebook import Rulebook
from models.rules.escalation import light
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.places import Post, Unit
from models.tables.policies import Category, EscalationPolicy, ServiceLevel
from models.vocabulary import DutyKind, DutyState, Lane, Role, Severity, Stage
from tests.county import at, small_pack
from tests.models.ledger import post_id, unit_id
from tests.rules.oracles import climb as oracle
from tests.rules.properties import quick

START = at("2026-03-02 09:00")

# Whose post each tier's is, seen from a unit; a tier that a unit lacks falls to the unit itself.
REACHES = {
    "east-1": {"grid": "east-1", "community": "east", "committee": "works", "county": "river"},
    "east-2": {"grid": "east-2", "community": "east", "committee": "works", "county": "river"},
    "river": {"grid": "river", "community": "river", "committee": "river", "county": "river"},
}
WORKERS = {"east-1": Role.GRID_WORKER, "east-2": Role.GRID_WORKER, "east": Role.FIRST_SECRETARY}
POLICIES = sorted(small_pack().policy.escalation_policies)


@cache
def written(policy: str) -> tuple[bool, tuple[tuple[str, ...], ...]]:
    """A policy as the pack writes it: whether it is minded at once, and whom each step addresses."""
    found = small_pack().policy.escalation_policies[policy]
    return found.immediate, tuple(tuple(who for _, who in step.addressed()) for step in found.steps)


@dataclass(frozen=True)
class Drawn:
    """A duty on a unit, held by the post of another or nobody's yet; hours between its steps; when it was fulfilled."""

    unit: str
    holder: str | None
    policy: str
    hours: tuple[int, ...]
    fulfilled_at: datetime | None

    @property
    def instants(self) -> tuple[datetime, ...]:
        return tuple(START + timedelta(hours=sum(self.hours[: n + 1])) for n in range(len(self.hours)))

    def as_told(self) -> oracle.Duty:
        reach = {**REACHES[self.unit], "holder": self.holder or self.unit}
        steps = [
            oracle.Step(n, frozenset(reach[who] for who in addressed))
            for n, addressed in enumerate(written(self.policy)[1], 1)
        ]
        return oracle.Duty(START, tuple(steps), self.instants, self.fulfilled_at)


@dataclass(frozen=True)
class Run:
    """A night, or a watch over what is minded at once."""

    at: datetime
    watch: bool


@st.composite
def drawn_duties(draw: st.DrawFn) -> Drawn:
    unit = draw(st.sampled_from(sorted(REACHES)))
    holder = None if unit == "river" else draw(st.sampled_from([None, unit, "east"]))
    policy = draw(st.sampled_from(POLICIES))
    count = len(written(policy)[1])
    hours = draw(st.lists(st.integers(0, 48), min_size=count, max_size=count))
    ended = draw(st.one_of(st.none(), st.integers(1, 240)))
    return Drawn(unit, holder, policy, tuple(hours), START + timedelta(hours=ended) if ended else None)


@st.composite
def runs(draw: st.DrawFn) -> list[Run]:
    hours = sorted(draw(st.lists(st.integers(0, 260), min_size=1, max_size=8)))
    return [Run(START + timedelta(hours=each), draw(st.booleans())) for each in hours]


@quick(60)
@given(st.lists(drawn_duties(), min_size=1, max_size=6), runs())
def test_each_step_fires_once_in_order_and_tells_whom_the_oracle_tells(
    session: Session, book: Rulebook, duties: list[Drawn], planned: list[Run]
) -> None:
    with session.begin_nested() as tried:
        ids = [entered(session, book, each, n) for n, each in enumerate(duties)]
        for run in planned:
            fulfil(session, dict(zip(ids, duties, strict=True)), run.at)
            for community in ("east", "river"):
                night.climb(session, book, unit_id(session, community), run.at, immediate=run.watch)
        for duty_id, duty in zip(ids, duties, strict=True):
            minded = [run.at for run in planned if not run.watch or written(duty.policy)[0]]
            assert recorded(session, duty_id) == oracle.climb(duty.as_told(), minded)
            assert_consistent(session, duty_id, minded)
        tried.rollback()
    session.expire_all()


def entered(session: Session, book: Rulebook, duty: Drawn, number: int) -> int:
    """The duty in the ledger, about an issue of its own."""
    unit = session.scalars(select(Unit).where(Unit.key == duty.unit)).one()
    policy = session.scalars(select(EscalationPolicy).where(EscalationPolicy.key == duty.policy)).one()
    issue = Issue(
        county_id=book.county.id,
        community_id=unit.community_id,
        unit_id=unit.id,
        number=f"T-{number}",
        source="test",
        category_id=session.scalars(select(Category.id).limit(1)).one(),
        severity=Severity.ORDINARY,
        lane=Lane.SIMPLE,
        stage=Stage.ACTING,
        summary="",
        happened_at=START,
        recorded_at=START,
        reopenings=0,
        changed_at=START,
    )
    session.add(issue)
    session.flush()
    row = Duty(
        community_id=unit.community_id,
        issue_id=issue.id,
        unit_id=unit.id,
        post_id=post_id(session, duty.holder, WORKERS[duty.holder]) if duty.holder else None,
        service_level_id=session.scalars(select(ServiceLevel.id).limit(1)).one(),
        escalation_policy_id=policy.id,
        kind=DutyKind.ACT,
        state=DutyState.OPEN,
        opened_at=START,
        due_at=duty.instants[-1],
        steps_at=list(duty.instants),
        step=0,
        next_step_at=duty.instants[0],
        provisional=False,
        changed_at=START,
    )
    session.add(row)
    session.flush()
    return row.id


def fulfil(session: Session, duties: dict[int, Drawn], now: datetime) -> None:
    """End what was fulfilled by now, as casework does."""
    ended = [duty_id for duty_id, each in duties.items() if each.fulfilled_at and each.fulfilled_at <= now]
    session.execute(
        update(Duty)
        .where(Duty.id.in_(ended))
        .values(state=DutyState.FULFILLED, ended_at=now, next_step_at=None)
        .execution_options(synchronize_session=False)
    )


def recorded(session: Session, duty_id: int) -> oracle.Record:
    """What the ledger says of a duty, as the oracle would put it."""
    events = session.execute(
        select(Event.step, Event.happened_at, Event.recorded_at).where(Event.duty_id == duty_id).order_by(Event.id)
    )
    notices = session.execute(
        select(Notice.step, Unit.key, Notice.recorded_at)
        .join(Post, Post.id == Notice.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Notice.duty_id == duty_id)
    )
    by_night: dict[datetime, list[tuple[int, str, datetime]]] = defaultdict(list)
    for step, unit, recorded_at in notices:
        by_night[recorded_at].append((step, unit, recorded_at))
    told = [each for recorded_at in sorted(by_night) for each in sorted(by_night[recorded_at])]
    return oracle.Record([(step or 0, due, known) for step, due, known in events], told)


def assert_consistent(session: Session, duty_id: int, minded: Sequence[datetime]) -> None:
    """The row stands where its history ends, and its light in SQL is the rule's."""
    duty = session.scalars(select(Duty).where(Duty.id == duty_id).execution_options(populate_existing=True)).one()
    history = session.scalars(select(Event.step).where(Event.duty_id == duty_id).order_by(Event.id)).all()
    assert list(history) == list(range(1, duty.step + 1))
    if duty.state is DutyState.OPEN:
        assert duty.next_step_at == (duty.steps_at[duty.step] if duty.step < len(duty.steps_at) else None)
    for now in (*minded, duty.due_at, duty.steps_at[0]):
        in_sql = session.scalars(select(light_in_sql(now)).where(Duty.id == duty_id)).one()
        assert in_sql == light(duty.due_at, tuple(duty.steps_at), now)
