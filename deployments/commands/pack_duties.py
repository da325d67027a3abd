"""Open duties and a pack: going over to its policy version when asked, and what its calendar moves; or seeing which."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from deployments.commands import output
from deployments.commands.calendar_views import tell_moves
from deployments.commands.options import SHOWN
from models.actions import new_policy, packs
from models.actions.new_policy import Move
from models.database import transaction
from models.errors import InvalidInput
from models.queries import units
from models.queries.calendars import Moves, moves, newest_event
from models.queries.rulebook import rulebook
from models.rules.pack import CountyPack


@dataclass(frozen=True)
class Moved:
    """Open duties that go over to a new policy version; of these, those for which times or steps change."""

    duties: int
    changed: int

    @classmethod
    def of(cls, moves: Iterable[Move]) -> "Moved":
        """Count them."""
        changes = [move.before is not None for move in moves]
        return cls(len(changes), sum(changes))


def take_over(county_key: str, *, now: datetime) -> Moved:
    """Bring the open duties of a county to its newest policy version, a community at a time: each stands by itself."""
    with transaction() as session:
        communities = [unit.id for unit in units.communities(session, rulebook(session, county_key).county.id)]
    gone_over: list[Move] = []
    for community_id in communities:
        with transaction() as session:
            gone_over += new_policy.take_over(session, rulebook(session, county_key), community_id, now)
    return Moved.of(gone_over)


def preview(session: Session, pack: CountyPack, days: Iterable[tuple[date, bool, bool]], *, now: datetime) -> Moved:
    """What that would touch once a pack is loaded: it is loaded, asked, and taken back.

    :raises InvalidInput: when it could not be loaded.
    """
    with session.begin_nested() as trial:
        packs.load(session, pack, days, now=now)
        book = rulebook(session, pack.county.key)
        communities = units.communities(session, book.county.id)
        moved = Moved.of(move for unit in communities for move in new_policy.moves(session, book, unit.id))
        trial.rollback()
    return moved


def load(session: Session, pack: CountyPack, days: Iterable[tuple[date, bool, bool]], *, now: datetime) -> Moves:
    """Load a pack; what its calendar moves."""
    since = newest_event(session)
    county = packs.load(session, pack, days, now=now)
    return moves(session, county.id, since=since, limit=SHOWN)


def counted_anew(
    session: Session, pack: CountyPack, days: Iterable[tuple[date, bool, bool]], *, now: datetime
) -> Moves:
    """What its calendar would move; nothing when it could not be loaded, which is told elsewhere."""
    found = Moves(0, [])
    with suppress(InvalidInput), session.begin_nested() as trial:
        found = load(session, pack, days, now=now)
        trial.rollback()
    return found


def tell_counted_anew(key: str, pack: CountyPack, anew: Moves, now: datetime) -> None:
    """Say and show what the calendar moves, if anything."""
    if anew.total:
        output.line(key, moved=anew.total)
        tell_moves(anew, pack.county.zone, now)


def tell(key: str, pack: CountyPack, moved: Moved) -> None:
    """Say it in a sentence."""
    output.line(key, duties=moved.duties, changed=moved.changed, policy=pack.policy.version)
