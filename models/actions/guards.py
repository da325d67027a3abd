"""What every write passes first: the clock, the locks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from psycopg.errors import LockNotAvailable
from sqlalchemy import ARRAY, Integer, bindparam, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.errors import ClockBehind, CommunityBusy, CountyBusy, WanggeError
from models.tables.events import Event

# Runs take one `now` at their start and overlap: a night that began an hour ago may still write.
OVERLAP = timedelta(hours=1)
# A night waits so long for a watch or another night in its community; either lasts seconds.
PATIENCE = timedelta(seconds=30)
# Two spaces of advisory locks: one keeps nights of a community apart, the other keeps a night apart from casework,
# so that neither ever waits for the other's rows in another order.
NIGHTS, ROWS = 1, 2
ROOM = 5  # another: who writes in the private room of a county waits for the others who do

# What every action asks is put together once.
_LAST = select(func.max(Event.recorded_at))
LAST_OF_COUNTY = _LAST.where(Event.county_id == bindparam("county"))
LAST_OF_ISSUE = _LAST.where(Event.issue_id == bindparam("issue"))
COMMUNITY = bindparam("community", type_=Integer)
_COMMUNITIES = func.unnest(bindparam("communities", type_=ARRAY(Integer))).column_valued("community")
KEEP_NIGHTS_OUT = select(func.pg_advisory_xact_lock_shared(ROWS, _COMMUNITIES))
KEEP_CASEWORK_OUT = select(func.pg_advisory_xact_lock(ROWS, COMMUNITY))
TAKE_NIGHT = select(func.pg_advisory_xact_lock(NIGHTS, COMMUNITY))
TRY_NIGHT = select(func.pg_try_advisory_xact_lock(NIGHTS, COMMUNITY))


def check_clock(session: Session, county_id: int, now: datetime) -> datetime:
    """Refuse to write history before what is already recorded.

    :return: when to record: `now`, or what was recorded last, if another run was a little ahead.
    :raises ClockBehind: when `now` lies more than the overlap of runs before the county's last recorded event.
    """
    last = session.scalar(LAST_OF_COUNTY, {"county": county_id})
    demand_order(now, county=last)
    return now if last is None else max(now, last)


def demand_order(now: datetime, *, county: datetime | None, issue: datetime | None = None) -> None:
    """Refuse to write history out of order.

    :param county: when the county's last event was recorded.
    :param issue: when that of the issue was.
    :raises ClockBehind: when `now` lies before the issue's, or more than the overlap of runs before the county's.
    """
    if county is not None and now < county - OVERLAP:
        raise ClockBehind(now=now, last=county)
    if issue is not None and now < issue:
        raise ClockBehind(now=now, last=issue)


def hold_night(session: Session, community_id: int, patience: timedelta) -> None:
    """Take a community for a night, until the end of the transaction.

    :param patience: how long to wait for another run; to the millisecond, zero is not at all.
    :raises CommunityBusy: when another run has it for longer; the transaction is then over.
    """
    own = {"community": community_id}
    if not session.scalar(TRY_NIGHT, own):
        if not patience:
            raise CommunityBusy(community=community_id)
        with _waiting(session, patience, CommunityBusy(community=community_id)):
            session.execute(TAKE_NIGHT, own)
    session.execute(KEEP_CASEWORK_OUT, own)


@contextmanager
def _waiting(session: Session, patience: timedelta, busy: WanggeError) -> Iterator[None]:
    """Wait for a lock so long at most."""
    session.execute(text(f"SET LOCAL lock_timeout = {patience // timedelta(milliseconds=1)}"))
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise busy from error
        raise
    session.execute(text("SET LOCAL lock_timeout = 0"))


def hold_casework(session: Session, community_ids: set[int]) -> None:
    """Keep the nights of some communities out, until the end of the transaction; casework goes on side by side."""
    # In ascending order, as they are given: nobody waits in a circle.
    session.execute(KEEP_NIGHTS_OUT, {"communities": sorted(community_ids)})


def hold_room(session: Session, county_id: int) -> None:
    """Keep others from writing in the private room of a county, until the end of the transaction."""
    session.execute(select(func.pg_advisory_xact_lock(ROOM, county_id)))


def hold_rules(session: Session, county_key: str) -> None:
    """Keep out, until the end of the transaction, everybody who goes by a county's rules: they are about to change.

    To be taken before one reads the rules oneself: two that had read them would wait for each other.

    :raises CountyBusy: when somebody goes by them for long; the transaction is then over.
    """
    with _waiting(session, PATIENCE, CountyBusy(county=county_key)):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(county_key))))
