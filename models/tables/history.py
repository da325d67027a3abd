"""What rows said before: written by a trigger at every change, never changed itself."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Table


class Revision(Table):
    """A row as it stood from a moment on; the newest recorded by an instant is what was known then."""

    __tablename__ = "revisions"
    __table_args__ = (Index("revisions_of_a_row", "kind", "row_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(comment="the table")
    row_id: Mapped[int]
    recorded_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(comment="the row, but for what a resident said")
