"""A pack written to start from works as it is, and explains every field there is."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from deployments.county_pack.loading import load_pack
from models.rules.pack import CountyPack
from models.rules.pack_values import Written
from tests.deployments.cli_world import Shell

PLACES = {"zh_CN": ("河县", "Asia/Shanghai"), "en": ("Lakeside", "America/New_York")}


def start(folder: Path, locale: str) -> str:
    name, zone = PLACES[locale]
    wangge = Shell({"WANGGE_LOCALE": locale})
    return wangge.fine("pack", "new", str(folder), "--name", name, "--zone", zone)


@pytest.mark.parametrize("locale", PLACES)
def test_a_new_pack_is_fine_as_it_is(locale: str, tmp_path: Path) -> None:
    start(tmp_path / "mine", locale)
    pack = load_pack(tmp_path / "mine")
    assert (pack.county.name, pack.county.zone) == PLACES[locale]
    assert (pack.county.key, pack.county.locale) == ("mine", locale)
    assert pack.calendar.holidays == ("cn" if locale == "zh_CN" else "none")


def fields(model: type[BaseModel]) -> set[str]:
    """The names of all fields of a shape and of the shapes in it, as they are written."""
    found = set()
    for name, field in model.model_fields.items():
        found.add(field.alias or name)
        for inner in re.findall(r"models\.rules\.\w+\.(\w+)", str(field.annotation)):
            shape = next((each for each in Written.__subclasses__() if each.__name__ == inner), None)
            found |= fields(shape) if shape and shape is not model else set()
    return found


@pytest.mark.parametrize("locale", PLACES)
def test_every_field_of_a_pack_stands_in_it(locale: str, tmp_path: Path) -> None:
    start(tmp_path / "mine", locale)
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "mine").iterdir())
    asked = fields(CountyPack) - {"policy.yaml"}
    assert len(asked) > 40
    assert [name for name in sorted(asked) if not re.search(rf"\b{name}\b", written)] == []


def test_comments_stay_where_they_were(tmp_path: Path) -> None:
    start(tmp_path / "mine", "en")
    line = next(each for each in (tmp_path / "mine" / "county.yaml").read_text("utf-8").splitlines() if "zone:" in each)
    assert line == "  zone: America/New_York # limits are counted in the time of this IANA zone"


def test_a_folder_that_is_there_and_a_zone_that_is_not_are_told(tmp_path: Path) -> None:
    wangge = Shell({})
    assert "已经存在" in wangge.refused(
        "pack", "new", str(tmp_path), "--name", "河县", "--zone", "Asia/Shanghai", code=3
    )
    said = wangge("pack", "new", str(tmp_path / "mine"), "--name", "河县", "--zone", "Beijing")
    assert said.code == 2
    assert "Asia/Shanghai" in said.err


def test_a_county_that_is_called_nothing_is_not_written(tmp_path: Path) -> None:
    wangge = Shell({})
    said = wangge("pack", "new", str(tmp_path / "mine"), "--name", " ", "--zone", "Asia/Shanghai")
    assert said.code == 2
    assert "名称不能为空" in said.err
    assert not (tmp_path / "mine").exists()
