"""The intake with a mapping in the drop folder: what lies beside it, and what a run must not say of a file."""

import pytest

from flows.forms import IntakeForm
from flows.intake import intake
from tests.flows.conftest import RunFlow, Town
from tests.flows.test_intake import NOW, drop, issues

MAPPING = """\
zone: Asia/Shanghai
fields:
  external_id: no
  happened_at: at
  grid: {column: street, lookup_file: {file: streets.csv, key: street, value: grid}}
  category: {value: lighting}
  severity: {value: ordinary}
  summary: text
  source: {value: city}
  reported_by: {value: W01}
"""


@pytest.fixture(autouse=True)
def _mapping(town: Town) -> None:
    drop(town, "mapping.yaml", MAPPING)
    drop(town, "streets.csv", "street,grid", "East,east-1")


def test_a_look_up_file_in_the_drop_folder_waits_for_nothing(town: Town, run: RunFlow) -> None:
    drop(town, "a.csv", "no,at,street,text", "1,2026-03-02 09:30,East,lamp out")
    end = run(intake, IntakeForm(now=NOW))
    assert end.message == "1 个文件：收入 1 件，此前已收 0 件，退回 0 行"
    assert [each[0] for each in issues(town)] == ["1"]
    assert (town.home / "inbox" / "streets.csv").exists()


def test_a_file_without_heads_is_refused_and_nobody_in_its_first_line_is_named(
    town: Town, run: RunFlow, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    drop(town, "a.csv", "1,2026-03-02 09:30,East,孙梅 13700137003", "2,2026-03-02 09:30,East,lamp out")
    end = run(intake, IntakeForm(now=NOW))
    assert end.is_failed()
    said = "".join((end.message or "", caplog.text, *capfd.readouterr()))
    assert "a.csv" in said
    assert "孙梅" not in said
