"""All tables, for whoever needs the whole schema: migrations and their check."""

from models.tables import (
    duties,
    events,
    findings,
    history,
    issues,
    notices,
    people,
    places,
    policies,
    requests,
    residents,
)
from models.tables.base import Table

FAMILIES = (places, people, policies, issues, duties, requests, events, notices, history, findings, residents)
METADATA = Table.metadata
