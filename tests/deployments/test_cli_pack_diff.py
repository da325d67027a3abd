"""Seeing what a pack would change before it is loaded, and taking open duties over."""

import json
from pathlib import Path

import pytest

from tests.deployments.cli_world import Shell, run_night, small_county

REPOSITORY = Path(__file__).parents[2]
COUNTY = (REPOSITORY / "tests" / "small_county" / "county.yaml").read_text(encoding="utf-8")
POLICY = (REPOSITORY / "deployments" / "counties" / "gucheng" / "policy.yaml").read_text(encoding="utf-8")
VERSION = next(line.removeprefix("version: ") for line in POLICY.splitlines() if line.startswith("version:"))
LEVEL = "{key: act, duty: act, limit: 3 working_days, escalation: acting}"


@pytest.fixture
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_cli_diff")


@pytest.fixture
def wangge(url: str) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": url})


def pack(folder: Path, *, version: str = "next", level: str = LEVEL.replace("3 w", "5 w"), county: str = COUNTY) -> str:
    """The small county's pack with another policy."""
    folder.mkdir(exist_ok=True)
    assert LEVEL in POLICY
    (folder / "county.yaml").write_text(county, encoding="utf-8")
    policy = POLICY.replace(f"version: {VERSION}", f"version: {version}").replace(LEVEL, level)
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    return str(folder)


def due(wangge: Shell) -> dict[str, str]:
    return {each["duty"]: each["due_at"] for each in json.loads(wangge.fine("duties", "--json"))}


def test_a_pack_that_changes_nothing_says_so(wangge: Shell, tmp_path: Path) -> None:
    same = pack(tmp_path / "same", version=VERSION, level=LEVEL)
    assert wangge.fine("pack", "diff", same) == "河县没有变动：载入后和现在一样。\n"
    told = json.loads(wangge.fine("pack", "diff", same, "--json"))
    assert (told["changes"], told["loaded"], told["needs_version"], told["open_duties"]) == ([], VERSION, False, None)


def test_what_a_pack_changes_is_told_and_not_done(wangge: Shell, tmp_path: Path) -> None:
    number = wangge.report("2026-03-02T09:00")
    other = pack(tmp_path / "other", county=COUNTY.replace("name: 西街\n", "name: 西门\n"))
    shown = wangge.fine("pack", "diff", other)
    row = next(line for line in shown.splitlines() if "service_levels.act.limit" in line)
    assert row.split() == ["service_levels.act.limit", "改动", "3", "working_days", "5", "working_days"]
    assert shown.endswith("载入后河县有 3 处变动。这里什么也没有改。\n")
    assert json.loads(wangge.fine("pack", "diff", other, "--json"))["changes"] == [
        {"what": "units.west.name", "how": "changed", "old": "西街", "new": "西门"},
        {"what": "version", "how": "changed", "old": VERSION, "new": "next"},
        {"what": "service_levels.act.limit", "how": "changed", "old": "3 working_days", "new": "5 working_days"},
    ]
    assert number in wangge.fine("issue", "list")
    assert wangge.fine("pack", "diff", other) == shown


def test_a_policy_changed_under_its_old_version_is_told_and_could_not_be_loaded(wangge: Shell, tmp_path: Path) -> None:
    wrong = pack(tmp_path / "wrong", version=VERSION)
    last = wangge.fine("pack", "diff", wrong).splitlines()[-1]
    assert last == f"政策版本 {VERSION} 已经载入，内容却不一样：载入前要换一个版本号。"
    assert json.loads(wangge.fine("pack", "diff", wrong, "--json"))["needs_version"]
    refusal = wangge.refused("pack", "diff", wrong, "--open-duties", code=3)
    assert refusal == wangge.refused("pack", "load", wrong, code=3)


def test_a_county_never_loaded_is_all_new(wangge: Shell, tmp_path: Path) -> None:
    county = COUNTY.replace("key: river", "key: lake").replace("河县", "湖县")
    new = pack(tmp_path / "new", county=county)
    assert wangge.fine("pack", "diff", new) == "湖县还没有载入过：全部是新的。\n"
    assert json.loads(wangge.fine("pack", "diff", new, "--json"))["loaded"] is None
    sentence = "加 --open-duties 载入，未完成的责任 0 件会改按政策版本 next，其中 0 件的时间或步骤有变。\n"
    assert wangge.fine("pack", "diff", new, "--open-duties").endswith(sentence)
    assert wangge.fine("duties") == "没有未完成的责任。\n"  # there is still but one county


def test_faults_are_told_instead(wangge: Shell, tmp_path: Path) -> None:
    said = wangge("pack", "diff", pack(tmp_path / "faulty", level=LEVEL.replace("3 w", "x w")), "--json")
    assert said.code == 3
    assert [each["field"] for each in said.data["faults"]] == ["service_levels[9].limit"]


def test_open_duties_go_over_only_when_asked_and_as_many_as_foretold(url: str, wangge: Shell, tmp_path: Path) -> None:
    wangge.report("2026-03-02T09:00")
    run_night(url, "2026-03-02 10:00")
    other = pack(tmp_path / "other")
    foretold = wangge.fine("pack", "diff", other, "--open-duties").splitlines()[-1]
    assert foretold == "加 --open-duties 载入，未完成的责任 2 件会改按政策版本 next，其中 1 件的时间或步骤有变。"
    before = due(wangge)
    assert json.loads(wangge.fine("pack", "load", other, "--json"))["open_duties"] is None
    assert due(wangge) == before
    last = wangge.fine("pack", "load", other, "--open-duties").splitlines()[-1]
    assert last == "未完成的责任 2 件改按政策版本 next，其中 1 件的时间或步骤有变。"
    assert due(wangge) == {**before, "act": "2026-03-09T09:00:00+08:00"}
    assert json.loads(wangge.fine("pack", "load", other, "--open-duties", "--json"))["open_duties"] == {
        "duties": 0,
        "changed": 0,
    }


def test_it_is_said_in_english_too(url: str, tmp_path: Path) -> None:
    english = Shell({"WANGGE_DATABASE_URL": url, "WANGGE_LOCALE": "en"})
    told = english.fine("pack", "diff", pack(tmp_path / "other"), "--open-duties").splitlines()
    assert told[-2] == "Changes that loading would make to 河县: 2. Nothing was changed now."
    assert told[-1].startswith("Loaded with --open-duties, 0 open duties would go by policy version next; for 0")
