"""Times and days as other people's files write them, and none of them guessed."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.instants import Times, Wrong, day
from tests.rules.properties import quick

ANGELES = ZoneInfo("America/Los_Angeles")
SHANGHAI = ZoneInfo("Asia/Shanghai")
HERE = Times(zone=SHANGHAI)
UNPADDED = Times(("%Y/%m/%d %H:%M:%S", "%m/%d/%y %I:%M %p", "iso"), SHANGHAI)


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-02 09:30", "2026-03-02 01:30"),
        ("2026-03-02T09:30:15", "2026-03-02 01:30:15"),
        ("2026-03-02T01:30:00Z", "2026-03-02 01:30"),
        ("2026-03-02T02:30:00+01:00", "2026-03-02 01:30"),
        ("20260302T093000", "2026-03-02 01:30"),
    ],
)
def test_iso_times_without_an_offset_are_of_the_zone(written: str, read: str) -> None:
    assert HERE.instant(written) == utc(read)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2019/4/25 9:32:09", "2019-04-25 01:32:09"),
        ("2019/04/25 09:32:09", "2019-04-25 01:32:09"),
        ("4/25/19 9:32 PM", "2019-04-25 13:32"),
        ("2019-04-25 09:32:09", "2019-04-25 01:32:09"),
    ],
)
def test_forms_are_tried_one_after_another_and_padding_may_lack(written: str, read: str) -> None:
    assert UNPADDED.instant(written) == utc(read)


@pytest.mark.parametrize(
    ("times", "written", "why"),
    [
        (HERE, "yesterday", "time"),
        (HERE, "2026-02-30 10:00", "time"),
        (HERE, "0001-01-01 00:00", "time"),
        (HERE, "9999-12-31T23:59:00-10:00", "time"),
        (HERE, "2026-03-02", "no_clock"),
        (HERE, "20260302", "no_clock"),
        (HERE, date(2026, 3, 2), "no_clock"),
        (Times(), "2026-03-02 09:30", "no_zone"),
        (UNPADDED, "25.4.2019", "form"),
        (Times(zone=ANGELES), "2020-03-08 02:30", "gap"),
        (Times(zone=ANGELES), "2020-11-01 01:30", "fold"),
        (Times(zone=ANGELES, clock=time(2, 30)), "2020-03-08", "gap"),
    ],
)
def test_what_could_mean_several_times_or_none_means_none(times: Times, written: str | date, why: str) -> None:
    assert times.instant(written) == Wrong(why)


def test_a_day_alone_gets_the_time_of_day_that_is_told() -> None:
    times = Times(("%Y/%m/%d %H:%M", "%Y/%m/%d", "iso"), SHANGHAI, clock=time(8))
    assert times.instant("2026/3/2") == times.instant("2026-03-02") == utc("2026-03-02 00:00")
    assert times.instant("2026/3/2 9:00") == utc("2026-03-02 01:00")
    assert times.instant(date(2026, 3, 2)) == utc("2026-03-02 00:00")
    assert times.instant(datetime.fromisoformat("2026-03-02 09:00")) == utc("2026-03-02 01:00")


def test_of_a_time_that_comes_twice_the_one_that_is_told_is_meant() -> None:
    first, second = (Times(zone=ANGELES, second=second) for second in (False, True))
    assert (first.instant("2020-11-01 01:30"), second.instant("2020-11-01 01:30")) == (
        utc("2020-11-01 08:30"),
        utc("2020-11-01 09:30"),
    )
    assert (first.instant("2020-03-08 02:30"), second.instant("2020-03-08 02:30")) == (
        utc("2020-03-08 10:30"),
        utc("2020-03-08 09:30"),
    )


def test_an_offset_settles_what_the_zone_leaves_open() -> None:
    assert Times(zone=ANGELES).instant("2020-11-01T01:30-07:00") == utc("2020-11-01 08:30")


LIVED = tuple(map(datetime.fromisoformat, ("1980-01-01", "2040-01-01")))


@quick(60)
@given(st.datetimes(*LIVED), st.sampled_from([ANGELES, SHANGHAI]))
def test_a_time_that_is_read_is_the_time_that_was_written(local: datetime, zone: ZoneInfo) -> None:
    read = Times(zone=zone).instant(local.isoformat())
    if isinstance(read, Wrong):
        assert read.why in ("gap", "fold")
        assert local.replace(tzinfo=zone).utcoffset() != local.replace(tzinfo=zone, fold=1).utcoffset()
    else:
        assert read.astimezone(zone).replace(tzinfo=None) == local


def test_days_have_no_time_of_day() -> None:
    assert day(("iso",), "2026-03-02") == date(2026, 3, 2)
    assert day(("%d.%m.%Y",), "2.3.2026") == date(2026, 3, 2)
    assert day(("iso",), date(2026, 3, 2)) == date(2026, 3, 2)
    assert day(("%d.%m.%Y %H:%M",), "2.3.2026 00:00") == date(2026, 3, 2)
    assert day(("iso",), "2026-03-02 10:00") == Wrong("day")
    assert day(("iso",), datetime.fromisoformat("2026-03-02 10:00")) == Wrong("day")
    assert day(("%d.%m.%Y",), "2026-03-02") == Wrong("form")
