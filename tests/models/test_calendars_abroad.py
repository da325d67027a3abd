"""Corrections where clocks are changed, of one county beside another, and while others are at work."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Event as Signal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from models.actions import calendars, guards, packs
from models.actions.people import appoint
from models.actions.reporting import Report, report
from models.database import transaction
from models.errors import CountyBusy
from models.queries.rulebook import Rulebook, rulebook
from models.rules.pack import CountyPack
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.vocabulary import DutyKind, Severity
from tests.conftest import fresh_database
from tests.county import COUNTY, STAFF, START, at, load_small_county, reported
from tests.models.cases import Case
from tests.models.changed_packs import as_written

NEW_YORK = ZoneInfo("America/New_York")
BRONX = "bronx"


def ny(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.fixture
def bronx(session: Session) -> Rulebook:
    """The same county once more, in New York: no holidays, summer hours from June to August."""
    written = as_written()
    summer = {"from": "06-01", "to": "08-31", "office": ["07:00-12:00", "15:00-17:00"]}
    written["county"] |= {"key": BRONX, "zone": "America/New_York"}
    written["calendar"] |= {"holidays": "none", "confirmed": [2026], "provisional": {}, "seasons": [summer]}
    pack = CountyPack.model_validate(written)
    county = packs.load(session, pack, calendar_days(pack, 2026), now=START)
    appoint(session, county.id, STAFF, now=START)
    return rulebook(session, BRONX)


def raised(session: Session, book: Rulebook, when: str, severity: Severity = Severity.ORDINARY) -> Case:
    what = Report("east-1", "lighting", severity, "the lamp is out", ny(when), by="W01")
    return Case(session, book, report(session, book, what, now=ny(when)))


@pytest.mark.parametrize(
    ("opened", "closed", "due"),
    [
        # Clocks go forward on Sunday 8 March: five days on, the clock time is the same.
        ("2026-03-06 10:00", date(2026, 3, 9), ("2026-03-11 10:00", "2026-03-12 10:00")),
        ("2026-03-04 16:30", date(2026, 3, 5), ("2026-03-09 16:30", "2026-03-10 16:30")),
        # They go back on Sunday 1 November.
        ("2026-10-30 10:00", date(2026, 11, 2), ("2026-11-04 10:00", "2026-11-05 10:00")),
        # Into the summer's hours, and out of them.
        ("2026-05-28 17:15", date(2026, 6, 1), ("2026-06-02 17:15", "2026-06-03 17:15")),
        ("2026-08-28 16:45", date(2026, 9, 1), ("2026-09-02 16:45", "2026-09-03 16:45")),
    ],
)
def test_a_correction_over_a_change_of_the_clock_keeps_the_clock_time(
    session: Session, bronx: Rulebook, opened: str, closed: date, due: tuple[str, str]
) -> None:
    case = raised(session, bronx, opened)
    assert case.work.due_at == ny(due[0])
    calendars.import_days(session, BRONX, {closed: False}, now=ny(opened) + timedelta(minutes=5))
    assert case.work.due_at == ny(due[1])


def test_shares_of_office_time_are_those_of_the_season(session: Session, bronx: Rulebook) -> None:
    case = raised(session, bronx, "2026-08-28 10:00")  # Friday; due on Wednesday 2 September at 10:00
    # 4 h on Friday, 7 h on Monday and on Tuesday, 1.5 h on Wednesday: 75 % are 14 h 37:30, 3 h 37:30 of Tuesday's.
    assert case.work.steps_at[0] == ny("2026-09-01 14:07:30")
    calendars.import_days(session, BRONX, {date(2026, 8, 31): False}, now=ny("2026-08-28 11:00"))
    # Due on Thursday at 10:00: 4 h, 7 h, 7 h, 1.5 h; now 3 h 37:30 on Wednesday.
    assert (case.work.due_at, case.work.steps_at[0]) == (ny("2026-09-03 10:00"), ny("2026-09-02 14:07:30"))


def test_one_county_s_correction_leaves_the_others_alone(session: Session, book: Rulebook, bronx: Rulebook) -> None:
    here, there = (
        Case(session, book, reported(session, book, "2026-03-06 10:00")),
        raised(session, bronx, "2026-03-06 10:00"),
    )
    calendars.import_days(session, COUNTY, {date(2026, 3, 9): False}, now=at("2026-03-07 10:00"))
    assert (here.work.due_at, there.work.due_at) == (at("2026-03-12 10:00"), ny("2026-03-11 10:00"))
    assert rulebook(session, BRONX).calendar.is_workday(date(2026, 3, 9))


def test_other_office_hours_are_a_correction_too(session: Session, bronx: Rulebook) -> None:
    case = raised(session, bronx, "2026-03-04 16:30")
    assert case.work.due_at == ny("2026-03-09 16:30")
    written = as_written()
    written["county"] |= {"key": BRONX, "zone": "America/New_York"}
    written["calendar"] |= {"holidays": "none", "confirmed": [2026], "provisional": {}, "office": ["09:00-16:00"]}
    pack = CountyPack.model_validate(written)
    packs.load(session, pack, calendar_days(pack, 2026), now=ny("2026-03-04 17:00"))
    assert case.work.due_at == ny("2026-03-10 09:00")  # half past four is after close now: from Thursday 9:00 on


@pytest.fixture(scope="module")
def shared(server_url: str) -> str:
    url = fresh_database(server_url, "wangge_calendars")
    with transaction(url) as session:
        load_small_county(session)
    return url


@contextmanager
def at_work(url: str) -> Iterator[Session]:
    """Somebody who has read the county's rules and is not done yet."""
    with transaction(url) as session:
        rulebook(session, COUNTY)
        yield session


def test_a_correction_waits_for_who_goes_by_the_calendar_and_gives_up_in_time(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "PATIENCE", timedelta(milliseconds=200))
    with at_work(shared), pytest.raises(CountyBusy), transaction(shared) as session:
        calendars.import_days(session, COUNTY, {date(2026, 3, 9): False}, now=at("2026-03-05 10:00"))
    with transaction(shared) as session:
        assert calendars.import_days(session, COUNTY, {date(2026, 3, 9): False}, now=at("2026-03-05 10:00")).days


def test_nothing_is_opened_by_a_calendar_that_is_no_longer_true(shared: str) -> None:
    begun, noted = Signal(), Signal()

    def correct() -> None:
        with transaction(shared) as session:
            calendars.import_days(session, COUNTY, {date(2026, 3, 16): False}, now=at("2026-03-12 09:00"))
            begun.set()
            noted.wait(0.5)  # meanwhile somebody wants to report

    def put_in() -> int:
        begun.wait(10)
        with transaction(shared) as session:
            issue = reported(session, rulebook(session, COUNTY), "2026-03-13 10:00")
            noted.set()
            return issue.id

    with ThreadPoolExecutor(2) as pool:
        correction, reporting = pool.submit(correct), pool.submit(put_in)
        correction.result()
        issue_id = reporting.result()
    with transaction(shared) as session:
        assert session.get_one(Issue, issue_id)
        work = select(Duty.due_at).where(Duty.issue_id == issue_id, Duty.kind == DutyKind.ACT)
        assert session.scalars(work).one() == at("2026-03-19 10:00")  # not the 18th: Monday the 16th is off
