"""Times and days as other people's files write them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from models.rules.mapping import ISO, names_a_time

DAY_ALONE = 10
"""So many characters at most has a day in ISO 8601, and more any time of a day."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What stands there says nothing that could be taken; `why` is the key of its sentence."""

    why: str


@dataclass(frozen=True)
class Times:
    """How the times of a field are written.

    :param formats: ``iso`` or forms of strptime, tried one after another; a form without padding reads both.
    :param zone: of times that name none; None: such a time is a fault.
    :param clock: the time of day of what is a day alone; None: such a day is a fault.
    :param second: which of two instants is meant where the clock is put back, and which offset counts where it skips
        the time: False the first, True the second; None: such a time is a fault.
    """

    formats: tuple[str, ...] = (ISO,)
    zone: ZoneInfo | None = None
    clock: time | None = None
    second: bool | None = None

    def instant(self, written: str | date) -> datetime | Wrong:
        """The instant in UTC."""
        read = written if isinstance(written, date) else first_of(self.formats, _iso_time, written)
        if read is None:
            return Wrong("time" if self.formats == (ISO,) else "form")
        if not isinstance(read, datetime):
            if self.clock is None:
                return Wrong("no_clock")
            read = datetime.combine(read, self.clock)
        try:
            return self._in_utc(read)
        except OverflowError:  # the first and the last day there is
            return Wrong("time")

    def _in_utc(self, read: datetime) -> datetime | Wrong:
        if read.tzinfo is not None:
            return read.astimezone(UTC)
        if self.zone is None:
            return Wrong("no_zone")
        local = read.replace(tzinfo=self.zone)
        if self.second is None and (odd := _odd(local)):
            return Wrong(odd)
        return local.replace(fold=bool(self.second)).astimezone(UTC)


def _odd(local: datetime) -> str | None:
    """Whether a local time is one that comes twice or never."""
    before, after = local.utcoffset(), local.replace(fold=1).utcoffset()
    if before is None or after is None or before == after:
        return None
    return "fold" if before > after else "gap"


def day(formats: tuple[str, ...], written: str | date) -> date | Wrong:
    """The day; a time of day other than midnight is not passed over."""
    read = written if isinstance(written, date) else first_of(formats, date.fromisoformat, written)
    if isinstance(read, datetime):
        read = read.date() if read.time() == time() else None
    return Wrong("day" if formats == (ISO,) else "form") if read is None else read


def first_of(formats: tuple[str, ...], iso: Callable[[str], date], written: str) -> date | None:
    """What a text says by the first form that reads it, a day alone where the form names no time of day."""
    for form in formats:
        try:
            if form == ISO:
                return iso(written)
            read = datetime.strptime(written, form)  # noqa: DTZ007 -- the zone is the mapping's to say
            return read if names_a_time(form) else read.date()
        except ValueError:
            continue
    return None


def _iso_time(written: str) -> date:
    return date.fromisoformat(written) if len(written) <= DAY_ALONE else datetime.fromisoformat(written)
