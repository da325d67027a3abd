"""SQL that SQL says better, by name: ``sql/<name>.sql``."""

from functools import cache
from pathlib import Path

from sqlalchemy import TextClause, text

FOLDER = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> TextClause:
    """The statement of a file."""
    return text((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
