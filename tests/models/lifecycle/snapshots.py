"""The ledger as it stands, read past the session that wrote it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, select, text

from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Message, Notice
from models.tables.people import Absence, Posting, Suspension
from models.tables.registry import METADATA
from models.tables.requests import Request
from models.vocabulary import OWED, Action

Rows = dict[int, Row[Any]]


@dataclass(frozen=True)
class Snapshot:
    """All rows of the tables that casework, orders and nights write, by id."""

    issues: Rows
    duties: Rows
    events: Rows
    notices: Rows
    messages: Rows
    requests: Rows
    suspensions: Rows
    postings: Rows
    absences: Rows

    @classmethod
    def take(cls, connection: Connection) -> "Snapshot":
        """Read it now."""

        def rows(table: Any) -> Rows:
            columns: Table = table.__table__
            return {row.id: row for row in connection.execute(select(columns).order_by(columns.c.id))}

        casework = (Issue, Duty, Event, Notice, Message, Request)
        return cls(*(rows(table) for table in (*casework, Suspension, Posting, Absence)))

    def duties_of(self, issue_id: int) -> list[Row[Any]]:
        """All duties of an issue, oldest first."""
        return [duty for duty in self.duties.values() if duty.issue_id == issue_id]

    def owed_of(self, issue_id: int) -> dict[Any, Row[Any]]:
        """What is owed about an issue, by kind."""
        return {duty.kind: duty for duty in self.duties_of(issue_id) if duty.state in OWED}

    def moves_of(self, issue_id: int) -> list[Row[Any]]:
        """What led an issue from stage to stage, oldest first; what happened to its duties alone is left out."""
        return [each for each in self.events.values() if each.issue_id == issue_id and each.stage_to is not None]

    def standing_moves_of(self, issue_id: int) -> list[Row[Any]]:
        """The same without what was taken back and the taking back."""
        moves = self.moves_of(issue_id)
        voided = {each.voids_id for each in moves}
        return [each for each in moves if each.id not in voided and each.voids_id is None]

    def steps_by_duty(self) -> dict[int, list[Row[Any]]]:
        """The events of steps that fired, by duty, oldest first."""
        found = defaultdict(list)
        for each in self.events.values():
            if each.action == Action.STEP:
                found[each.duty_id].append(each)
        return found


DIGEST = " UNION ALL ".join(
    f"SELECT '{name}', md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {name} t"
    for name in METADATA.tables
)


def digest(connection: Connection) -> dict[str, str]:
    """Every table in a word, for telling whether anything changed."""
    return dict(connection.execute(text(DIGEST)).tuples().all())


STALE = " UNION ALL ".join(
    f"""
    SELECT '{name}', t.id, to_jsonb(t) - left_out AS row, r.content - left_out AS kept
    FROM {name} t CROSS JOIN (VALUES (ARRAY['summary', 'step', 'next_step_at'])) AS l (left_out)
    LEFT JOIN LATERAL (
        SELECT content FROM revisions WHERE kind = '{name}' AND row_id = t.id ORDER BY id DESC LIMIT 1
    ) r ON true
    WHERE to_jsonb(t) - left_out IS DISTINCT FROM r.content - left_out
    """
    for name in ("issues", "duties", "postings", "absences")
)


def not_in_revisions(connection: Connection) -> list[str]:
    """What rows say that their newest revisions don't."""
    return [
        f"{table} {row_id}: {name} is {value}, kept as {(kept or {}).get(name)}"
        for table, row_id, row, kept in connection.execute(text(STALE))
        for name, value in row.items()
        if kept is None or kept.get(name) != value
    ]
