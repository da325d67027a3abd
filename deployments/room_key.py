"""The key of the private room of a home that runs its own database: made once, replaced by a new one on order."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from models import room
from models.actions import resealing
from models.database import transaction
from models.errors import NotConfigured
from models.queries.residents import sealed_with
from models.settings import Settings
from models.tables.places import County


def keep_a_key(of: Settings, url: str, tell: Callable[..., None]) -> None:
    """Make a key where nothing is sealed yet; a lost one is not made up for by another, it is told."""
    with transaction(url) as session:
        sealed = sealed_with(session)
    if not sealed:
        room.make_key(of)
    elif not (of.room_key or room.key_file(of).exists()):
        tell("no_room_key", file=room.key_file(of))


def rotate(of: Settings, now: datetime, told: Callable[[int], None]) -> tuple[int, Path | None]:
    """Let a new key take over: seal everything anew, then put the old keys aside. Stopped anywhere, it goes on there.

    Where the variable gives the keys, whoever set it puts the new one first and takes the old ones out afterwards.

    :param told: called with how many rows are done.
    :return: how many rows were sealed anew, and the file the old keys lie in now.
    :raises NotConfigured: there is no key.
    """
    room.opened()  # or there is nothing to take over from
    file = None if of.room_key else room.key_file(of)
    if file is not None:
        _begin(file)
    done = 0
    while count := _some(now):
        done += count
        told(done)
    return done, _put_aside(file) if file is not None else None


def _begin(file: Path) -> None:
    """Put a new key first, unless one is taking over already; of two who begin at once, the second finds it there."""
    with transaction() as session:
        resealing.hold_rooms(session)
        if len(room.written_keys(file)) == 1:
            room.write_keys(file, [room.new_key(), *room.written_keys(file)])


def _some(now: datetime) -> int:
    """Some rows of each county."""
    with transaction() as session:
        keys = room.opened()
        counties = session.scalars(select(County).order_by(County.id))
        return sum(resealing.reseal(session, each, keys, now=now) for each in counties)


def _put_aside(file: Path) -> Path:
    """Take the old keys out, unless somebody sealed with one meanwhile; older backups still need them."""
    with transaction() as session:
        resealing.hold_rooms(session)
        keys = room.opened()
        if left := sealed_with(session) - {keys.current}:
            raise NotConfigured(why="room_key_other", key=", ".join(each.hex() for each in left))
        newest, *older = room.written_keys(file)
        aside = file.with_name(f"{file.name}.before-{keys.current.hex()}")
        if older:  # else somebody who rotated too has put them there
            room.write_keys(aside, older)
            room.write_keys(file, [newest])
        return aside
