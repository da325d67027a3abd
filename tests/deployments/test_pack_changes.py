"""What differs between two packs: each thing by its field, in the pack's own words."""

from pathlib import Path

import pytest

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from models.rules.pack_changes import Change, How, Side, changes, written
from tests.deployments.packs import COUNTY, POLICY, write_pack

ACTING = "escalation_policies.acting"


def side(folder: Path, county: str = COUNTY, policy: str = POLICY, year: int = 2026) -> Side:
    pack = load_pack(write_pack(folder, county, policy))
    return written(pack, calendar_days(pack, year))


def found(folder: Path, county: str = COUNTY, policy: str = POLICY, year: int = 2026) -> list[Change]:
    return changes(side(folder / "old"), side(folder / "new", county, policy, year))


def test_a_pack_does_not_differ_from_itself(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("version: 2026-01", "version: 2026-02", Change("version", How.CHANGED, "2026-01", "2026-02")),
        ("name: 路灯", "name: 灯", Change("categories.lighting.name", How.CHANGED, "路灯", "灯")),
        (
            "  - {key: other, name: 其他}\n",
            "  - {key: other, name: 其他}\n  - {key: roads, name: 道路}\n",
            Change("categories.roads", How.ADDED, None, "name: 道路"),
        ),
        ("immediate: false", "immediate: true", Change(f"{ACTING}.immediate", How.CHANGED, "false", "true")),
        (
            "at: 75%, remind: [holder]",
            "at: -1 working_hours, remind: [holder], tell: [community]",
            Change(
                f"{ACTING}.steps[0]",
                How.CHANGED,
                "75%: remind holder",
                "-1 working_hours: remind holder, tell community",
            ),
        ),
        (
            "      - {at: +3 working_days, supervise: [county]}\n",
            "",
            Change(f"{ACTING}.steps[3]", How.REMOVED, "+3 working_days: supervise county"),
        ),
        (
            "limit: 2 w",
            "limit: 4 w",
            Change("service_levels.sign.limit", How.CHANGED, "2 working_hours", "4 working_hours"),
        ),
        (
            "category: lighting, lane: simple",
            "category: [lighting, other], lane: simple",
            Change("service_levels.act-light.category", How.CHANGED, "lighting", "lighting, other"),
        ),
        ("lane: simple", "called_up: true", Change("service_levels.act-light.called_up", How.ADDED, None, "true")),
        (
            "  - {key: act-urgent, duty: act, severity: urgent, limit: 24 urgent_hours, escalation: acting}\n",
            "",
            Change(
                "service_levels.act-urgent",
                How.REMOVED,
                "duty: act; severity: urgent; limit: 24 urgent_hours; escalation: acting",
            ),
        ),
        ('"21:00-08:00"', '"22:00-07:00"', Change("quiet_hours", How.CHANGED, "21:00-08:00", "22:00-07:00")),
        (
            "quiet_hours:",
            "holds: {longest: 9 working_days}\nquiet_hours:",
            Change("holds.longest", How.CHANGED, "30 working_days", "9 working_days"),
        ),
        ("quiet_hours:", "extensions: {most: 0}\nquiet_hours:", Change("extensions.most", How.CHANGED, "1", "0")),
        ("quiet_hours:", "disclosure: [complex]\nquiet_hours:", Change("disclosure", How.CHANGED, "", "complex")),
    ],
)
def test_a_changed_policy_is_told_by_field(tmp_path: Path, old: str, new: str, change: Change) -> None:
    told = found(tmp_path, policy=POLICY.replace(old, new, 1))
    assert change in told
    assert len(told) == 1 + (new == "called_up: true")  # there, a condition went as well


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (
            "zone: Asia/Shanghai",
            "zone: Asia/Urumqi",
            Change("county.zone", How.CHANGED, "Asia/Shanghai", "Asia/Urumqi"),
        ),
        (", posts: [contracted_cadre]", "", Change("tiers.grid.posts", How.REMOVED, "contracted_cadre")),
        (
            '"14:00-17:30"',
            '"15:00-18:30"',
            Change("calendar.office", How.CHANGED, "08:30-12:00, 14:00-17:30", "08:30-12:00, 15:00-18:30"),
        ),
        ("name: 东街\n", "name: 东门\n", Change("units.east.name", How.CHANGED, "东街", "东门")),
        (
            "buildings: 1-8",
            "buildings: 1-9",
            Change("units.east-1.covers", How.CHANGED, "lane 320 (1-8)", "lane 320 (1-9)"),
        ),
        ("kind: courtyard, ", "", Change("compounds.east.yard.kind", How.CHANGED, "courtyard", "estate")),
        ("closures: [2026-03-02]", "closures: []", Change("days.2026-03-02", How.CHANGED, "off", "worked")),
        (
            "closures: [2026-03-02]",
            "closures: [2026-03-02, 2026-03-03, 2026-03-04]",
            Change("days.2026-03-03..2026-03-04", How.CHANGED, "worked", "off"),
        ),
    ],
)
def test_a_changed_county_is_told_by_field(tmp_path: Path, old: str, new: str, change: Change) -> None:
    assert found(tmp_path, county=COUNTY.replace(old, new, 1)) == [change]


def test_of_service_levels_in_another_order_those_that_moved_are_told(tmp_path: Path) -> None:
    level = "  - {key: sign, duty: sign, limit: 2 working_hours, escalation: acting}\n"
    moved = POLICY.replace(level, "").replace("service_levels:\n", f"service_levels:\n{level}")
    assert found(tmp_path, policy=moved) == [Change("service_levels.sign", How.MOVED, "#4", "#1")]


def test_a_level_put_in_between_moves_no_other(tmp_path: Path) -> None:
    level = "  - {key: act-now, duty: act, severity: major, limit: 1 working_days, escalation: acting}\n"
    told = found(tmp_path, policy=POLICY.replace("service_levels:\n", f"service_levels:\n{level}"))
    assert [(each.what, each.how) for each in told] == [("service_levels.act-now", How.ADDED)]


def test_units_no_longer_listed_stay(tmp_path: Path) -> None:
    told = found(tmp_path, county=COUNTY[: COUNTY.index("      - key: west")])
    assert [(each.what, each.how, each.old) for each in told] == [
        ("units.west", How.STAYS, "name: 西街; under: hill"),
        ("units.west-1", How.STAYS, "name: 西街1; under: west; covers: mill 400"),
        ("compounds.west.mill", How.STAYS, "name: 磨坊; kind: estate; households: 400"),
    ]


def test_tiers_in_another_order_are_told(tmp_path: Path) -> None:
    pack = side(tmp_path)
    fewer = Side({**pack.things, "tiers": {"order": "county, grid"}}, pack.days)
    assert changes(pack, fewer) == [Change("tiers.order", How.CHANGED, "county, community, grid", "county, grid")]


def test_a_year_that_is_announced_shows_which_of_its_days_change(tmp_path: Path) -> None:
    county = COUNTY.replace("2027: [2027-01-01, 2027-02-05]", "2027: [2027-01-01, 2027-02-08]")
    assert found(tmp_path, county=county) == [
        Change("days.2027-02-05", How.CHANGED, "off", "worked"),
        Change("days.2027-02-08", How.CHANGED, "worked", "off"),
    ]
    listed = COUNTY.replace("holidays: cn", "holidays: [2026-01-01, 2027-01-01]").replace(
        "confirmed: [2025, 2026]\n  provisional: {2027: [2027-01-01, 2027-02-05]}", "confirmed: [2025, 2026, 2027]"
    )
    assert Change("days.2027-01-01..2027-12-31", How.CHANGED, "provisional", "confirmed") in found(
        tmp_path / "listed", county=listed
    )


def test_a_new_year_comes_as_a_whole(tmp_path: Path) -> None:
    assert found(tmp_path, year=2027) == [Change("days.2028-01-01..2028-12-31", How.ADDED, None, "260 worked, 106 off")]


def test_days_a_pack_does_not_give_are_left_as_they_are(tmp_path: Path) -> None:
    assert changes(side(tmp_path / "old", year=2027), side(tmp_path / "new", year=2026)) == []
