"""What a source says of issues that come with a history from elsewhere."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Closing:
    """A source says that an issue was closed, and when (UTC)."""

    issue: int | str
    closed_at: datetime
