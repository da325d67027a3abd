"""What the doctor checks of the private room: whether its key is there, for its owner alone, and the one that opens."""

from datetime import datetime

from sqlalchemy.orm import Session

from deployments.commands.findings import Finding, failed, fine, warning
from deployments.commands.words import joined
from models import room
from models.errors import NotConfigured
from models.queries.residents import sealed_with
from models.queries.rulebook import Rulebook
from models.settings import settings


def private_room(session: Session, book: Rulebook, now: datetime) -> Finding:
    """Whether what is known of residents can be read, and by nobody who may not."""
    del book, now
    return key(session)


def key(session: Session) -> Finding:
    """Whether the key is there, for its owner alone, and the one that opens what is sealed."""
    of, sealed = settings(), sealed_with(session)
    try:
        keys = room.opened()
    except NotConfigured as error:
        if error.facts["why"] == "room_key" and not sealed:
            return warning("room", "none", file=room.key_file(of))
        return failed("room", str(error.facts["why"]), where=room.source(of))
    if room.open_to_others(of):
        return failed("room", "open", file=room.key_file(of))
    if other := sealed - keys.known:
        return failed("room", "other", keys=joined(each.hex() for each in sorted(other)), where=room.source(of))
    if sealed - {keys.current}:
        return warning("room", "taking_over")
    return fine("room", where=room.source(of))
