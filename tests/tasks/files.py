"""Files of the same row in every form, and the mapping that reads them."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import strategies as st

from tasks.mappings import read_mapping
from tasks.sources import Line, Source, opened

MAPPING = """\
zone: Asia/Shanghai
fields:
  external_id: 编号
  happened_at: {column: 时间, formats: ["%Y/%m/%d %H:%M", iso]}
  grid: {column: 网格, prefix: "g-", empty: ["0", "无"]}
  category: {value: roads}
  severity: {column: 轻重, default: major}
  summary: {columns: [主题, 详情], join: "："}
  source: {value: city}
  reported_by: {value: ""}
"""
HEADS = ("编号", "时间", "网格", "轻重", "主题", "详情")
ROW = ("A-1", "2026/3/2 9:30", "7", "紧急", "路灯", "不亮，\n已三天")


def table(*cells: Sequence[object], heads: Sequence[str] = HEADS, delimiter: str = ",") -> str:
    out = StringIO()
    csv.writer(out, delimiter=delimiter).writerows([heads, *cells])
    return out.getvalue()


def workbook(*cells: Sequence[object], heads: Sequence[str] = HEADS, more: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "明细"  # type: ignore[union-attr]
    for row in (heads, *cells):
        book.active.append(list(row))  # type: ignore[union-attr]
    for name in more:
        book.create_sheet(name)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def source(folder: Path, written: str | bytes, name: str = "rows.csv", mapping: str = MAPPING) -> Source:
    file = folder / name
    file.write_bytes(written.encode() if isinstance(written, str) else written)
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    return opened(file, read_mapping(folder / "map.yaml"))


def only(folder: Path, written: str | bytes, name: str = "rows.csv", mapping: str = MAPPING) -> Line:
    (line,) = source(folder, written, name, mapping).lines()
    return line


READ = {
    "external_id": "A-1",
    "happened_at": datetime.fromisoformat("2026-03-02T01:30:00+00:00"),
    "grid": "g-7",
    "category": "roads",
    "severity": "urgent",
    "summary": "路灯：不亮，\n已三天",
    "source": "city",
    "reported_by": None,
}
JSON_ROW = json.dumps(dict(zip(HEADS, ROW, strict=True)), ensure_ascii=False)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def fields_of(found: Source) -> list[Mapping[str, Any]]:
    return [line.fields for line in found.lines()]
