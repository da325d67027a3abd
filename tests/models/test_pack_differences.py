"""What is loaded, compared with a pack: the same words on both sides, and loading does what was told."""

from datetime import date

from sqlalchemy.orm import Session

from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from models.actions.calendars import import_days
from models.queries.packs import loaded
from models.rules.pack import CountyPack
from models.rules.pack_changes import Change, How, changes, written
from tests.county import START, at, small_pack
from tests.models.changed_packs import as_written, changed, load, with_policy
from tests.models.test_packs import COUNTIES


def differences(session: Session, pack: CountyPack) -> list[Change]:
    """What loading a pack would change."""
    before = loaded(session, pack.county.key)
    assert before is not None
    return changes(before, written(pack, calendar_days(pack, START.year)))


def test_what_is_loaded_does_not_differ_from_its_pack(session: Session) -> None:
    assert differences(session, small_pack()) == []
    gucheng = load_pack(COUNTIES / "gucheng")
    assert loaded(session, gucheng.county.key) is None
    load(session, gucheng)
    assert differences(session, gucheng) == []


def test_days_announced_to_the_county_are_its_own(session: Session) -> None:
    import_days(session, "river", {date(2026, 12, 31): False}, now=at("2026-03-02 09:00"))
    assert differences(session, small_pack()) == []
    calendar = {**as_written()["calendar"], "closures": ["2026-12-30", "2026-12-31"]}
    assert [each.what for each in differences(session, changed(calendar=calendar))] == ["days.2026-12-30"]


def test_once_loaded_only_what_stays_differs(session: Session) -> None:
    policy = with_policy("2026-03", act="5 working_days").model_dump(mode="json", by_alias=True)["policy.yaml"]
    policy["categories"].append({"key": "trees", "name": "树木"})
    units = as_written()["units"]
    works = units[0]["units"][0]
    works["name"] = "工委"
    works["units"].pop()
    calendar = {**as_written()["calendar"], "closures": ["2026-03-04"]}
    pack = changed(**{"policy.yaml": policy, "units": units, "calendar": calendar})
    stays = {"units.west": How.STAYS, "units.west-1": How.STAYS}
    otherwise = ("units.works.name", "days.2026-03-04", "version", "service_levels.act.limit")
    told = {each.what: each.how for each in differences(session, pack)}
    assert told == {**stays, **dict.fromkeys(otherwise, How.CHANGED), "categories.trees": How.ADDED}
    load(session, pack)
    assert {each.what: each.how for each in differences(session, pack)} == stays
