from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.database import engine
from models.tables.places import CalendarDay, Unit
from tests.conftest import fresh_database
from tests.deployments.cli_world import Shell
from tests.deployments.packs import COUNTY, POLICY, write_pack


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    return fresh_database(server_url, "wangge_cli_pack")


@pytest.fixture(scope="module")
def wangge(url: str) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": url})


def test_a_pack_that_is_fine_is_told_by_its_figures(wangge: Shell, tmp_path: Path) -> None:
    pack = str(write_pack(tmp_path))
    told = "山县的县域包可以使用：1 个县、2 个社区、3 个网格，3 个小区；政策版本 2026-01。\n"
    assert wangge.fine("pack", "check", pack) == told
    assert wangge("pack", "check", pack, "--json").data == {
        "county": "hill",
        "units": {"县": 1, "社区": 2, "网格": 3},
        "compounds": 3,
        "policy": "2026-01",
        "faults": [],
        "left_out": [],
    }


def test_all_faults_are_told_at_once_with_file_line_and_field(wangge: Shell, tmp_path: Path) -> None:
    policy = POLICY.replace("limit: 3 working_days", "limit: 3 workdays", 1).replace("name: 其他", "nam: 其他")
    pack = str(write_pack(tmp_path, policy=policy))
    said = wangge("pack", "check", pack)
    first, *faults = said.err.splitlines()
    assert (said.code, said.out) == (3, "")
    assert first.startswith(f"县域包 {pack} 不能使用，共有 ")
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["policy.yaml:4", "categories[1].name"],
        ["policy.yaml:4", "categories[1].nam"],
        ["policy.yaml:16", "service_levels[2].limit"],
    ]
    found = wangge("pack", "check", pack, "--json").data["faults"]
    assert [(each["file"], each["line"], each["field"]) for each in found][-1] == (
        *("policy.yaml", 16, "service_levels[2].limit"),
    )


def test_a_pack_is_loaded_and_loading_it_again_changes_nothing(url: str, wangge: Shell, tmp_path: Path) -> None:
    pack = str(write_pack(tmp_path))
    told = "山县已载入：1 个县、2 个社区、3 个网格，3 个小区；政策版本 2026-01。\n"
    assert wangge.fine("pack", "load", pack) == told
    assert wangge.fine("pack", "load", pack) == told
    with Session(engine(url)) as session:
        assert session.scalar(select(func.count()).select_from(Unit)) == 6
        assert session.scalar(select(func.min(CalendarDay.day))).isoformat() == "2025-01-01"  # type: ignore[union-attr]
    assert wangge.fine("duties") == "没有未完成的责任。\n"


def test_a_changed_policy_needs_a_new_version(wangge: Shell, tmp_path: Path) -> None:
    wangge.fine("pack", "load", str(write_pack(tmp_path)))
    changed = write_pack(tmp_path, policy=POLICY.replace("limit: 3 working_days", "limit: 4 working_days", 1))
    sentence = wangge.refused("pack", "load", str(changed), code=3)
    assert sentence == "政策版本 2026-01 已经载入，内容却不一样。改了内容请换一个版本号。"
    newer = write_pack(tmp_path, policy=changed.joinpath("policy.yaml").read_text().replace("2026-01", "2026-02", 1))
    assert "政策版本 2026-02" in wangge.fine("pack", "load", str(newer))


def test_a_policy_that_is_no_longer_in_force_is_refused_in_words(wangge: Shell, tmp_path: Path) -> None:
    sentence = wangge.refused("pack", "load", str(write_pack(tmp_path)), code=3)
    assert sentence == (
        "政策版本 2026-01 以前载入过，现在施行的是 2026-02。这个县域包什么也没有载入。"
        "要回到它的内容，请换一个新的版本号。"
    )


def test_units_no_longer_in_the_pack_are_named(wangge: Shell, tmp_path: Path) -> None:
    policy = POLICY.replace("2026-01", "2026-02.1", 1)
    pack = str(write_pack(tmp_path, county=COUNTY[: COUNTY.index("      - key: west")], policy=policy))
    told = wangge.fine("pack", "load", pack).splitlines()
    assert told[1:] == ["以前的县域包里有、这个包里没有的单位 2 个，仍然保留，未完成的照旧：西街、西街1。"]
    assert wangge("pack", "load", pack, "--json").data["left_out"] == ["西街", "西街1"]


def test_of_several_counties_one_is_to_be_named(wangge: Shell, tmp_path: Path) -> None:
    wangge.fine("pack", "load", str(write_pack(tmp_path / "hill", policy=POLICY.replace("2026-01", "2026-03", 1))))
    valley = COUNTY.replace("key: hill", "key: vale").replace("山县", "谷县")
    wangge.fine("pack", "load", str(write_pack(tmp_path / "vale", county=valley)))
    assert wangge.refused("duties", code=4).startswith("没有可用的县：指定的是“”，符合的有 2 个。")
    named = Shell(wangge.environment | {"WANGGE_COUNTY": "vale"})
    assert named.fine("duties") == "没有未完成的责任。\n"
    checks = {each["check"]: each["outcome"] for each in wangge("doctor", "--json").data}
    assert checks["county"] == "several"
