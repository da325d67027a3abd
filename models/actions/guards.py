"""What every write passes first: the clock, the locks."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.errors import ClockBehind, CommunityBusy
from models.tables.events import Event

# Runs take one `now` at their start and overlap: a night that began ten minutes ago may still write.
OVERLAP = timedelta(minutes=10)
# Two spaces of advisory locks: one keeps nights of a community apart, the other keeps a night apart from casework,
# so that neither ever waits for the other's rows in another order.
NIGHTS, ROWS = 1, 2


def check_clock(session: Session, county_id: int, now: datetime) -> None:
    """Refuse to write history before what is already recorded.

    :raises ClockBehind: when `now` lies more than the overlap of runs before the county's last recorded event.
    """
    last = session.scalar(select(func.max(Event.recorded_at)).where(Event.county_id == county_id))
    if last is not None and now < last - OVERLAP:
        raise ClockBehind(now=now, last=last)


def hold_night(session: Session, community_id: int) -> None:
    """Take a community for a night, until the end of the transaction.

    :raises CommunityBusy: when another run has it.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(NIGHTS, community_id))):
        raise CommunityBusy(community=community_id)
    session.execute(select(func.pg_advisory_xact_lock(ROWS, community_id)))


def hold_casework(session: Session, community_ids: set[int]) -> None:
    """Keep the nights of some communities out, until the end of the transaction; casework goes on side by side."""
    for community_id in sorted(community_ids):
        session.execute(select(func.pg_advisory_xact_lock_shared(ROWS, community_id)))
