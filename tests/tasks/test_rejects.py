"""Rejected rows are kept as they came: mended, the same mapping reads them."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.settings import settings
from tasks.rejects import Rejected, set_aside
from tasks.sources import Source, opened, rows
from tests.rules.properties import quick
from tests.tasks.files import CHARACTERS, HEADS, JSON_ROW, MAPPING, READ, fields_of, source, table, workbook

CELLS = st.text(CHARACTERS, max_size=12)


@quick(50)
@given(
    rows_written=st.lists(st.tuples(*[CELLS] * len(HEADS)), min_size=1, max_size=5),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
)
def test_rejected_rows_mended_are_read_as_the_rows_they_were(
    rows_written: list[tuple[str, ...]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cells = [row for row in rows_written if any(row)]
    assume(cells)
    folder = tmp_path_factory.mktemp("rejects")
    mapping = f"csv: {{delimiter: {json.dumps(delimiter)}}}\n{MAPPING}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANGGE_HOME", str(folder / "home"))
        settings.cache_clear()
        found = source(folder, table(*cells, delimiter=delimiter), mapping=mapping)
        lines = list(found.lines())
        kept = set_aside(found, b"", [Rejected(line, {"row": "ragged"}) for line in lines])
    settings.cache_clear()
    assert kept is not None
    again = list(rows(kept, found.mapping))
    assert [(line.fields, line.faults) for line in again] == [(line.fields, line.faults) for line in lines]


def kept_rows(found: Source) -> Source:
    """All rows rejected, and the reject file opened by the same mapping."""
    kept = set_aside(found, b"", [Rejected(line, {"row": "ragged"}) for line in found.lines()])
    assert kept is not None
    return opened(kept, found.mapping)


def test_rejected_rows_of_a_spreadsheet_are_kept_as_csv_which_the_same_mapping_reads(folder: Path) -> None:
    at = datetime.fromisoformat("2026-03-02 09:30:00")
    found = source(folder, workbook((17, at, 7, None, "路灯", 1.5)), "rows.xlsx", f"xlsx: {{sheet: 明细}}\n{MAPPING}")
    again = kept_rows(found)
    assert again.table.file.endswith(".csv")
    assert fields_of(again) == fields_of(found)
    assert fields_of(kept_rows(again)) == fields_of(found)


def test_rejected_json_lines_stay_json_lines_and_what_was_none_is_kept_as_text(folder: Path) -> None:
    found = source(folder, f"{JSON_ROW}\n{{broken", "rows.jsonl")
    again = kept_rows(found)
    assert next(again.lines()).fields == READ
    lines = (folder / "home" / "rejected" / again.table.file).read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[1])["原文"] == "{broken"
    assert list(json.loads(lines[0]))[:3] == ["行号", "错误", "编号"]
    twice = kept_rows(again)
    assert list(twice.table.columns)[:3] == ["行号", "错误", "编号"]
