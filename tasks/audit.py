"""Auditing after the night as units of work: a community's issues, the county's counts, what stands open."""

from dataclasses import dataclass
from datetime import datetime

from prefect.logging import get_run_logger

from models.actions import auditing
from models.actions.auditing import Audited
from models.database import transaction
from models.queries import audit as queries
from notifications.findings import sentence
from tasks.county import Community, current_book
from tasks.wording import locale, words
from tasks.work import unit_of_work


@dataclass(frozen=True)
class Open:
    """How many findings nobody has said why of, and the first of them in words."""

    count: int
    first: str


@unit_of_work("{community.name} audit")
def audit_of(community: Community, now: datetime) -> Audited:
    """Look at a community's issues, as they are at one moment."""
    with transaction(of_one_moment=True) as session:
        audited = auditing.audit(session, current_book(session), community.id, now)
    get_run_logger().info(words("run.audited", name=community.name, issues=audited.issues, findings=audited.findings))
    return audited


@unit_of_work()
def weigh(now: datetime) -> Audited:
    """See whether the ledger balances."""
    with transaction(of_one_moment=True) as session:
        return auditing.weigh(session, current_book(session), now)


@unit_of_work()
def open_findings(now: datetime) -> Open:
    """What the auditor found and nobody has said why of."""
    with transaction() as session:
        book = current_book(session)
        count = queries.count_open(session, book)
        first = session.scalar(queries.open_findings(book).limit(1))
        told = sentence(first.kind, first.facts, book.county.zone, now, locale()) if first else ""
        return Open(count, told)
