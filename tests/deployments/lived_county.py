"""The demonstration county in a database of its own, lived through some days; and what its ledger says happened."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from deployments.county_pack.calendar_days import calendar_days
from deployments.demonstration.founding import found
from deployments.demonstration.living import Lived, live
from models.actions import packs
from models.database import transaction
from models.rules.pack import CountyPack
from models.tables.registry import METADATA
from tests.conftest import fresh_database

FOLDER = Path(__file__).parent.parent.parent / "deployments" / "counties" / "gucheng"
MONDAY = datetime(2026, 3, 9, 3, 0, tzinfo=UTC)  # 11:00 there
SECRETS = {"code_hash", "name_sealed", "phone_sealed"}
"""Columns that are salted: the same again, they differ."""


def founded(server_url: str, pack: CountyPack, plan: dict[str, Any], name: str, now: datetime = MONDAY) -> str:
    """A new database in which the county stands and its people hold their posts."""
    url = fresh_database(server_url, name)
    with transaction(url) as session:
        packs.load(session, pack, calendar_days(pack, 2026), now=now)
        found(session, pack, plan, now)
    return url


def lived(
    url: str,
    pack: CountyPack,
    plan: dict[str, Any],
    now: datetime = MONDAY,
    told: Callable[[date, int, int], None] = lambda *_: None,
) -> Lived:
    return live(url, pack, plan, now, told)


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, but for what is salted."""
    with transaction(url) as session:
        return {
            table.name: [
                tuple(row)
                for row in session.execute(
                    table.select()
                    .with_only_columns(*(column for column in table.columns if column.name not in SECRETS))
                    .order_by(*table.primary_key.columns)
                )
            ]
            for table in METADATA.sorted_tables
        }


def local_day(instant: datetime) -> date:
    return (instant + timedelta(hours=8)).date()


COUNTS = {
    "holds asked for, approved with a code, and gone on": """
        SELECT count(DISTINCT r.issue_id) FROM requests r
        JOIN events held ON held.issue_id = r.issue_id AND held.action = 'hold'
        JOIN events gone_on ON gone_on.issue_id = r.issue_id AND gone_on.action = 'resume' AND gone_on.id > held.id
        JOIN people p ON p.id = held.person_id AND p.code_hash IS NOT NULL
        WHERE r.what = 'hold' AND r.approved""",
    "transfers": "SELECT count(DISTINCT issue_id) FROM events WHERE action = 'transfer'",
    "merged": "SELECT count(*) FROM issues WHERE merged_into_id IS NOT NULL",
    "reopened": "SELECT count(*) FROM issues WHERE reopenings > 0",
    "extensions": "SELECT count(*) FROM events WHERE action = 'extend'",
    "nights missed in a community and caught up in the next": """
        SELECT count(*) FROM night_log later JOIN units u ON u.id = later.community_id
        WHERE (later.counts ->> 'caught_up')::int > 0 AND NOT EXISTS (
            SELECT FROM night_log l WHERE l.community_id = u.id AND l.night = later.night - 1)""",
    "posts that fell vacant and were filled later": """
        SELECT count(*) FROM postings before JOIN postings after
        ON after.post_id = before.post_id AND after.from_on > before.until_on
        WHERE NOT EXISTS (SELECT FROM postings p
            WHERE p.post_id = before.post_id AND p.from_on >= before.until_on AND p.from_on < after.from_on)""",
    "absent people whose deputies did something for them": """
        SELECT count(DISTINCT a.id) FROM absences a
        JOIN postings p ON p.person_id = a.person_id
        JOIN events e ON e.post_id = p.post_id AND e.person_id = a.deputy_id
        WHERE (e.happened_at AT TIME ZONE 'Asia/Shanghai')::date >= a.from_on
            AND (e.happened_at AT TIME ZONE 'Asia/Shanghai')::date < a.until_on""",
    "urgent issues of which the county heard": """
        SELECT count(DISTINCT d.issue_id) FROM notices n
        JOIN duties d ON d.id = n.duty_id JOIN issues i ON i.id = d.issue_id
        JOIN posts p ON p.id = n.post_id JOIN units u ON u.id = p.unit_id
        WHERE i.severity = 'urgent' AND u.depth = 0 AND n.step > 0 AND n.action = 'supervise'""",
}
"""Of each there are at least five."""

SOME = {
    "promises": "SELECT count(*) FROM events WHERE action = 'promise'",
    "promises broken": "SELECT count(*) FROM events WHERE action = 'break'",
    "promises kept": """
        SELECT count(*) FROM duties d WHERE d.kind = 'act' AND d.state = 'fulfilled' AND d.promises > 0
            AND NOT EXISTS (SELECT FROM events e WHERE e.duty_id = d.id AND e.action = 'break')""",
    "call-ups answered": "SELECT count(*) FROM duties WHERE kind = 'answer' AND state = 'fulfilled'",
    "rejected": "SELECT count(*) FROM issues WHERE stage = 'rejected'",
    "withdrawn": "SELECT count(*) FROM issues WHERE stage = 'withdrawn'",
    "taken back": "SELECT count(*) FROM events WHERE voids_id IS NOT NULL",
    "refused": "SELECT count(*) FROM events WHERE action = 'refuse'",
    "suspensions that ended": "SELECT count(*) FROM suspensions WHERE ended_at IS NOT NULL",
    "nights missed everywhere": """
        SELECT count(*) FROM generate_series((SELECT min(night) FROM night_log), (SELECT max(night) FROM night_log),
            interval '1 day') AS day WHERE day::date NOT IN (SELECT night FROM night_log)""",
}
"""Of each there is at least one."""


def counted(url: str, of: dict[str, str]) -> dict[str, int]:
    with transaction(url) as session:
        return {what: session.execute(text(query)).scalar_one() for what, query in of.items()}
