"""A history's file by its mapping, until the mapping rules are there."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML


@dataclass(frozen=True)
class Line:
    line: int
    cells: Mapping[str, str]
    fields: dict[str, Any]
    faults: dict[str, str]


def read_mapping(file: Path) -> Any:
    read = YAML(typ="safe").load(file.read_text(encoding="utf-8"))
    for each in read["fields"].values():
        if isinstance(each, dict) and (look := each.get("lookup_file")):
            with (file.parent / look["file"]).open(encoding="utf-8-sig", newline="") as rows:
                each["lookup"] = {row[look["key"]]: row[look["value"]] for row in csv.DictReader(rows)}
    return read


def rows(file: Path, mapping: Any) -> Iterator[Line]:
    csv.field_size_limit(10_000_000)
    with file.open(encoding="utf-8-sig", newline="") as read:
        reader = csv.DictReader(read)
        for cells in reader:
            fields, faults = {}, {}
            for name, source in mapping["fields"].items():
                of = {"column": source} if isinstance(source, str) else source
                cell = cells[of["column"]].strip() if "column" in of else of["value"]
                cell = "" if cell in of.get("empty", []) else cell
                if cell and "lookup" in of:
                    cell = of["lookup"].get(cell, of.get("otherwise", ""))
                cell = of.get("prefix", "") + cell if cell else None
                if cell and name.endswith("_at"):
                    cell = _time(cell, of, mapping)
                    if cell is None:
                        faults[name] = "time"
                fields[name] = cell
            yield Line(reader.line_num, cells, fields, faults)


def _time(cell: str, of: Any, mapping: Any) -> datetime | None:
    zone = ZoneInfo(of.get("zone") or mapping["zone"])
    for form in of.get("formats", ["%Y-%m-%d %H:%M:%S"]):
        try:
            return datetime.strptime(cell, form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
    return None
