"""Quiet hours: when a message that may wait is told."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def not_before(now: datetime, quiet_hours: str, zone: ZoneInfo) -> datetime:
    """The earliest decent instant from `now` on.

    :param quiet_hours: local times as ``21:00-08:00``; they may run over midnight.
    :return: `now` itself, or the end of the quiet hours it falls into; in UTC.
    """
    starts, ends = (time.fromisoformat(each) for each in quiet_hours.split("-"))
    local = now.astimezone(zone)
    over_midnight = ends <= starts
    late = local.time() >= starts and (over_midnight or local.time() < ends)
    early = over_midnight and local.time() < ends
    if not (late or early):
        return now.astimezone(UTC)
    day = local.date() + timedelta(days=1) if late and over_midnight else local.date()
    return datetime.combine(day, ends, tzinfo=zone).astimezone(UTC)
