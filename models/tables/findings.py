"""What the auditor found; a finding stays until somebody says why it may."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.tables.base import Remark, Table


class Finding(Table):
    """Something in the ledger that the rules say cannot be. Found again, it is the same finding."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("county_id", "key"),
        Index("findings_open", "county_id", postgresql_where=text("acknowledged_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    key: Mapped[str] = mapped_column(comment="what it is about: kind and the rows concerned")
    kind: Mapped[str] = mapped_column(comment="its sentence in the locale")
    facts: Mapped[dict[str, Any]] = mapped_column(comment="what fills the sentence in; no private data")
    found_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    acknowledged_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Remark, comment="why it may stand")
