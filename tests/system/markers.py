"""People who do not exist, and who must be found nowhere but where they may be."""

import json
from collections.abc import Iterator
from pathlib import Path

from tests.deployments.cli_world import Shell
from tests.system.operator import System

NAMES = ("甄标记", "尤标记", "沐标记")
"""Who raises issues, by command and by file; who lives behind a door."""
PHONES = ("13911112222", "13922223333", "13933334444")
ID_NUMBER = "131126195203074125"
THIRDS_PHONE = "13955556666"
"""Somebody else's, in what residents and staff write."""
THIRDS_ID = "13112619780512001X"
MARKERS = (*NAMES, *PHONES, ID_NUMBER, THIRDS_PHONE, THIRDS_ID)
SPACED = f"{THIRDS_PHONE[:3]} {THIRDS_PHONE[3:7]} {THIRDS_PHONE[7:]}"
SAID = f"水管漏水，{{name}}说请打{{phone}}，或找邻居{THIRDS_PHONE}（{THIRDS_ID}）"
"""What residents say: their own name and phone, and somebody else's."""
WRITTEN = f"{{name}}来电，{THIRDS_PHONE}，身份证{THIRDS_ID}"
"""What staff write as evidence, as a reason, as a note; who it is about is known by name."""


def forms_of(marker: str) -> set[bytes]:
    """How a marker may stand in a file: as it is, as JSON escapes it, spaced out."""
    written = {marker, json.dumps(marker).strip('"')}
    if marker == THIRDS_PHONE:
        written.add(SPACED)
    return {each.encode() for each in written}


def files(system: System) -> Iterator[Path]:
    """All files of a home but the data of its database, the files people dropped, and what was set aside for them."""
    apart = [system.home / name for name in ("postgres", "inbox", "rejected")]
    for path in (*system.home.rglob("*"), system.log):
        if path.is_file() and not any(path.is_relative_to(each) for each in apart):
            yield path


def found_in(path: Path) -> list[str]:
    """The markers a file holds."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # Prefect clears up after itself
        return []
    return [marker for marker in MARKERS if any(form in content for form in forms_of(marker))]


def at_the_desk(system: System) -> Shell:
    """The command line on the running system."""
    return Shell({"WANGGE_HOME": str(system.home), "WANGGE_PREFECT_PORT": str(system.port), "WANGGE_REHEARSAL": "1"})
