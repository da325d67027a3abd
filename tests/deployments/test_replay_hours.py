import asyncio
from datetime import UTC, date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from prefect.server.schemas.schedules import CronSchedule
from ruamel.yaml import YAML

from deployments.ensure import FILE
from deployments.replay.agenda import INTAKE, MORNING, NIGHTLY, REPORT, WATCH
from deployments.replay.hours import Hours

NEW_YORK = ZoneInfo("America/New_York")
SPRING, AUTUMN = date(2020, 3, 8), date(2020, 11, 1)


def shown(hours: Hours, flow: str, day: date) -> list[str]:
    return [f"{at.astimezone(hours.zone):%H:%M}" for at in hours.on(flow, day)]


def test_the_hours_are_those_that_are_deployed() -> None:
    hours = Hours.read(ZoneInfo("Asia/Shanghai"))
    deployed = {each["name"]: each["schedules"][0]["cron"] for each in YAML(typ="safe").load(FILE)["deployments"]}
    assert hours.crons == deployed
    assert {flow: shown(hours, flow, SPRING) for flow in (NIGHTLY, REPORT, MORNING)} == {
        NIGHTLY: ["02:30"],
        REPORT: ["03:10"],
        MORNING: ["07:45"],
    }
    assert [len(hours.on(flow, SPRING)) for flow in (INTAKE, WATCH)] == [144, 144]
    assert hours.order(INTAKE) < hours.order(WATCH) < hours.order(NIGHTLY)  # at one instant reports come first


@pytest.mark.parametrize(("flow", "first"), [(INTAKE, "00:00"), (WATCH, "00:03")])
def test_what_runs_all_day_leaves_out_the_hour_that_is_skipped(flow: str, first: str) -> None:
    hours = Hours.read(NEW_YORK)
    runs = hours.on(flow, SPRING)
    assert len(runs) == 138
    assert shown(hours, flow, SPRING)[0] == first
    assert {(later - earlier).total_seconds() for earlier, later in pairwise(runs)} == {600}


def test_a_night_whose_hour_is_skipped_comes_before_it() -> None:
    hours = Hours.read(NEW_YORK)
    assert hours.on(NIGHTLY, SPRING) == [datetime(2020, 3, 8, 1, 30, tzinfo=NEW_YORK)]
    assert shown(hours, REPORT, SPRING) == ["03:10"]  # and its report after it
    assert shown(hours, MORNING, SPRING) == ["07:45"]


def test_in_an_hour_that_is_repeated_a_flow_runs_the_first_time() -> None:
    runs = Hours.read(NEW_YORK).on(INTAKE, AUTUMN)
    assert len(runs) == len(set(runs)) == 144
    ninety = max((later - earlier).total_seconds() for earlier, later in pairwise(runs))
    assert ninety == 4200  # from 01:50 summer time to 02:00: an hour and ten minutes


@pytest.mark.parametrize("flow", [INTAKE, WATCH, NIGHTLY, MORNING])
@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2020, 3, 9)])
def test_the_hours_are_those_at_which_prefect_runs(flow: str, day: date) -> None:
    hours = Hours.read(NEW_YORK)
    schedule = CronSchedule(cron=hours.crons[flow], timezone=NEW_YORK.key)
    midnights = [datetime.combine(date.fromordinal(day.toordinal() + n), time(), tzinfo=NEW_YORK) for n in (-1, 0, 1)]
    due = asyncio.run(schedule.get_dates(n=600, start=midnights[0], end=midnights[2]))
    assert [at for at in map(of_utc, due) if midnights[1] <= at < midnights[2]] == hours.on(flow, day)


def of_utc(at: datetime) -> datetime:
    return datetime.fromtimestamp(at.timestamp(), UTC)
