from collections import Counter
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from sqlalchemy import select

from deployments.county_pack.loading import load_pack
from deployments.demonstration.founding import script, staff
from deployments.demonstration.residents import households
from models.actions.reporting import Report, report
from models.database import transaction
from models.queries.rulebook import rulebook
from models.rules.pack import CountyPack
from models.tables.events import Event
from models.tables.issues import Issue
from models.vocabulary import Action, Role, Severity
from tests.deployments.lived_county import FOLDER, MONDAY, everything, founded, lived, local_day
from tests.models.mutations import audited


class Killed(Exception):
    """The process ends here."""


@pytest.fixture(scope="module")
def pack() -> CountyPack:
    return load_pack(FOLDER)


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    """Some days in which as much happens as in many."""
    written = script(FOLDER)
    asides = ("hold", "extension", "promise", "call_up", "void", "reopen", "leave", "secretary_away", "worker_away")
    often = dict.fromkeys(asides, 0.08) | dict.fromkeys(("sign", "done", "evaluate", "close"), 0.9)
    every = dict.fromkeys(written["every"], 3)
    return {**written, "days": 7, "chances": {**written["chances"], **often}, "every": every}


def lived_database(server_url: str, pack: CountyPack, plan: dict[str, Any], name: str, *moments: datetime) -> str:
    url = founded(server_url, pack, plan, name, moments[0])
    for now in moments:
        lived(url, pack, plan, now)
    return url


def ledger(url: str) -> list[tuple[object, ...]]:
    """What happened to every issue."""
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


def test_the_same_seed_houses_the_same_families_whom_nobody_can_ring(pack: CountyPack, plan: dict[str, Any]) -> None:
    some = list(islice(households(pack, plan), 500))
    assert some == list(islice(households(pack, plan), 500))
    assert len({(each.grid, each.compound, each.building, each.unit, each.room) for each in some}) == 500
    people = [person for each in some for person in each.persons]
    assert {person.id_number for person in people} == {None}
    assert {(person.phone or "1540")[:4] for person in people} == {"1540"}


def test_the_same_seed_lives_the_same_days_killed_or_not(
    server_url: str, week: str, pack: CountyPack, plan: dict[str, Any]
) -> None:
    again = founded(server_url, pack, plan, "wangge_again")

    def killed(_: date, done: int, __: int) -> None:
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        lived(again, pack, plan, told=killed)
    assert lived(again, pack, plan).days == plan["days"] - 2
    once, twice = everything(week), everything(again)
    assert {name for name in once if once[name] != twice[name]} == set()
    assert len(once["events"]) > 100


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


def test_no_day_is_lived_twice(week: str, pack: CountyPack, plan: dict[str, Any]) -> None:
    before = ledger(week)
    assert lived(week, pack, plan, MONDAY + timedelta(hours=3)).days == 0
    assert ledger(week) == before


def test_after_a_standstill_the_missed_days_are_lived_first(
    server_url: str, pack: CountyPack, plan: dict[str, Any]
) -> None:
    stopped = lived_database(server_url, pack, {**plan, "days": 2}, "wangge_stopped", MONDAY - timedelta(days=2))
    after = lived(stopped, pack, {**plan, "days": 2}, MONDAY)
    assert (after.days, after.first, after.last) == (2, date(2026, 3, 7), date(2026, 3, 8))


def test_where_a_real_person_acted_the_invented_ones_stay_at_home(
    server_url: str, pack: CountyPack, plan: dict[str, Any]
) -> None:
    url = lived_database(server_url, pack, {**plan, "days": 2}, "wangge_real", MONDAY)
    with transaction(url) as session:
        what = Report("diao-01", "lighting", Severity.ORDINARY, "灯不亮", MONDAY, by="K001")
        report(session, rulebook(session, None), what, now=MONDAY)
    assert lived(url, pack, plan, MONDAY + timedelta(days=1)).days == 0
