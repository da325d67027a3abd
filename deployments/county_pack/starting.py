"""A commented pack to start one's own from: it is a whole pack already, and its comments explain every field."""

import re
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

from deployments.county_pack.faults import COUNTY
from deployments.county_pack.official_days import known_years
from models.errors import InvalidInput
from models.rules.pack import POLICY

START = Path(__file__).parent / "start"
CHINA = "Asia/Shanghai"
LONGEST_KEY = 40
WIDE = 4096  # lines stay as they are written


def write_start(folder: Path, name: str, zone: ZoneInfo, this_year: int, locale: str) -> None:
    """Write a pack for a county of that name and zone into a new folder; in China's zone with China's days off.

    :param locale: of the comments, and for the county's people.
    :raises InvalidInput: when the folder is there already.
    """
    if folder.exists():
        raise InvalidInput(why="folder_taken", folder=folder)
    county = _county({"key": _key(folder), "name": name, "zone": zone.key}, zone, this_year, locale)
    folder.mkdir(parents=True)
    (folder / COUNTY).write_text(county, encoding="utf-8")
    (folder / POLICY).write_bytes((START / locale / POLICY).read_bytes())


def _key(folder: Path) -> str:
    """The folder's name, written as keys are."""
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:LONGEST_KEY] or "county"


def _county(names: dict[str, str], zone: ZoneInfo, this_year: int, locale: str) -> str:
    yaml = YAML()
    yaml.preserve_quotes, yaml.width = True, WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    written = yaml.load((START / locale / COUNTY).read_text(encoding="utf-8"))
    written["county"].update(names)
    written["units"][0]["name"] = names["name"]
    years = [this_year, this_year + 1]
    if zone.key == CHINA:
        written["calendar"]["holidays"] = "cn"
        years = [year for year in years if year in known_years()]
    written["calendar"]["confirmed"][:] = years
    out = StringIO()
    yaml.dump(written, out)
    return out.getvalue()
