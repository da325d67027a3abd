"""What a night would do, shown on the run's page: a row for each thing, and a row for each community."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from prefect.artifacts import acreate_table_artifact

from notifications.doings import COLUMNS
from tasks.night import NightOutcome
from tasks.wording import words

COUNTED = ("assigned", "resumed", "reminded", "told", "supervised", "steps", "broken", "open", "overdue", "unowned")
LISTED = 1000
"""Rows of the table at most: it is for people to read. The command lists all of them."""


async def show_preview(night: date, outcomes: Sequence[NightOutcome]) -> None:
    """Make the two tables."""
    rows = [row for each in outcomes for row in each.rows]
    left_out = sum(each.left_out for each in outcomes) + len(rows[LISTED:])
    more = [words("doing.left_out", count=left_out)] if left_out else []
    await acreate_table_artifact(
        key="night-preview",
        table=[{_heading(name): row[name] for name in COLUMNS} for row in rows[:LISTED]],
        description=" ".join([words("doing.preview", night=night), *more]),
    )
    await acreate_table_artifact(
        key="night-preview-communities",
        table=[_of_a_community(each) for each in outcomes],
        description=words("doing.communities", night=night),
    )


def _of_a_community(outcome: NightOutcome) -> dict[str, str | int]:
    counts = asdict(outcome.counts) if outcome.counts else {}
    return {_heading("community"): outcome.community} | {_heading(name): counts.get(name, "") for name in COUNTED}


def _heading(name: str) -> str:
    return words(f"cli.column.{name}")
