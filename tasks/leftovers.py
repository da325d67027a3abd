"""Files people dropped, and rows set aside of them: who is named in them is known no longer than the policy says."""

from datetime import UTC, datetime
from pathlib import Path

from models.settings import settings

DAY = 24 * 3600  # seconds


def kept_long_enough(days: int | None, now: datetime) -> list[Path]:
    """The files that were taken in or set aside more than so many days before `now`; none when it is for ever."""
    if days is None:
        return []
    home = settings().home
    found = [each for folder in (home / "inbox" / "done", home / "rejected") for each in folder.glob("*")]
    return sorted(each for each in found if each.is_file() and _age(each, now) > days * DAY)


def _age(file: Path, now: datetime) -> float:
    """Seconds since anything was done to a file: moving it into the folder counts."""
    return now.timestamp() - max(file.stat().st_mtime, file.stat().st_ctime)


def clear(days: int | None, now: datetime) -> int:
    """Delete them; a night that is run ahead of the clock leaves them.

    :return: how many were.
    """
    files = kept_long_enough(days, now) if now <= datetime.now(UTC) else []
    for each in files:
        each.unlink(missing_ok=True)
    return len(files)
