import re
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

from deployments.county_pack.faults import PackInvalid
from deployments.county_pack.loading import load_pack
from tasks.faults import Fault
from tests.deployments.packs import COUNTY, POLICY, write_pack


class Slip(NamedTuple):
    """A mistake in a sound pack: `old` is written as `new`; the fault stands in the line with `marker`."""

    old: str
    new: str
    marker: str
    field: str
    message: str


def slips_in(file: str) -> list[Slip]:
    written = YAML(typ="safe").load(Path(__file__).with_name("slips.yaml"))
    return [Slip(**row) for row in written[file]]


COUNTY_SLIPS, POLICY_SLIPS = slips_in("county.yaml"), slips_in("policy.yaml")


def faults_of(folder: Path, locale: str = "zh_CN") -> tuple[Fault, ...]:
    with pytest.raises(PackInvalid) as refused:
        load_pack(folder, locale)
    return refused.value.faults


def check(slip: Slip, sound: str, file: str, faults: tuple[Fault, ...]) -> None:
    written = sound.replace(slip.old, slip.new, 1)
    assert written != sound
    lines = written.splitlines(keepends=True)
    fault = next((each for each in faults if (each.field, each.message) == (slip.field, slip.message)), None)
    assert fault, "\n".join(map(str, faults))
    assert fault.file == file
    assert slip.marker in lines[fault.line - 1], lines[fault.line - 1]


@pytest.mark.parametrize("slip", COUNTY_SLIPS, ids=lambda slip: f"{slip.field}: {slip.new.strip()[:30]}")
def test_a_fault_in_the_county_names_line_and_field(tmp_path: Path, slip: Slip) -> None:
    folder = write_pack(tmp_path, county=COUNTY.replace(slip.old, slip.new, 1))
    check(slip, COUNTY, "county.yaml", faults_of(folder))


@pytest.mark.parametrize("slip", POLICY_SLIPS, ids=lambda slip: f"{slip.field}: {slip.new.strip()[:30]}")
def test_a_fault_in_the_policy_names_line_and_field(tmp_path: Path, slip: Slip) -> None:
    folder = write_pack(tmp_path, policy=POLICY.replace(slip.old, slip.new, 1))
    check(slip, POLICY, "policy.yaml", faults_of(folder))


def test_a_grid_may_be_empty_only_where_nothing_is_said_of_households(tmp_path: Path) -> None:
    unbounded = COUNTY.replace("households_per_grid: {least: 300, most: 500}\n", "")
    grid = "          - {key: west-1, name: 西街1, covers: [{compound: mill, households: 400}]}\n"
    empty = unbounded.replace(grid, f"{grid}          - {{key: west-2, name: 西街2}}\n")
    (fault,) = faults_of(write_pack(tmp_path / "compounds", county=empty))
    assert (fault.field, fault.message) == (
        "units[0].units[1].units[1].covers",
        "网格“西街2”是空的，没有覆盖任何小区",
    )
    bare = empty.replace("compounds:\n          - {key: mill, name: 磨坊, households: 400}\n        ", "").replace(
        ", covers: [{compound: mill, households: 400}]", ""
    )
    assert load_pack(write_pack(tmp_path / "bare", county=bare)).county.name == "山县"


def test_steps_that_hang_on_the_limit_are_compared_under_each_level_of_the_ladder(tmp_path: Path) -> None:
    policy = POLICY.replace("at: 75%, remind: [holder]}", "at: -4 working_hours, remind: [holder]}")
    at = "escalation_policies.acting.steps[0].at"
    faults = faults_of(write_pack(tmp_path, policy=policy))
    assert [str(fault) for fault in faults] == [
        f"policy.yaml:9: {at}: “act-light”的时限只有 1.5 working_hours，“-4 working_hours”落在起算之前",
        f"policy.yaml:9: {at}: “sign”的时限只有 2 working_hours，“-4 working_hours”落在起算之前",
    ]


def test_steps_from_the_opening_and_before_the_due_time_are_read(tmp_path: Path) -> None:
    steps = "{at: opened +1 working_hours, remind: [holder]}\n      - {at: -1 working_days, remind: [holder]}"
    ladder = f"  early:\n    immediate: false\n    steps:\n      - {steps}\nservice_levels:"
    policy = POLICY.replace("service_levels:", ladder).replace(
        "3 working_days, escalation: acting", "3 working_days, escalation: early"
    )
    loaded = load_pack(write_pack(tmp_path, policy=policy)).policy
    assert [step.at for step in loaded.escalation_policies["early"].steps] == [
        "opened +1 working_hours",
        "-1 working_days",
    ]
    assert [level.key for level in loaded.service_levels if level.escalation == "early"] == ["act", "close"]


def test_all_faults_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    county = (
        COUNTY.replace(", answers: grid_worker", "")
        .replace("zone: Asia/Shanghai", "zone: Asia/Atlantis")
        .replace(
            "units:\n  - key: hill\n    name: 山县\n    units:",
            "units:\n  - &hill\n    key: hill\n    name: 山县\n    units:\n      - *hill",
        )
        .replace(", covers: [{compound: mill, households: 400}]", "")
        .replace("2027-02-05", "2028-02-05")
    )
    policy = (
        POLICY.replace("category: lighting", "category: ufo")
        .replace("at: due", "at: 10%")
        .replace("limit: 2 ", "limit: two ")
    )
    faults = faults_of(write_pack(tmp_path, county, policy))
    assert [f"{fault.file}:{fault.line} {fault.message}" for fault in faults[:-1]] == [
        "county.yaml:1 没有时区“Asia/Atlantis”；应如 Asia/Shanghai",
        "county.yaml:5 层级“网格”没有写由哪个岗位负责（answers），它的单位将无人应答",
        "county.yaml:12 2028-02-05 不在 2027 年",
        "county.yaml:23 别名指回了第 19 行它自己所在的那一层，首尾相接成环",
        "county.yaml:35 “磨坊”有 400 户，各网格所辖加起来是 0 户",
        "county.yaml:37 网格“西街1”是空的，没有覆盖任何小区",
        "policy.yaml:10 步骤顺序不对：“10%”不晚于前一步“75%”",
        "policy.yaml:15 没有类别“ufo”；已有：lighting, other",
    ]
    assert str(faults[-1]).startswith("policy.yaml:17: service_levels[3].limit: “two working_hours”不是时限；")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "没有这个文件"),
        (b"", "文件是空的"),
        (b"- 1\n", "应为“字段: 值”的形式"),
        ("名称: 山县".encode("gbk"), "文件不是 UTF-8 编码，请另存为 UTF-8"),
        (b"a: [1, 2\n", "YAML 语法错误：did not find expected ',' or ']'"),
    ],
)
def test_a_file_that_cannot_be_read_does_not_silence_the_other(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    folder = write_pack(tmp_path, policy=POLICY.replace("category: lighting", "category: ufo"))
    (folder / "county.yaml").unlink()
    if content is not None:
        (folder / "county.yaml").write_bytes(content)
    faults = faults_of(folder)
    assert [(fault.file, fault.message) for fault in faults] == [
        ("county.yaml", message),
        ("policy.yaml", "没有类别“ufo”；已有：lighting, other"),
    ]


def test_a_pack_saved_by_an_editor_that_marks_its_files_is_read(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "county.yaml").write_text(COUNTY, encoding="utf-8-sig")
    assert load_pack(folder).county.name == "山县"


def test_a_folder_that_is_not_there_lacks_both_files(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "nowhere")
    assert [str(fault) for fault in faults] == ["county.yaml: 没有这个文件", "policy.yaml: 没有这个文件"]


@pytest.mark.parametrize("section", ["county", "tiers", "calendar", "units", "households_per_grid"])
@pytest.mark.parametrize("junk", ["", "nonsense", "7", "[1, two, [3]]", "{a: {b: 1}}", "2026-01-01"])
def test_whatever_stands_in_a_section_is_told_and_never_breaks_the_reading(
    tmp_path: Path, section: str, junk: str
) -> None:
    others = [line for line in COUNTY.split("\n") if not line.startswith(f"{section}:")]
    folder = write_pack(
        tmp_path, county="\n".join([f"{section}: {junk}", *(o for o in others if not o.startswith(" "))])
    )
    faults = faults_of(folder)
    assert all(fault.line >= 1 and fault.message for fault in faults)


def loaded_or_faulty(folder: Path) -> bool:
    try:
        return bool(load_pack(folder, "en").tiers)
    except PackInvalid as refused:
        return bool(refused.faults)


@pytest.mark.parametrize("torn", ["", "[[1], {a: b}]", "{[1]: 2}", "*nowhere", "2026-13-01"])
def test_no_torn_value_breaks_the_reading(tmp_path: Path, torn: str) -> None:
    """Every value of both files in turn is replaced; what comes is a pack or faults, never another error."""
    values = re.compile(r"(?<=: )[^,}\]\n]+")
    for name, sound in (("county", COUNTY), ("policy", POLICY)):
        for value in values.finditer(sound):
            written = sound[: value.start()] + torn + sound[value.end() :]
            assert loaded_or_faulty(write_pack(tmp_path, **{name: written}))


def test_every_sentence_stands_in_both_languages(tmp_path: Path) -> None:
    counties = [(COUNTY.replace(slip.old, slip.new, 1), POLICY) for slip in COUNTY_SLIPS]
    policies = [(COUNTY, POLICY.replace(slip.old, slip.new, 1)) for slip in POLICY_SLIPS]
    for number, (county, policy) in enumerate(counties + policies):
        folder = write_pack(tmp_path / str(number), county, policy)
        english, chinese = faults_of(folder, "en"), faults_of(folder)
        assert [(e.file, e.line, e.field) for e in english] == [(c.file, c.line, c.field) for c in chinese]
        assert all(e.message != c.message for e, c in zip(english, chinese, strict=True))
