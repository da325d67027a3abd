"""What flows need to know of the county before they start: its zone, tonight's date, its communities."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from models.actions.night import due_at_once, nights_done
from models.database import transaction
from models.errors import NotFound
from models.queries import units
from models.queries.rulebook import Rulebook, rulebook
from models.settings import settings


@dataclass(frozen=True)
class Community:
    """A community, or the topmost unit, whose night is run by itself."""

    id: int
    name: str
    done: bool


@dataclass(frozen=True)
class Tonight:
    """The one `now` of a run, the local date of its night, and the communities."""

    now: datetime
    night: date
    communities: tuple[Community, ...]

    def chosen(self, names: list[str]) -> tuple[Community, ...]:
        """The communities of these names; those of this night not yet done when none is named.

        :raises NotFound: when there is no community of a name.
        """
        if not names:
            return tuple(each for each in self.communities if not each.done)
        by_name = {each.name: each for each in self.communities}
        unknown = [name for name in names if name not in by_name]
        if unknown:
            raise NotFound(why="community", names=", ".join(unknown))
        return tuple(by_name[name] for name in names)


def current_book(session: Session) -> Rulebook:
    """The rules of the county the settings name."""
    return rulebook(session, settings().county)


def watched(at: Tonight) -> tuple[Community, ...]:
    """The communities in which something can't wait for the night."""
    with transaction() as session:
        due = due_at_once(session, [each.id for each in at.communities], at.now)
    return tuple(each for each in at.communities if each.id in due)


def tonight(now: datetime | None) -> Tonight:
    """Fix the run's `now` (this moment when None is given) and see what is done of its night."""
    moment = now or datetime.now(UTC)
    with transaction() as session:
        book = current_book(session)
        found = units.communities(session, book.county.id)
        night = book.local_date(moment)
        done = nights_done(session, [each.id for each in found], night)
        return Tonight(moment, night, tuple(Community(each.id, each.name, each.id in done) for each in found))
