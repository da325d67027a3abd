"""Reading rows of an intake file: every fault of a row at once, by field."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.intake import COLUMNS, LONGEST, LONGEST_KEY, IntakeRow, Known, Rejected, read_row
from models.vocabulary import Severity
from tests.rules.calendars import SHANGHAI, cn
from tests.rules.properties import quick

NOW = cn("2026-03-02 12:00")
KNOWN = Known(
    grids={"east-1", "东街第1网格"},
    categories={"lighting"},
    reporters={"W01", "W02"},
    zone=SHANGHAI,
    since=cn("2025-01-01 00:00"),
    now=NOW,
)
GOOD = {
    "external_id": "A-1",
    "happened_at": "2026-03-02 09:30",
    "grid": "east-1",
    "category": "lighting",
    "severity": "major",
    "summary": "楼道灯不亮",
    "source": "hotline",
    "reported_by": "W01",
}


def faults(**cells: str) -> dict[str, str]:
    row = read_row(7, {**GOOD, **cells}, KNOWN)
    assert isinstance(row, Rejected)
    assert (row.line, row.cells) == (7, {**GOOD, **cells})
    return dict(row.faults)


def taken(**cells: str) -> IntakeRow:
    row = read_row(7, {**GOOD, **cells}, KNOWN)
    assert isinstance(row, IntakeRow), row.faults
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
    row = taken(grid="", severity=" ", source="")
    assert (row.grid, row.severity, row.source) == (None, Severity.ORDINARY, "file")
    short = read_row(1, {name: GOOD[name] for name in GOOD if name not in ("grid", "severity", "source")}, KNOWN)
    assert short == row


def test_a_grid_is_known_by_key_and_by_name_and_blanks_around_cells_do_not_count() -> None:
    assert taken(grid=" 东街第1网格 ", category=" lighting").grid == "东街第1网格"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-02 09:30", "2026-03-02 09:30"),
        ("2026-03-02T09:30:15", "2026-03-02 09:30:15"),
        ("2026-03-02T01:30:00Z", "2026-03-02 09:30"),
        ("2026-03-02T02:30:00+01:00", "2026-03-02 09:30"),
        ("2026-03-02", "2026-03-02 00:00"),
        ("2026-03-02 12:00", "2026-03-02 12:00"),
    ],
)
def test_a_time_without_zone_is_the_countys(written: str, read: str) -> None:
    assert taken(happened_at=written).happened_at == cn(read)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"external_id": ""}, {"external_id": "missing"}),
        ({"happened_at": "  "}, {"happened_at": "missing"}),
        ({"happened_at": "yesterday"}, {"happened_at": "time"}),
        ({"happened_at": "2026-02-30 10:00"}, {"happened_at": "time"}),
        ({"happened_at": "0001-01-01 00:00"}, {"happened_at": "time"}),
        ({"happened_at": "9999-12-31T23:59:00-10:00"}, {"happened_at": "time"}),
        ({"happened_at": "2026-03-02 12:01"}, {"happened_at": "later"}),
        ({"happened_at": "2024-12-31 23:59"}, {"happened_at": "earlier"}),
        ({"grid": "west-9"}, {"grid": "unknown"}),
        ({"category": "fireworks"}, {"category": "unknown"}),
        ({"severity": "very"}, {"severity": "unknown"}),
        ({"summary": ""}, {"summary": "missing"}),
        ({"summary": "x" * (LONGEST + 1)}, {"summary": "too_long"}),
        ({"external_id": "x" * (LONGEST_KEY + 1)}, {"external_id": "long_key"}),
        ({"summary": "dark\0", "source": "a\0b"}, {"summary": "unstorable", "source": "unstorable"}),
        ({"reported_by": "W99"}, {"reported_by": "unknown"}),
        ({"reported_by": ""}, {"reported_by": "missing"}),
        (
            {"category": "", "severity": "very", "happened_at": "?"},
            {"category": "missing", "severity": "unknown", "happened_at": "time"},
        ),
    ],
)
def test_a_row_that_cannot_be_taken_says_why_for_each_field(cells: dict[str, str], said: dict[str, str]) -> None:
    assert faults(**cells) == said


@quick(200)
@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=40)))
def test_whatever_stands_in_the_cells_the_row_is_taken_or_rejected(cells: dict[str, str]) -> None:
    row = read_row(1, {**GOOD, **cells}, KNOWN)
    if isinstance(row, Rejected):
        assert row.faults.keys() <= set(COLUMNS)
        assert row.faults
    else:
        assert row.happened_at <= NOW
