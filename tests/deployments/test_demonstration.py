from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from deployments.demonstration.founding import found, script, staff
from deployments.demonstration.living import Lived, live
from models.actions import packs
from models.actions.reporting import Report, report
from models.database import transaction
from models.queries.rulebook import rulebook
from models.rules.pack import CountyPack
from models.tables.events import Event
from models.tables.issues import Issue
from models.vocabulary import Action, Role, Severity
from tests.conftest import fresh_database
from tests.models.mutations import audited

FOLDER = Path(__file__).parent.parent.parent / "deployments" / "counties" / "gucheng"
MONDAY = datetime(2026, 3, 9, 3, 0, tzinfo=UTC)  # 11:00 there


@pytest.fixture(scope="module")
def pack() -> CountyPack:
    return load_pack(FOLDER)


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    return {**script(FOLDER), "days": 9}


def lived_database(server_url: str, pack: CountyPack, plan: dict[str, Any], name: str, *moments: datetime) -> str:
    url = fresh_database(server_url, name)
    with transaction(url) as session:
        packs.load(session, pack, calendar_days(pack, 2026), now=moments[0])
        found(session, pack, plan, moments[0])
    for now in moments:
        lived(url, pack, plan, now)
    return url


def lived(url: str, pack: CountyPack, plan: dict[str, Any], now: datetime) -> Lived:
    return live(url, pack, plan, now, lambda *_: None)


def ledger(url: str) -> list[tuple[object, ...]]:
    """What happened to every issue, without surrogate keys."""
    with transaction(url) as session:
        rows = session.execute(
            select(Issue.number, Issue.summary, Event.action, Event.step, Event.happened_at, Event.recorded_at)
            .join(Event, Event.issue_id == Issue.id)
            .order_by(Issue.number, Event.recorded_at, Event.id)
        )
        return [tuple(row) for row in rows]


@pytest.fixture(scope="module")
def week(server_url: str, pack: CountyPack, plan: dict[str, Any]) -> str:
    return lived_database(server_url, pack, plan, "wangge_week", MONDAY)


def test_every_post_but_the_vacant_ones_has_its_person(pack: CountyPack, plan: dict[str, Any]) -> None:
    people = staff(pack, plan, date(2026, 1, 1))
    held = Counter(person.role for person in people)
    vacant = Counter(Role(each["role"]) for each in plan["vacant"])
    assert held + vacant == Counter(
        {
            Role.COUNTY_COMMANDER: 1,
            Role.COMMITTEE_SECRETARY: 1,
            Role.FIRST_SECRETARY: 13,
            Role.GRID_WORKER: 111,
            Role.CONTRACTED_CADRE: 111,
        }
    )
    assert len({person.code for person in people}) == len(people)
    assert people == staff(pack, plan, date(2026, 1, 1))


def test_the_same_seed_lives_the_same_days(server_url: str, pack: CountyPack, plan: dict[str, Any]) -> None:
    once, again = (
        lived_database(server_url, pack, {**plan, "days": 3}, name, MONDAY) for name in ("wangge_once", "wangge_again")
    )
    assert len(ledger(once)) > 20
    assert ledger(again) == ledger(once)


def test_a_week_holds_the_whole_life_of_an_issue(week: str) -> None:
    seen = {row[2] for row in ledger(week)}
    assert {Action.REPORT, Action.ASSIGN, Action.SIGN, Action.DONE, Action.EVALUATE, Action.CLOSE, Action.STEP} <= seen


def test_the_auditor_finds_nothing_in_it(week: str, pack: CountyPack) -> None:
    with transaction(week) as session:
        assert audited(session, rulebook(session, pack.county.key), MONDAY) == []


def test_people_rest_on_days_off_but_residents_still_report(week: str) -> None:
    weekend = {date(2026, 3, 7), date(2026, 3, 8)}
    done = {row[2] for row in ledger(week) if isinstance(row[5], datetime) and local_day(row[5]) in weekend}
    assert Action.REPORT in done
    assert Action.SIGN not in done


def local_day(instant: datetime) -> date:
    return (instant + timedelta(hours=8)).date()


def test_no_day_is_lived_twice(week: str, pack: CountyPack, plan: dict[str, Any]) -> None:
    before = ledger(week)
    assert lived(week, pack, plan, MONDAY + timedelta(hours=3)).days == 0
    assert ledger(week) == before


def test_after_a_standstill_the_missed_days_are_lived_first(
    server_url: str, pack: CountyPack, plan: dict[str, Any]
) -> None:
    stopped = lived_database(server_url, pack, {**plan, "days": 4}, "wangge_stopped", MONDAY - timedelta(days=3))
    after = lived(stopped, pack, {**plan, "days": 4}, MONDAY)
    assert (after.days, after.first, after.last) == (3, date(2026, 3, 6), date(2026, 3, 8))


def test_where_a_real_person_acted_the_invented_ones_stay_at_home(
    server_url: str, pack: CountyPack, plan: dict[str, Any]
) -> None:
    url = lived_database(server_url, pack, {**plan, "days": 2}, "wangge_real", MONDAY)
    with transaction(url) as session:
        what = Report("diao-01", "lighting", Severity.ORDINARY, "灯不亮", MONDAY, by="K001")
        report(session, rulebook(session, None), what, now=MONDAY)
    assert lived(url, pack, plan, MONDAY + timedelta(days=1)).days == 0
