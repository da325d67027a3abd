"""All tables, for whoever needs the whole schema: migrations and their check."""

from models.tables import duties, events, findings, history, issues, notices, people, places, policies, requests
from models.tables.base import Table

FAMILIES = (places, people, policies, issues, duties, requests, events, notices, history, findings)
METADATA = Table.metadata
