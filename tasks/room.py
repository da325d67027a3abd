"""Forgetting by policy as a unit of work."""

from datetime import datetime

from models.actions import expiring
from models.actions.expiring import Expired
from models.database import transaction
from tasks.county import current_book
from tasks.work import unit_of_work


@unit_of_work()
def expire(now: datetime) -> Expired:
    """Empty what the policy keeps no longer."""
    with transaction() as session:
        return expiring.expire(session, current_book(session), now)
