"""Where a command works: a transaction, the county's rules, and the moment it happens at."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.database import transaction
from models.errors import ClockAhead, InvalidInput, WanggeError
from models.queries.rulebook import Rulebook, rulebook
from models.settings import settings

SKEW = timedelta(minutes=1)  # a clock typed by hand, and the machine's


@dataclass(frozen=True)
class Desk:
    """An open transaction on a county, and the command's one `now`, in UTC.

    ``as_known``: what is read is what was known at `now`, whatever was recorded since.
    """

    session: Session
    book: Rulebook
    now: datetime
    as_known: bool = False

    @property
    def zone(self) -> str:
        """The county's zone, an IANA name."""
        return self.book.county.zone

    def demand_past(self) -> None:
        """Refuse to write what has not happened yet.

        :raises ClockAhead: unless the database is for rehearsals.
        """
        if self.now > datetime.now(UTC) + SKEW and not settings().rehearsal:
            raise ClockAhead(now=self.now)

    def instant(self, at: datetime) -> datetime:
        """A time as typed, in UTC; a naive one is the county's local time."""
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.zone))).astimezone(UTC)

    def then(self, known_at: datetime | None) -> "Desk":
        """The desk as it stood at a time as typed; without one, the desk itself.

        :raises InvalidInput: for a time that has not come.
        """
        if known_at is None:
            return self
        at = self.instant(known_at)
        if at > self.now:
            raise InvalidInput(why="known_later", at=at)
        return replace(self, now=at, as_known=True)


@contextmanager
def open_desk(at: datetime | None = None, *, of_one_moment: bool = False, **known: object) -> Iterator[Desk]:
    """A desk whose work is committed at the end, or left undone as a whole.

    :param at: the moment meant; a naive one is the county's local time, None is this moment.
    :param of_one_moment: see the ledger throughout as it is at the first look.
    :param known: facts which the sentence of an error may need beside its own.
    """
    with transaction(of_one_moment=of_one_moment) as session:
        book = rulebook(session, settings().county)
        desk = Desk(session, book, datetime.now(UTC))
        try:
            yield replace(desk, now=desk.instant(at)) if at else desk
        except WanggeError as error:
            error.facts = {"zone": desk.zone, **known, **error.facts}
            raise
