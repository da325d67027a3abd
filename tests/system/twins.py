"""All that a night leaves behind, in names: without surrogate ids, for comparing one database with another."""

from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

POST = "(SELECT u.key || ' ' || p.role FROM posts p JOIN units u ON u.id = p.unit_id WHERE p.id = {0})"
UNIT = "(SELECT u.key FROM units u WHERE u.id = {0})"
DUTY = "i.number, d.kind, d.opened_at, d.due_at"

ROWS = {
    "issues": f"""
        SELECT i.number, {UNIT.format("i.community_id")}, {UNIT.format("i.unit_id")}, i.stage, i.severity, i.lane,
               i.summary, i.happened_at, i.recorded_at, i.rating, i.evidence, i.closed_at, i.reopenings
        FROM issues i""",
    "duties": f"""
        SELECT {DUTY}, {UNIT.format("d.community_id")}, {POST.format("d.post_id")}, d.state, d.steps_at, d.step,
               d.next_step_at, d.provisional, d.ended_at
        FROM duties d JOIN issues i ON i.id = d.issue_id""",
    "events": f"""
        SELECT {DUTY}, i.number, e.action, e.stage_from, e.stage_to, e.step, e.person_id, {POST.format("e.post_id")},
               e.reason, e.facts::text, e.happened_at, e.recorded_at
        FROM events e JOIN issues i ON i.id = e.issue_id LEFT JOIN duties d ON d.id = e.duty_id""",
    "notices": f"""
        SELECT {DUTY}, n.step, {POST.format("n.post_id")}, n.action, n.immediate, n.recorded_at, n.settled_at
        FROM notices n JOIN duties d ON d.id = n.duty_id JOIN issues i ON i.id = d.issue_id""",
    "messages": """
        SELECT p.code, m.on_date, m.part, m.kind, jsonb_array_length(m.facts::jsonb -> 'notices'), m.not_before,
               m.outcome
        FROM messages m JOIN people p ON p.id = m.person_id""",
    "nights": f"SELECT {UNIT.format('n.community_id')}, n.night, n.ran_at, n.counts::text FROM night_log n",
    "numbers": f"SELECT {UNIT.format('n.community_id')}, n.year, n.last FROM issue_numbers n",
}


def standing(url: str) -> dict[str, list[Any]]:
    """Every row of the tables that people and nights write, sorted."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return {name: sorted(map(repr, connection.execute(text(rows)))) for name, rows in ROWS.items()}
