"""Forgetting by policy as a unit of work."""

from dataclasses import dataclass
from datetime import datetime

from models.actions import expiring
from models.database import transaction
from tasks import leftovers
from tasks.county import current_book
from tasks.work import unit_of_work


@dataclass(frozen=True)
class Forgotten:
    """Of how many issues it is no longer known who raised them; how many residents and files are no longer kept."""

    issues: int
    residents: int
    files: int

    def __bool__(self) -> bool:
        return bool(self.issues or self.residents or self.files)


@unit_of_work()
def expire(now: datetime) -> Forgotten:
    """Empty what the policy keeps no longer, in the private room first."""
    with transaction() as session:
        book = current_book(session)
        done = expiring.expire(session, book, now)
    return Forgotten(done.issues, done.residents, leftovers.clear(book.bounds.files_kept, now))
