"""The night of one community as a unit of work: one retry, one commit."""

from dataclasses import asdict, dataclass
from datetime import datetime

from prefect.logging import get_run_logger

from models.actions import night
from models.actions.night import NightCounts
from models.database import transaction
from models.errors import CommunityBusy
from tasks.county import Community, current_book
from tasks.wording import words
from tasks.work import unit_of_work


@dataclass(frozen=True)
class NightOutcome:
    """What became of a community's night; no counts: another run has the community."""

    community: str
    counts: NightCounts | None


@unit_of_work("{community.name}")
def night_of(community: Community, now: datetime, *, preview: bool) -> NightOutcome:
    """Run a community's night in one transaction; a preview rolls it back."""
    try:
        with transaction() as session:
            counts = night.run(session, current_book(session), community.id, now, waiting=not preview)
            if preview:
                session.rollback()
    except CommunityBusy:
        get_run_logger().warning(words("run.community_busy", name=community.name))
        return NightOutcome(community.name, None)
    get_run_logger().info(words("run.community", name=community.name, **asdict(counts)))
    return NightOutcome(community.name, counts)


@unit_of_work("{community.name}")
def watch_of(community: Community, now: datetime) -> NightOutcome:
    """Climb what cannot wait for the night."""
    try:
        with transaction() as session:
            counts = night.watch(session, current_book(session), community.id, now)
    except CommunityBusy:
        return NightOutcome(community.name, None)
    return NightOutcome(community.name, counts)
