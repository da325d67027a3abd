"""The preview of a night: the night itself, with the list of what it did. The caller rolls back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.actions import guards, night
from models.actions.night import NightCounts
from models.queries import doings
from models.queries.doings import Doing
from models.queries.rulebook import Rulebook


@dataclass(frozen=True)
class Preview:
    """What a night does in a community."""

    counts: NightCounts
    doings: tuple[Doing, ...]


def preview(session: Session, book: Rulebook, community_id: int, now: datetime) -> Preview:
    """Run a community's night and list what it did, to be rolled back: committed, it was the night.

    :raises CommunityBusy: another run has the community; the transaction is then over.
    :raises ClockBehind: `now` lies before what is recorded.
    """
    guards.hold_night(session, community_id, timedelta())  # before the mark: what others wrote is not the night's
    mark = doings.mark(session)
    counts = night.run(session, book, community_id, now, waiting=False)
    return Preview(counts, tuple(doings.doings(session, book, community_id, mark, now)))
