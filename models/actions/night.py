"""The night of one community: one function, one transaction. And the watch over what cannot wait for the night."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.actions import guards, handing_over, holding, promises, suspending
from models.actions.assigning import assign_waiting
from models.queries import suspensions
from models.queries.named import statement
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.notices import NightLog
from models.tables.places import County
from models.tables.policies import EscalationPolicy
from models.vocabulary import DutyKind, DutyState


@dataclass(frozen=True)
class NightCounts:
    """What a night did in a community, and what it leaves to people."""

    assigned: int = 0
    climbed: int = 0
    caught_up: int = 0
    steps: int = 0
    reminded: int = 0
    told: int = 0
    supervised: int = 0
    open: int = 0
    overdue: int = 0
    unowned: int = 0
    resumed: int = 0
    broken: int = 0


def run(session: Session, book: Rulebook, community_id: int, now: datetime, *, waiting: bool = True) -> NightCounts:
    """Let go on what was held until now, pass on, assign, climb what is due, catch up, count; write the night down.

    Run twice, it changes nothing the second time. The caller commits; rolled back, it is the preview.

    :param waiting: whether to wait a while for another run in the community.
    :raises CommunityBusy: another run has the community; the transaction is then over.
    :raises ClockBehind: `now` lies before what is recorded.
    """
    night = book.local_date(now)
    guards.hold_night(session, community_id, guards.PATIENCE if waiting else timedelta())
    now = guards.check_clock(session, book.county.id, now)
    resumed = holding.resume_due(session, book, community_id, now)
    suspending.keep(session, book, community_id, now)
    handing_over.take_over_due(session, book, community_id, now)
    assigned = assign_waiting(session, book, community_id, now)
    broken = promises.break_promises(session, book, community_id, now)
    climbed = climb(session, book, community_id, now)
    done = {"assigned": assigned, "resumed": resumed, "broken": broken, **climbed}
    counts = NightCounts(**done, **_standing(session, community_id, now))
    _write_down(session, community_id, night, now, counts)
    return counts


def watch(session: Session, book: Rulebook, community_id: int, now: datetime) -> NightCounts:
    """The same for what is minded at once: holds that end, promises, the climb of urgent clocks.

    :raises CommunityBusy: another run has the community.
    """
    guards.hold_night(session, community_id, timedelta())
    now = guards.check_clock(session, book.county.id, now)
    resumed = holding.resume_due(session, book, community_id, now)
    suspending.keep(session, book, community_id, now)
    broken = promises.break_promises(session, book, community_id, now)
    return NightCounts(resumed=resumed, broken=broken, **climb(session, book, community_id, now, immediate=True))


def due_at_once(session: Session, community_ids: list[int], now: datetime) -> set[int]:
    """Which of some communities the watch has something to do in."""
    steps = (
        select(Duty.community_id)
        .join(EscalationPolicy, EscalationPolicy.id == Duty.escalation_policy_id)
        .where(Duty.community_id.in_(community_ids), Duty.state == DutyState.OPEN, Duty.next_step_at <= now)
        .where(EscalationPolicy.immediate)
    )
    promised = select(Duty.community_id).where(Duty.community_id.in_(community_ids), Duty.promised_at <= now)
    today = func.date(func.timezone(County.zone, now))
    held = select(Issue.community_id).join(County, County.id == Issue.county_id).where(Issue.held_until <= today)
    due = union(steps, promised, held.where(Issue.community_id.in_(community_ids)), *suspensions.ending(now))
    return set(session.scalars(due)) & set(community_ids)


def climb(
    session: Session, book: Rulebook, community_id: int, now: datetime, *, immediate: bool = False
) -> Mapping[str, int]:
    """Move the open duties of a community to the steps reached; what the counts mean stands in ``climb.sql``."""
    facts = {"county": book.county.id, "community": community_id, "now": now, "immediate": immediate}
    return dict(session.execute(statement("climb"), facts).mappings().one())


def nights_done(session: Session, community_ids: list[int], night: date) -> set[int]:
    """Which of some communities have had a night."""
    done = select(NightLog.community_id).where(NightLog.community_id.in_(community_ids), NightLog.night == night)
    return set(session.scalars(done))


STANDING = select(
    func.count().label("open"),
    func.count().filter(Duty.due_at <= bindparam("now")).label("overdue"),
    func.count().filter(Duty.post_id.is_(None)).label("unowned"),
).where(Duty.community_id == bindparam("community"), Duty.state == DutyState.OPEN, Duty.kind == DutyKind.ACT)


def _standing(session: Session, community_id: int, now: datetime) -> Mapping[str, int]:
    """How the community stands after the night: the duties to handle issues."""
    return dict(session.execute(STANDING, {"community": community_id, "now": now}).mappings().one())


WRITTEN = (
    select(NightLog)
    .where(NightLog.community_id == bindparam("community"), NightLog.night == bindparam("night"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_ROW = insert(NightLog)
WRITE_DOWN = _ROW.on_conflict_do_update(
    index_elements=["community_id", "night"],
    set_={name: _ROW.excluded[name] for name in ("ran_at", "runs", "counts")},
)


def _write_down(session: Session, community_id: int, night: date, now: datetime, counts: NightCounts) -> None:
    """A night run again adds to what it did before; how things stand is as of the last run."""
    before = session.scalar(WRITTEN, {"community": community_id, "night": night})
    added = asdict(counts)
    if before is not None:
        standing = ("open", "overdue", "unowned")
        added = {name: n if name in standing else n + before.counts.get(name, 0) for name, n in added.items()}
    runs = list(dict.fromkeys([*(before.runs if before else ()), now]))
    row = {"community_id": community_id, "night": night, "ran_at": now, "runs": runs, "counts": added}
    session.execute(WRITE_DOWN, row)
