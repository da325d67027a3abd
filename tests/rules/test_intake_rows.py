"""Reading rows of an intake file: every fault of a row at once, by field."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.fields import FIELDS, LONGEST, LONGEST_KEY, Subject
from models.rules.intake import IntakeRow, Known, read_row
from models.vocabulary import Severity
from tests.rules.calendars import cn
from tests.rules.properties import quick

NOW = cn("2026-03-02 12:00")
KNOWN = Known(
    grids={"east-1", "东街第1网格"},
    categories={"lighting": "lighting", "路灯照明": "lighting"},
    reporters={"W01", "W02"},
    since=cn("2025-01-01 00:00"),
    now=NOW,
)
GOOD = {
    "external_id": "A-1",
    "happened_at": cn("2026-03-02 09:30"),
    "grid": "east-1",
    "category": "lighting",
    "severity": "major",
    "summary": "楼道灯不亮",
    "source": "hotline",
    "reported_by": "W01",
}


def faults(**said: object) -> dict[str, str]:
    row = read_row({**GOOD, **said}, {}, KNOWN)
    assert isinstance(row, dict)
    return row


def taken(**said: object) -> IntakeRow:
    row = read_row({**GOOD, **said}, {}, KNOWN)
    assert isinstance(row, IntakeRow), row
    return row


def test_a_good_row_is_taken_as_it_stands() -> None:
    assert taken() == IntakeRow(
        external_id="A-1",
        happened_at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
        grid="east-1",
        category="lighting",
        severity=Severity.MAJOR,
        summary="楼道灯不亮",
        source="hotline",
        reported_by="W01",
    )


def test_grid_severity_and_source_may_be_left_out() -> None:
    row = taken(grid=None, severity=None, source=None)
    assert (row.grid, row.severity, row.source) == (None, Severity.ORDINARY, "file")
    short = read_row({name: GOOD[name] for name in GOOD if name not in ("grid", "severity", "source")}, {}, KNOWN)
    assert short == row


def test_a_grid_is_known_by_key_and_by_name_and_so_is_a_category() -> None:
    row = taken(grid="东街第1网格", category="路灯照明")
    assert (row.grid, row.category) == ("东街第1网格", "lighting")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"external_id": None}, {"external_id": "missing"}),
        ({"happened_at": None}, {"happened_at": "missing"}),
        ({"happened_at": cn("2026-03-02 12:01")}, {"happened_at": "later"}),
        ({"happened_at": cn("2024-12-31 23:59")}, {"happened_at": "earlier"}),
        ({"grid": "west-9"}, {"grid": "unknown"}),
        ({"category": "fireworks"}, {"category": "unknown"}),
        ({"summary": None}, {"summary": "missing"}),
        ({"summary": "x" * (LONGEST + 1)}, {"summary": "too_long"}),
        ({"external_id": "x" * (LONGEST_KEY + 1)}, {"external_id": "long_key"}),
        ({"summary": "dark\0", "source": "a\0b"}, {"summary": "unstorable", "source": "unstorable"}),
        ({"reported_by": "W99"}, {"reported_by": "unknown"}),
        ({"reported_by": None}, {"reported_by": "missing"}),
        ({"category": None, "grid": "west-9"}, {"category": "missing", "grid": "unknown"}),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_for_each_field(cells: dict[str, object], said: dict[str, str]) -> None:
    assert faults(**cells) == said


def test_what_could_not_be_read_is_told_once_and_after_what_can_not_be_taken() -> None:
    said = {**GOOD, "grid": "west-9"}
    del said["happened_at"]
    row = read_row(said, {"happened_at": "time"}, KNOWN)
    assert row == {"grid": "unknown", "happened_at": "time"}
    assert isinstance(row, dict)
    assert list(row) == ["grid", "happened_at"]


TEXTS = [each.name for each in FIELDS[Subject.REPORTS] if each.says == "text"]


@quick(200)
@given(st.dictionaries(st.sampled_from(TEXTS), st.text(max_size=40)))
def test_whatever_stands_in_the_cells_the_row_is_taken_or_rejected(said: dict[str, str]) -> None:
    row = read_row({**GOOD, **said}, {}, KNOWN)
    assert isinstance(row, IntakeRow) or (row and row.keys() <= set(TEXTS))
