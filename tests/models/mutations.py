"""A ledger changed by hand, past the rules and the triggers; and what the auditor then says of it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.actions import auditing
from models.queries import audit, units
from models.queries.rulebook import Rulebook
from models.tables.findings import Finding
from models.tables.issues import Issue
from notifications.findings import sentence
from tests.county import ZONE, at

GUARDED = ("events", "duties", "issues", "revisions")


def mutate(session: Session, *statements: str, **facts: object) -> None:
    """Change rows as nobody may: no trigger refuses it or keeps a revision."""
    session.flush()
    for table in GUARDED:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    for each in statements:
        session.execute(text(each), facts)
    for table in GUARDED:
        session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
    session.expire_all()


def audited(session: Session, book: Rulebook, now: str | datetime) -> list[Finding]:
    """What is found and open after looking at every issue, and at the counts, at a local time."""
    moment = at(now) if isinstance(now, str) else now
    for each in units.communities(session, book.county.id):
        auditing.audit(session, book, each.id, moment, everything=True)
    auditing.weigh(session, book, moment)
    session.expire_all()
    return list(session.scalars(audit.open_findings(book)))


def said(findings: Iterable[Finding], issue: Issue, now: str) -> list[str]:
    """The findings in Chinese, the issue's number left out."""
    told = (sentence(each.kind, each.facts, ZONE.key, at(now), "zh_CN") for each in findings)
    return sorted(each.removeprefix(f"{issue.number}：") for each in told)


def duty_id(session: Session, issue: Issue, kind: str) -> int:
    """The newest duty of a kind about an issue."""
    newest = text("SELECT max(id) FROM duties WHERE issue_id = :issue AND kind = :kind")
    return int(session.execute(newest, {"issue": issue.id, "kind": kind}).scalar_one())


def open_keys(session: Session) -> set[str]:
    """The keys of the open findings."""
    return set(session.scalars(select(Finding.key).where(Finding.acknowledged_at.is_(None))))
