"""A database as sets of rows that mean the same in another: every id resolved to what it stands for.

No column is left out but the surrogate ids themselves: all instants in the tables come from the run's `now`.
"""

from collections import Counter
from typing import Any

from sqlalchemy import Column, Table, select, text
from sqlalchemy.orm import Session

from models.tables.registry import METADATA

# By what a row is known apart from its id; columns that refer to other rows are resolved in turn.
KNOWN_BY = {
    "counties": ("key",),
    "units": ("county_id", "key"),
    "posts": ("unit_id", "role", "seat"),
    "people": ("county_id", "code"),
    "categories": ("county_id", "key"),
    "compounds": ("community_id", "key"),
    "policy_versions": ("county_id", "version"),
    "escalation_policies": ("policy_version_id", "key"),
    "service_levels": ("policy_version_id", "key"),
    "issues": ("county_id", "number"),
    "duties": ("issue_id", "kind", "opened_at"),
    "notices": ("duty_id", "step", "post_id", "arming"),
    "messages": ("person_id", "on_date", "part"),
    "events": ("issue_id", "duty_id", "action", "step", "recorded_at"),
    "absences": ("person_id", "from_on"),
    "requests": ("issue_id", "asked_at"),
    "findings": ("county_id", "key"),
}
AS_THEY_ARE = ("households", "residents")
"""Too many to be told apart by what they mean; nothing that is compared makes new ones, so their ids are the same."""
LISTS_OF_IDS = {("units", "path"): "units", ("units", "answering"): "posts"}

WHOLE = "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM {table} t"

Rows = dict[str, Counter[str]]


def rows(session: Session) -> Rows:
    """Every table's rows, ids resolved, each with how often it is there."""
    stored = {
        table.name: [dict(row) for row in session.execute(select(table)).mappings()]
        for table in METADATA.sorted_tables
        if table.name not in AS_THEY_ARE
    }
    names = {table: {row["id"]: row for row in stored[table]} for table in (*KNOWN_BY, "revisions")}
    said = {
        table.name: Counter(str(_meaning(table, row, names)) for row in stored[table.name])
        for table in METADATA.sorted_tables
        if table.name not in ("revisions", *AS_THEY_ARE)
    }
    whole = {table: Counter([str(session.scalar(text(WHOLE.format(table=table))))]) for table in AS_THEY_ARE}
    return said | whole | {"revisions": Counter(_revision(row, names) for row in stored["revisions"])}


Names = dict[str, dict[int, dict[str, Any]]]


def _meaning(table: Table, row: dict[str, Any], names: Names) -> dict[str, Any]:
    return {
        column.name: _resolved(column, row[column.name], names)
        for column in table.columns
        if not (column.name == "id" and column.primary_key)
    }


def _revision(row: dict[str, Any], names: Names) -> str:
    """A revision in names: whose row it is, and what that said."""
    table = METADATA.tables[row["kind"]]
    said = {
        name: _resolved(table.columns[name], value, names) for name, value in row["content"].items() if name != "id"
    }
    return str((row["kind"], row["recorded_at"], sorted(said.items())))


def _resolved(column: "Column[Any]", value: Any, names: Names) -> Any:
    key = (column.table.name, column.name)
    if key == ("events", "revision_id"):
        return _revision(names["revisions"][value], names) if value else None
    if key == ("messages", "facts"):
        return sorted(_name("notices", each, names) for each in value["notices"]), sorted(value)
    if key in LISTS_OF_IDS:
        return [_name(LISTS_OF_IDS[key], each, names) for each in value]
    for reference in column.foreign_keys:
        return _name(reference.column.table.name, value, names) if value is not None else None
    return value


def _name(table: str, row_id: int, names: Names) -> str:
    if table in AS_THEY_ARE:
        return str(row_id)
    row, columns = names[table][row_id], METADATA.tables[table].columns
    return str([_resolved(columns[name], row[name], names) for name in KNOWN_BY[table]])


def differences(one: Rows, other: Rows) -> dict[str, list[str]]:
    """The rows that only one of two databases has, or has more often, by table."""
    found = {table: [f"- {row}" for row in one[table] - other[table]] for table in one}
    for table in other:
        found[table] += [f"+ {row}" for row in other[table] - one[table]]
    return {table: lines for table, lines in found.items() if lines}
