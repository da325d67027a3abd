"""Reject files of files that have columns called like ours."""

import json
from pathlib import Path

from tasks.mappings import read_mapping
from tasks.rejects import Rejected, set_aside
from tasks.sources import Line, opened

MAPPING = """\
fields:
  external_id: 行号
  happened_at: {value: "2026-03-02 09:30", zone: UTC}
  grid: {value: ""}
  category: {value: roads}
  severity: {value: ordinary}
  summary: 错误
  source: {value: metro}
  reported_by: {value: ""}
"""
ROW = {"行号": "10", "错误": "灯不亮"}


def kept(file: Path) -> tuple[Path, list[Line]]:
    mapping = file.parent / "map.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    source = opened(file, read_mapping(mapping))
    lines = list(source.lines())
    aside = set_aside(source, file.read_bytes(), [Rejected(each, {"summary": "unknown"}) for each in lines])
    assert aside is not None
    return aside, lines


def test_a_files_own_column_called_like_ours_is_kept_and_read_again(folder: Path) -> None:
    (folder / "a.csv").write_text("x,行号,错误\n,10,灯不亮\n", encoding="utf-8")
    (folder / "a.jsonl").write_text(json.dumps({"x": "", **ROW}, ensure_ascii=False), encoding="utf-8")
    for name in ("a.csv", "a.jsonl"):
        once, first = kept(folder / name)
        twice, again = kept(once)
        _, last = kept(twice)
        assert {each.fields["summary"] for each in (*first, *again, *last)} == {"灯不亮"}
        assert {each.fields["external_id"] for each in (*first, *again, *last)} == {"10"}
        assert twice.read_bytes().count("行号".encode()) == 2
