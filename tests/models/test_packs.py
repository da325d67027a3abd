"""Loading a county pack: what it says stands in the tables; again changes nothing; policy versions never change."""

from collections import Counter
from datetime import date, time
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from deployments.county_pack.loading import load_pack
from models.actions import night, packs
from models.errors import InvalidInput, NotConfigured
from models.queries import units
from models.queries.rulebook import Rulebook, rulebook
from models.rules.pack import CountyPack
from models.rules.worktime import Allowance
from models.tables.duties import Duty
from models.tables.places import CalendarDay, Compound, GridPart, Post, Unit
from models.tables.policies import PolicyVersion
from models.vocabulary import DutyKind, Lane, Role, Severity
from tests.county import COUNTY, at, reported, small_pack
from tests.models.changed_packs import as_written, changed, load, with_policy
from tests.models.ledger import count, everything, heard, owed, post_id, steps, unit_id

COUNTIES = Path(__file__).parent.parent.parent / "deployments" / "counties"


def test_units_hang_in_the_tree_by_path_and_by_who_answers(session: Session) -> None:
    ids = {key: unit_id(session, key) for key in ("river", "works", "east", "west", "east-1", "east-2", "west-1")}
    grid = session.get_one(Unit, ids["east-1"])
    assert (grid.depth, grid.parent_id, grid.name) == (3, ids["east"], "东街第1网格")
    assert grid.path == [ids["river"], ids["works"], ids["east"], ids["east-1"]]
    assert grid.answering == [
        post_id(session, "river", Role.COUNTY_COMMANDER),
        post_id(session, "works", Role.COMMITTEE_SECRETARY),
        post_id(session, "east", Role.FIRST_SECRETARY),
        post_id(session, "east-1", Role.GRID_WORKER),
    ]


def test_each_community_has_its_own_night_and_the_top_minds_the_rest(session: Session, book: Rulebook) -> None:
    minded = {unit.key: session.get_one(Unit, unit.community_id).key for unit in session.scalars(select(Unit))}
    assert minded == {
        "river": "river",
        "works": "river",
        "east": "east",
        "west": "west",
        "east-1": "east",
        "east-2": "east",
        "west-1": "west",
    }
    assert [unit.key for unit in units.communities(session, book.county.id)] == ["east", "west", "river"]


def test_every_unit_has_the_posts_of_its_tier(session: Session) -> None:
    rows = session.execute(select(Post.role, Unit.depth).join(Unit, Unit.id == Post.unit_id))
    assert Counter((role, depth) for role, depth in rows) == {
        (Role.COUNTY_COMMANDER, 0): 1,
        (Role.COMMITTEE_SECRETARY, 1): 1,
        (Role.FIRST_SECRETARY, 2): 2,
        (Role.GRID_WORKER, 3): 3,
        (Role.CONTRACTED_CADRE, 3): 3,
    }


def test_the_rules_read_back_are_what_the_pack_says(book: Rulebook) -> None:
    pack = small_pack()
    assert [(row.key, row.duty_kind, row.limit, row.escalation.key) for row in book.levels] == [
        (row.key, row.duty, Allowance.parse(str(row.limit)), row.escalation) for row in pack.policy.service_levels
    ]
    acting = book.level(DutyKind.ACT, "lighting", Severity.ORDINARY, Lane.SIMPLE).escalation
    written = pack.policy.escalation_policies[acting.key]
    assert [step.timing for step in acting.steps] == [step.timing for step in written.steps]
    assert [{(each.action, each.depth) for each in step.addressees} for step in acting.steps] == [
        {(action, pack.depth(who)) for action, who in step.addressed()} for step in written.steps
    ]


def test_the_calendar_holds_the_adjusted_days_and_ends_unsure(session: Session, book: Rulebook) -> None:
    assert not book.calendar.is_workday(date(2026, 10, 1))
    assert book.calendar.is_workday(date(2026, 10, 10))  # a Saturday
    assert sum(book.calendar.is_workday(day.day) for day in session.scalars(select(CalendarDay))) == (248 * 2 + 260)
    assert (book.calendar.confirmed_until, book.calendar.last) == (date(2026, 12, 31), date(2027, 12, 31))


def test_the_hours_of_a_season_are_read_back(session: Session) -> None:
    season = {"from": "06-01", "to": "09-30", "office": ["08:00-12:00", "15:00-18:00"]}
    load(session, changed(calendar={**as_written()["calendar"], "seasons": [season]}))
    summer, winter = (rulebook(session, COUNTY).calendar.windows_on(date(2026, month, 1)) for month in (9, 12))
    assert summer == ((time(8), time(12)), (time(15), time(18)))
    assert winter == ((time(8, 30), time(12)), (time(14), time(17, 30)))


def test_loaded_again_nothing_changes(session: Session) -> None:
    before = everything(session)
    load(session, small_pack())
    assert everything(session) == before


def test_a_changed_policy_needs_a_new_version(session: Session) -> None:
    version = small_pack().policy.version
    before = everything(session)
    with pytest.raises(InvalidInput) as refusal, session.begin_nested():
        load(session, with_policy(version, act="5 working_days"))
    assert refusal.value.facts == {"why": "policy_changed", "version": version}
    assert everything(session) == before


def test_an_older_policy_than_that_in_force_is_refused_with_its_whole_pack(session: Session) -> None:
    load(session, with_policy("2026-03", act="5 working_days"))
    before = everything(session)
    with pytest.raises(InvalidInput) as refusal, session.begin_nested():
        load(session, small_pack())
    version = small_pack().policy.version
    assert refusal.value.facts == {"why": "policy_older", "version": version, "newest": "2026-03"}
    assert everything(session) == before


def test_units_left_out_stay_and_are_named(session: Session) -> None:
    written = as_written()
    west = written["units"][0]["units"][0]["units"].pop()
    pack = CountyPack.model_validate(written)
    load(session, pack)
    assert packs.left_out(session, small_pack()) == []
    assert packs.left_out(session, pack) == ["西街", "西街第1网格"]
    west["key"], west["units"][0]["key"] = "far-west", "far-west-1"
    written["units"][0]["units"][0]["units"].append(west)
    with pytest.raises(InvalidInput) as refusal, session.begin_nested():
        load(session, CountyPack.model_validate(written))
    assert refusal.value.facts == {"why": "name_taken", "unit": "西街"}


def test_a_new_version_is_for_new_duties_only(session: Session, book: Rulebook) -> None:
    before = reported(session, book, "2026-03-02 09:00")
    old = owed(session, before)
    load(session, with_policy("2026-03", act="5 working_days"))
    after = reported(session, rulebook(session, COUNTY), "2026-03-02 09:00")
    assert owed(session, before) == old
    assert [duty.due_at for duty in (*old, *owed(session, after))] == [at("2026-03-05 09:00"), at("2026-03-09 09:00")]
    assert count(session, PolicyVersion) == 2


def test_open_duties_climb_by_the_policy_they_opened_under(session: Session, book: Rulebook) -> None:
    issue = reported(session, book, "2026-03-02 09:00")
    policy = as_written()["policy.yaml"]
    policy["escalation_policies"]["acting"]["steps"] = [{"at": "due", "supervise": ["county"]}]
    load(session, changed(**{"policy.yaml": {**policy, "version": "2026-03"}}))
    night.run(session, rulebook(session, COUNTY), unit_id(session, "east"), at("2026-03-05 10:00"))
    assert [step for step, _, _ in steps(session, issue, DutyKind.ACT)] == [1, 2]
    assert {notice.post for notice in heard(session, issue) if notice.kind is DutyKind.ACT} == {"east-1", "east"}


def test_a_unit_renamed_stays_itself_and_a_new_one_joins(session: Session) -> None:
    before = unit_id(session, "east-1")
    written = as_written()
    east = written["units"][0]["units"][0]["units"][0]
    east["units"][0]["name"] = "东街灯塔网格"
    east["units"].append({"key": "east-3", "name": "东街第3网格"})
    load(session, CountyPack.model_validate(written))
    assert (unit_id(session, "east-1"), session.get_one(Unit, before).name) == (before, "东街灯塔网格")
    assert session.get_one(Unit, unit_id(session, "east-3")).path[:-1] == session.get_one(Unit, before).path[:-1]
    assert post_id(session, "east-3", Role.CONTRACTED_CADRE)


def test_a_unit_cannot_move_under_another(session: Session) -> None:
    written = as_written()
    east, west = written["units"][0]["units"][0]["units"]
    west["units"].append(east["units"].pop())
    before = everything(session)
    with pytest.raises(InvalidInput) as refusal, session.begin_nested():
        load(session, CountyPack.model_validate(written))
    assert refusal.value.facts == {"why": "unit_moved", "unit": "东街第2网格"}
    assert everything(session) == before


def test_a_closure_of_the_countys_own_is_a_day_off_for_new_duties(session: Session, book: Rulebook) -> None:
    calendar = {**as_written()["calendar"], "closures": ["2026-03-04"], "extra_workdays": ["2026-03-07"]}
    load(session, changed(calendar=calendar))
    issue = reported(session, rulebook(session, COUNTY), "2026-03-02 09:00")
    assert owed(session, issue)[0].due_at == at("2026-03-06 09:00")


def test_a_county_may_have_more_tiers_and_steps_climb_them(session: Session) -> None:
    written = as_written()
    written["county"] = {**written["county"], "key": "valley", "name": "谷省"}
    written["tiers"].insert(0, {"key": "province", "name": "省", "answers": "county_commander"})
    written["units"] = [{"key": "valley", "name": "谷省", "units": written["units"]}]
    policy = written["policy.yaml"]
    policy["escalation_policies"]["acting"]["steps"].append({"at": "+7 working_days", "supervise": ["province"]})
    load(session, CountyPack.model_validate(written))
    book = rulebook(session, "valley")
    by = session.scalars(select(Unit).where(Unit.county_id == book.county.id, Unit.key == "east-1")).one()
    assert len(by.path) == 5
    assert len(by.answering) == 5
    assert [unit.key for unit in units.communities(session, book.county.id)] == ["east", "west", "valley"]
    acting = book.level(DutyKind.ACT, "lighting", Severity.ORDINARY, Lane.SIMPLE).escalation
    assert [each.depth for each in acting.steps[-1].addressees] == [0]


def test_counties_live_side_by_side_and_one_must_be_named(session: Session, book: Rulebook) -> None:
    written = as_written()
    load(
        session, CountyPack.model_validate({**written, "county": {**written["county"], "key": "lake", "name": "湖县"}})
    )
    assert rulebook(session, "lake").county.id != book.county.id
    assert len(units.communities(session, book.county.id)) == len(
        units.communities(session, rulebook(session, "lake").county.id)
    )
    for key in (None, "sea"):
        with pytest.raises(NotConfigured):
            rulebook(session, key)


def test_the_demonstration_county_loads_whole_and_twice(session: Session) -> None:
    pack = load_pack(COUNTIES / "gucheng")
    county = load(session, pack)
    once = everything(session)
    load(session, pack)
    assert everything(session) == once
    depths = Counter(session.scalars(select(Unit.depth).where(Unit.county_id == county.id)))
    assert depths == {0: 1, 1: 1, 2: 13, 3: 111}
    assert count(session, Compound) == 120
    covered = select(GridPart.households).join(Unit, Unit.id == GridPart.grid_id).where(Unit.county_id == county.id)
    assert sum(session.scalars(covered)) == sum(session.scalars(select(Compound.households)))


def test_no_duty_is_lost_by_loading(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-03-02 09:00")
    before = count(session, Duty)
    load(session, with_policy("2026-03"))
    assert count(session, Duty) == before


def test_a_policy_loaded_before_some_field_came_is_still_the_same(session: Session) -> None:
    policy = as_written()["policy.yaml"]
    pack = changed(**{"policy.yaml": {**policy, "version": "2026-03", "holds": None, "disclosure": []}})
    load(session, pack)
    loaded = session.scalars(select(PolicyVersion).where(PolicyVersion.version == "2026-03")).one()
    levels = [{k: v for k, v in each.items() if k != "called_up" or v} for each in loaded.content["service_levels"]]
    earlier = {k: v for k, v in loaded.content.items() if k not in ("holds", "disclosure")}
    loaded.content = {**earlier, "service_levels": levels}
    session.flush()
    before = everything(session)
    load(session, pack)
    assert everything(session) == before
