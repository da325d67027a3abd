"""The start of a mapping for files as they come: of no form, and with names of several lines."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from deployments.commands.import_start import start
from models.errors import InvalidInput
from models.rules.fields import Subject

FILES = [
    ("a.xlsx", b"none", "unreadable"),
    ("a.csv", b"\xff\xfe\xff", "undecodable"),
    ("a.jsonl", b"\xff\xff", "undecodable"),
]


@pytest.mark.parametrize(("name", "written", "why"), FILES)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str, written: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(written)
    with pytest.raises(InvalidInput) as error:
        start(Subject.PEOPLE, tmp_path / name, "Asia/Shanghai")
    assert error.value.facts["why"] == why


def test_a_column_whose_name_has_several_lines_leaves_the_mapping_whole(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"Phone\n(day)","name","code\n"\n', encoding="utf-8")
    started = start(Subject.PEOPLE, tmp_path / "a.csv", "Asia/Shanghai")
    assert YAML(typ="safe").load(started)["fields"] == {"code": "code", "name": "name"}
