"""All tables, for whoever needs the whole schema: migrations and their check."""

from models.tables import duties, events, issues, notices, people, places, policies
from models.tables.base import Table

FAMILIES = (places, people, policies, issues, duties, events, notices)
METADATA = Table.metadata
