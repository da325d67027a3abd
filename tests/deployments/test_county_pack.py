from collections import Counter
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import ValidationError

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.faults import PackInvalid
from deployments.county_pack.loading import load_pack
from models.rules.bounds import Bounds
from models.rules.escalation import Timing
from models.rules.office import Office
from models.rules.pack import Compound, CompoundKind, CountyPack, PlacedUnit, Season, Unit
from models.rules.pack_policy import Policy
from models.rules.worktime import Allowance, WorkCalendar
from models.vocabulary import DutyKind, Lane, Role, Severity, StepAction, TimeUnit
from tests.deployments.packs import COUNTY as PACK
from tests.deployments.packs import FOREIGN_POLICY, foreign_county, write_pack

GUCHENG = Path(__file__).parents[2] / "deployments" / "counties" / "gucheng"


@pytest.fixture(scope="module")
def gucheng() -> CountyPack:
    return load_pack(GUCHENG, "zh_CN")


def at_depth(pack: CountyPack, depth: int) -> list[Unit]:
    return [placed.unit for placed in pack.units() if placed.depth == depth]


def compounds(pack: CountyPack) -> list[Compound]:
    return [compound for placed in pack.units() for compound in placed.unit.compounds]


def test_gucheng_has_one_county_one_committee_13_communities_and_111_grids(gucheng: CountyPack) -> None:
    assert Counter(placed.depth for placed in gucheng.units()) == {0: 1, 1: 1, 2: 13, 3: 111}
    assert [unit.name for unit in at_depth(gucheng, 2)] == [
        *("帝奥", "杏林", "幸福", "凤凰"),
        *(
            "第五社区",
            "第六社区",
            "第七社区",
            "第八社区",
            "第九社区",
            "第十社区",
            "第十一社区",
            "第十二社区",
            "第十三社区",
        ),
    ]


def test_gucheng_has_120_compounds_of_which_18_are_old_courtyards(gucheng: CountyPack) -> None:
    assert len(compounds(gucheng)) == 120
    assert sum(compound.kind is CompoundKind.COURTYARD for compound in compounds(gucheng)) == 18
    assert {"富邦花园", "幸福花园", "金都花园"} <= {compound.name for compound in compounds(gucheng)}


def test_every_grid_of_gucheng_has_300_to_500_households_and_all_of_them_close_to_44_000(gucheng: CountyPack) -> None:
    sizes = [sum(cover.households for cover in grid.covers) for grid in at_depth(gucheng, 3)]
    assert min(sizes) >= 300
    assert max(sizes) <= 500
    assert 43_500 <= sum(sizes) <= 44_500
    assert sum(sizes) == sum(compound.households for compound in compounds(gucheng))


def test_grids_cover_a_part_of_a_compound_one_or_several_never_crossing_a_community(gucheng: CountyPack) -> None:
    for community in at_depth(gucheng, 2):
        parts: Counter[str] = Counter()
        for grid in community.units:
            parts.update({cover.compound: cover.households for cover in grid.covers})
        assert parts == {compound.key: compound.households for compound in community.compounds}
    whole = {compound.key: compound.households for compound in compounds(gucheng)}
    kinds = {
        "several" if len(grid.covers) > 1 else "one" if whole[cover.compound] == cover.households else "part"
        for grid in at_depth(gucheng, 3)
        for cover in grid.covers
    }
    assert kinds == {"part", "one", "several"}


def test_each_grid_has_a_contracted_cadre_beside_its_worker(gucheng: CountyPack) -> None:
    assert [(tier.answers, tier.posts) for tier in gucheng.tiers] == [
        (Role.COUNTY_COMMANDER, ()),
        (Role.COMMITTEE_SECRETARY, ()),
        (Role.FIRST_SECRETARY, ()),
        (Role.GRID_WORKER, (Role.CONTRACTED_CADRE,)),
    ]


def test_units_come_after_the_one_above_them(gucheng: CountyPack) -> None:
    placed = list(gucheng.units())
    assert [(each.unit.key, each.parent, each.depth) for each in placed[:4]] == [
        ("gucheng", None, 0),
        ("party-committee", "gucheng", 1),
        ("diao", "party-committee", 2),
        ("diao-01", "diao", 3),
    ]
    assert isinstance(placed[0], PlacedUnit)


def days(month: int, first: int, last: int, year: int) -> set[date]:
    return {date(year, month, day) for day in range(first, last + 1)}


OFF_2025 = {date(2025, 1, 1), *days(1, 28, 31, 2025), *days(2, 1, 4, 2025), *days(4, 4, 6, 2025)}
OFF_2025 |= {*days(5, 1, 5, 2025), date(2025, 5, 31), *days(6, 1, 2, 2025), *days(10, 1, 8, 2025)}
OFF_2026 = {*days(1, 1, 3, 2026), *days(2, 15, 23, 2026), *days(4, 4, 6, 2026), *days(5, 1, 5, 2026)}
OFF_2026 |= {*days(6, 19, 21, 2026), *days(9, 25, 27, 2026), *days(10, 1, 7, 2026)}
WORKED_2025 = {date(2025, month, day) for month, day in ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11))}
WORKED_2026 = {date(2026, month, day) for month, day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))}


@pytest.mark.parametrize(("year", "off", "worked"), [(2025, OFF_2025, WORKED_2025), (2026, OFF_2026, WORKED_2026)])
def test_official_days_are_those_announced(gucheng: CountyPack, year: int, off: set[date], worked: set[date]) -> None:
    rows = [row for row in calendar_days(gucheng, 2026) if row[0].year == year]
    assert len(rows) == 365
    for day, at_work, confirmed in rows:
        assert at_work == (day in worked or (day.weekday() < 5 and day not in off)), day
        assert confirmed
    assert sum(at_work for _, at_work, _ in rows) == 248


def test_the_next_year_is_provisional_with_its_13_expected_days_off(gucheng: CountyPack) -> None:
    rows = {day: (at_work, confirmed) for day, at_work, confirmed in calendar_days(gucheng, 2026) if day.year == 2027}
    expected = gucheng.calendar.provisional[2027]
    assert len(expected) == 13
    assert all(rows[day] == (False, False) for day in expected)
    assert rows[date(2027, 2, 9)] == (True, False)
    assert rows[date(2027, 1, 3)] == (False, False)


def test_a_year_the_pack_does_not_list_is_provisional_with_weekends_off(gucheng: CountyPack) -> None:
    rows = calendar_days(gucheng, 2028)
    assert (rows[0][0], rows[-1][0], len(rows)) == (date(2025, 1, 1), date(2029, 12, 31), 5 * 365 + 1)
    assert [row[1:] for row in rows if row[0] in {date(2028, 10, 2), date(2028, 10, 1)}] == [
        (False, False),
        (True, False),
    ]


def test_a_county_closes_and_works_on_days_of_its_own(tmp_path: Path) -> None:
    rows = {day: at_work for day, at_work, _ in calendar_days(load_pack(write_pack(tmp_path)), 2026)}
    assert not rows[date(2026, 3, 2)]
    assert rows[date(2026, 3, 7)]


def test_the_calendar_feeds_the_rule_of_working_time(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path, foreign_county(1, 1), FOREIGN_POLICY), "en")
    office = Office(pack.county.tzinfo, tuple((window.opens, window.closes) for window in pack.calendar.office))
    calendar = WorkCalendar.of(office, calendar_days(pack, 2020))
    friday = datetime(2020, 1, 17, 10, tzinfo=pack.county.tzinfo)
    due = calendar.due_at(friday, Allowance(Fraction(1), TimeUnit.WORKING_DAYS))
    assert due == datetime(2020, 1, 21, 10, tzinfo=pack.county.tzinfo)  # a weekend and a holiday on Monday between


def test_a_season_is_written_as_its_ends_and_its_hours(tmp_path: Path) -> None:
    season = 'seasons: [{from: 11-15, to: 03-15, office: ["09:00-12:00", "13:30-17:00"]}]'
    pack = load_pack(write_pack(tmp_path, PACK.replace("  week:", f"  {season}\n  week:")))
    stored = pack.calendar.model_dump(mode="json")["seasons"]
    assert stored == [{"from": "11-15", "to": "03-15", "office": ["09:00-12:00", "13:30-17:00"]}]
    assert (Season.model_validate(stored[0]),) == pack.calendar.seasons


def test_acting_climbs_in_five_steps(gucheng: CountyPack) -> None:
    steps = gucheng.policy.escalation_policies["acting"].steps
    assert [(step.at, list(step.addressed())) for step in steps] == [
        ("75%", [(StepAction.REMIND, "holder")]),
        ("due", [(StepAction.REMIND, "holder"), (StepAction.TELL, "community")]),
        ("+1 working_days", [(StepAction.SUPERVISE, "community")]),
        ("+3 working_days", [(StepAction.SUPERVISE, "committee")]),
        ("+5 working_days", [(StepAction.SUPERVISE, "county")]),
    ]
    assert [gucheng.depth(who) for who in ("holder", "community", "committee", "county")] == [None, 2, 1, 0]
    assert steps[0].timing == Timing(share=Fraction(3, 4))


def test_limits_are_those_of_the_rules(gucheng: CountyPack) -> None:
    limits = {level.key: str(level.limit) for level in gucheng.policy.service_levels}
    assert limits == {
        "dispatch-urgent": "1 urgent_hours",
        "dispatch": "1 working_days",
        "sign-urgent": "2 urgent_hours",
        "sign": "2 working_hours",
        "act-urgent": "24 urgent_hours",
        "act-called-up": "10 working_days",
        "act-major": "7 working_days",
        "act-complex": "7 working_days",
        "act-key": "7 working_days",
        "act": "3 working_days",
        "evaluate": "1 working_days",
        "close": "3 working_days",
        "approve-urgent": "2 urgent_hours",
        "approve": "1 working_days",
        "answer-urgent": "0.5 urgent_hours",
        "answer": "1 working_days",
    }
    bounds = Bounds.read(gucheng.policy.model_dump(mode="json"))
    assert (str(bounds.longest_hold), bounds.most_extensions) == ("30 working_days", 1)
    assert (str(bounds.longest_extended), bounds.disclosure) == ("15 working_days", frozenset({Lane.COMPLEX}))


def test_what_is_urgent_or_to_be_signed_is_minded_at_once(gucheng: CountyPack) -> None:
    policies = gucheng.policy.escalation_policies
    immediate = {level.key for level in gucheng.policy.service_levels if policies[level.escalation].immediate}
    urgent = {"dispatch-urgent", "sign-urgent", "act-urgent", "approve-urgent", "answer-urgent"}
    assert immediate == urgent | {"sign"}
    for level in gucheng.policy.service_levels:
        if level.severity is Severity.URGENT:
            after = [step.timing.after for step in policies[level.escalation].steps]
            assert {each.unit for each in after if each} == {TimeUnit.URGENT_HOURS}


def test_what_nobody_owns_climbs_only_where_there_is_somebody(gucheng: CountyPack) -> None:
    """Such an issue lies in no community, so that its duty can't name one."""
    for level in gucheng.policy.service_levels:
        if level.duty is DutyKind.DISPATCH:
            steps = gucheng.policy.escalation_policies[level.escalation].steps
            assert {who for step in steps for _, who in step.addressed()} == {"holder", "county"}


def test_a_policy_survives_being_stored(gucheng: CountyPack) -> None:
    stored = gucheng.policy.model_dump(mode="json")
    assert stored["service_levels"][0]["limit"] == "1 urgent_hours"
    assert stored["quiet_hours"] == "21:00-08:00"
    assert Policy.model_validate(stored) == gucheng.policy


def test_a_pack_cannot_be_changed_once_loaded(gucheng: CountyPack) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        gucheng.policy.version = "other"  # type: ignore[misc]


def test_a_city_without_households_is_a_pack_too(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path, foreign_county(12, 99), FOREIGN_POLICY), "en")
    assert Counter(placed.depth for placed in pack.units()) == {0: 1, 1: 12, 2: 99}
    assert pack.households_per_grid is None
    worked = {day: at_work for day, at_work, _ in calendar_days(pack, 2020)}
    assert not worked[date(2020, 1, 20)]
    assert len(worked) == 366 + 365


def test_no_holidays_at_all_leaves_weekends_off(tmp_path: Path) -> None:
    county = foreign_county(2, 2).replace("[2020-01-01, 2020-01-20]", "none")
    rows = calendar_days(load_pack(write_pack(tmp_path, county, FOREIGN_POLICY)), 2020)
    assert all(at_work == (day.weekday() < 5) for day, at_work, _ in rows)


def test_a_deeper_tree_needs_nothing_but_more_tiers(tmp_path: Path) -> None:
    county = foreign_county(2, 4).replace(
        "tiers:\n", "tiers:\n  - {key: state, name: State, answers: committee_secretary}\n"
    )
    top = "units:\n  - key: state\n    name: State\n    units:\n"
    above, below = county.split("units:\n", 1)
    county = above + top + "".join(f"    {line}\n" for line in below.splitlines())
    policy = FOREIGN_POLICY.replace("[city]", "[state]")
    pack = load_pack(write_pack(tmp_path, county, policy))
    assert max(placed.depth for placed in pack.units()) == 3


def test_only_units_with_a_night_of_their_own_need_names_of_their_own(tmp_path: Path) -> None:
    """Numbers of issues begin with them. Grids, and what lies between, may share theirs with units elsewhere."""
    head = foreign_county(0, 0)
    head = head.replace("tiers:\n", "tiers:\n  - {key: state, name: State, answers: committee_secretary}\n")
    half = """\
      - key: {side}
        name: {above}
        units:
          - {{key: {side}-harbour, name: {name}, units: [{{key: {side}-1, name: Area 1}}]}}
"""
    policy = FOREIGN_POLICY.replace("[city]", "[state]")
    north = half.format(side="north", above="Los Angeles", name="Harbour")
    apart = head + north + half.format(side="south", above="South", name="Hills")
    assert len(list(load_pack(write_pack(tmp_path, apart, policy)).units())) == 7
    with pytest.raises(PackInvalid) as refused:
        load_pack(write_pack(tmp_path, apart.replace("name: Hills", "name: Harbour"), policy), "en")
    assert [fault.field for fault in refused.value.faults] == ["units[0].units[1].units[0].name"]
