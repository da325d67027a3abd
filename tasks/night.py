"""The night of one community as a unit of work: one retry, one commit."""

from dataclasses import asdict, dataclass
from datetime import datetime

from prefect.logging import get_run_logger

from models.actions import night, preview
from models.actions.night import NightCounts
from models.database import transaction
from models.errors import CommunityBusy
from notifications import doings
from tasks.county import Community, current_book
from tasks.wording import locale, words
from tasks.work import unit_of_work

LISTED = 200
"""What a preview lists of a community; the counts are of all."""


@dataclass(frozen=True)
class NightOutcome:
    """What became of a community's night; no counts: another run has the community.

    :param rows: what a preview lists, in words.
    """

    community: str
    counts: NightCounts | None
    rows: tuple[dict[str, str], ...] = ()
    left_out: int = 0


@unit_of_work("{community.name}")
def night_of(community: Community, now: datetime) -> NightOutcome:
    """Run a community's night in one transaction."""
    try:
        with transaction() as session:
            counts = night.run(session, current_book(session), community.id, now)
    except CommunityBusy:
        return _busy(community)
    return _done(NightOutcome(community.name, counts), counts)


@unit_of_work("{community.name}")
def preview_of(community: Community, now: datetime) -> NightOutcome:
    """Run a community's night, list what it did, and roll it back."""
    try:
        with transaction() as session:
            seen = preview.preview(session, current_book(session), community.id, now)
            session.rollback()
    except CommunityBusy:
        return _busy(community)
    rows = tuple(doings.cells(community.name, asdict(each), locale()) for each in seen.doings[:LISTED])
    return _done(NightOutcome(community.name, seen.counts, rows, len(seen.doings) - len(rows)), seen.counts)


def _busy(community: Community) -> NightOutcome:
    get_run_logger().warning(words("run.community_busy", name=community.name))
    return NightOutcome(community.name, None)


def _done(outcome: NightOutcome, counts: NightCounts) -> NightOutcome:
    get_run_logger().info(words("run.community", name=outcome.community, **asdict(counts)))
    return outcome


@unit_of_work("{community.name}")
def watch_of(community: Community, now: datetime) -> NightOutcome:
    """Climb what cannot wait for the night."""
    try:
        with transaction() as session:
            counts = night.watch(session, current_book(session), community.id, now)
    except CommunityBusy:
        return NightOutcome(community.name, None)
    return NightOutcome(community.name, counts)
