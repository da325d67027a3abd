"""Auditing: issues looked at, counts weighed; findings kept until they are gone or somebody says why they may stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.errors import InvalidInput, NotFound, Refused
from models.queries import audit as queries
from models.queries import balance as counts
from models.queries import people, units
from models.queries.rulebook import Rulebook
from models.rules import auditing, balance
from models.rules import findings as rules
from models.rules.lifecycle import ABOVE, COMMUNITY
from models.tables.findings import Finding
from models.tables.issues import Issue
from models.tables.places import Unit

BATCH = 500
"""So many issues are held in memory at once."""
MAY_ACKNOWLEDGE = COMMUNITY | ABOVE


@dataclass(frozen=True)
class Audited:
    """How much was looked at, and how much was found wrong."""

    issues: int
    findings: int


def audit(session: Session, book: Rulebook, community_id: int, now: datetime, *, everything: bool = False) -> Audited:
    """Look at what changed in a community since the night before, at what was found before, and at a share of the rest.

    What was found before and is found no more is settled. The transaction has to see one state of the ledger
    throughout: casework goes on meanwhile.

    :param everything: look at every issue.
    """
    since = None if everything else queries.last_night_but_one(session, community_id)
    issue_ids = queries.to_look_at(session, book, community_id, since, auditing.turn(book.local_date(now)))
    county, findings = queries.surroundings(session, book, now), 0
    for batch in _batches(issue_ids):
        found = [each for dossier in queries.dossiers(session, batch) for each in auditing.audit(dossier, county)]
        _keep(session, book, found, queries.about_issues(batch), now)
        findings += len(found)
    return Audited(len(issue_ids), findings)


def weigh(session: Session, book: Rulebook, now: datetime) -> Audited:
    """See whether the ledger balances: each community, and the county as a whole."""
    parts = counts.tallies(session, book)
    county = balance.whole(units.topmost(session, book.county.id).id, book.county.name, parts)
    found = [each for part in parts for each in balance.imbalances(part, "community")]
    found += balance.imbalances(county, "county")
    _keep(session, book, found, queries.about_counts(), now)
    return Audited(county.issues, len(found))


def _batches(issue_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(issue_ids), BATCH):
        yield issue_ids[first : first + BATCH]


def _keep(
    session: Session, book: Rulebook, found: Iterable[rules.Finding], looked_at: ColumnElement[bool], now: datetime
) -> None:
    """Write down what was found; settle what was found there before and is no more."""
    facts = {each.key: each for each in found}
    for each in facts.values():
        _write(session, book, each, now)
    gone = (Finding.county_id == book.county.id) & Finding.acknowledged_at.is_(None) & looked_at
    session.execute(
        update(Finding)
        .where(gone, Finding.key.not_in(list(facts)))
        .values(acknowledged_at=now)
        .execution_options(synchronize_session=False)
    )


def _write(session: Session, book: Rulebook, found: rules.Finding, now: datetime) -> None:
    """Found again, it is the same row. What was allowed with other facts, or seemed settled, is open again."""
    facts = {name: _plain(value) for name, value in found.facts.items()}
    row = insert(Finding).values(
        county_id=book.county.id, key=found.key, kind=found.kind, facts=facts, found_at=now, last_seen_at=now
    )
    allowed = and_(Finding.acknowledged_by.is_not(None), Finding.facts == row.excluded.facts)
    kept = {name: case((allowed, getattr(Finding, name))) for name in ("acknowledged_at", "acknowledged_by", "reason")}
    changed = {"facts": row.excluded.facts, "last_seen_at": row.excluded.last_seen_at, **kept}
    session.execute(row.on_conflict_do_update(index_elements=["county_id", "key"], set_=changed))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def acknowledge(session: Session, book: Rulebook, key: str, *, reason: str, by: str, now: datetime) -> Finding:
    """Say why a finding may stand; it comes back only if it changes.

    :raises InvalidInput: without a reason.
    :raises NotFound: no open finding has that key, or no person that number.
    :raises Refused: the person does not answer for the community it is about, or above it.
    """
    if not reason.strip():
        raise InvalidInput(why="reason")
    finding = session.scalar(queries.open_findings(book).where(Finding.key == key).with_for_update())
    if finding is None:
        raise NotFound(why="finding", finding=key)
    person = people.person(session, book.county.id, by)
    held = people.held_posts(session, person.id, book.local_date(now))
    path = session.get_one(Unit, _unit_id(session, finding)).path
    if not any(each.role in MAY_ACKNOWLEDGE and each.unit_id in path for each in held):
        raise Refused(why="acknowledge", by=by, roles=tuple(sorted(MAY_ACKNOWLEDGE)))
    finding.acknowledged_by, finding.acknowledged_at, finding.reason = person.id, now, reason.strip()
    session.flush()
    return finding


def _unit_id(session: Session, finding: Finding) -> int:
    """Where it lies: with its issue, or in the unit whose counts don't balance."""
    if "issue" in finding.facts:
        return session.get_one(Issue, finding.facts["issue"]).unit_id
    return int(finding.facts["unit_id"])
