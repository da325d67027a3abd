"""An invented town with summer time, and a fortnight of its history over the change of the clocks.

The town: two quarters, three blocks. An office from 9 to 17, Monday to Friday, no holidays. Work is due after 2 working
days at the same time: the holder is reminded and the quarter told, a working day later the town supervises. Urgent work
is due after 2 hours, an hour later the quarter supervises. Whoever is given something signs within 4 working hours, or
is reminded.
"""

from collections.abc import Sequence
from pathlib import Path

from deployments.county_pack.loading import load_pack
from deployments.replay.replaying import Replayed, Wanted, replay
from tasks.mappings import read_mapping
from tasks.sources import rows

COUNTY = """\
county: {key: elm, name: Elm, zone: America/New_York, locale: en}
tiers:
  - {key: town, name: Town, answers: county_commander}
  - {key: quarter, name: Quarter, answers: first_secretary}
  - {key: block, name: Block, answers: grid_worker}
calendar:
  office: ["09:00-17:00"]
  week: [mon, tue, wed, thu, fri]
  holidays: none
  confirmed: [2020]
  before_opening: next_opening
  after_close: next_opening
  day_off: same_time_next_workday
units:
  - key: elm
    name: Elm
    units:
      - {key: north, name: North, units: [{key: n1, name: N1}, {key: n2, name: N2}]}
      - {key: south, name: South, units: [{key: s1, name: S1}]}
"""
POLICY = """\
version: elm-1
categories: [{key: lamp, name: Lamp}]
escalation_policies:
  acting:
    immediate: false
    steps:
      - {at: due, remind: [holder], tell: [quarter]}
      - {at: +1 working_days, supervise: [town]}
  urgent:
    immediate: true
    steps:
      - {at: due, remind: [holder]}
      - {at: +1 urgent_hours, supervise: [quarter]}
  signing: {immediate: true, steps: [{at: due, remind: [holder]}]}
  other: {immediate: false, steps: [{at: due, remind: [holder]}]}
service_levels:
  - {key: act-urgent, duty: act, severity: urgent, limit: 2 urgent_hours, escalation: urgent}
  - {key: act, duty: act, limit: 2 working_days, escalation: acting}
  - {key: sign, duty: sign, limit: 4 working_hours, escalation: signing}
  - {key: dispatch, duty: dispatch, limit: 1 working_days, escalation: other}
  - {key: evaluate, duty: evaluate, limit: 1 working_days, escalation: other}
  - {key: close, duty: close, limit: 1 working_days, escalation: other}
  - {key: approve, duty: approve, limit: 1 working_days, escalation: other}
  - {key: answer, duty: answer, limit: 1 working_days, escalation: other}
quiet_hours: "21:00-07:00"
"""
MAPPING = """\
zone: America/New_York
fields:
  external_id: id
  happened_at: {column: raised, formats: [iso]}
  closed_at: {column: closed, formats: [iso]}
  grid: block
  category: {value: lamp}
  severity: {column: how, default: ordinary}
  summary: what
  source: {value: elm311}
  reported_by: {value: nobody}
"""
HISTORY = """\
id,raised,closed,block,how,what
1,2020-03-02 09:00,2020-03-03 10:00,n1,,secret lamp 1
2,2020-03-02 18:00,2020-03-09 12:00,n1,,secret lamp 2
3,2020-03-07 14:00,2020-03-11 14:00,n2,,secret lamp is dark
4,2020-03-07 23:55,,,,secret lamp 4
5,2020-03-08 01:30,2020-03-09 10:00,s1,urgent,secret lamp 5
6,2020-03-13 08:00,2020-03-20 08:00,n1,,secret lamp 6
7,2020-03-16 10:00,,n1,,secret lamp 7
8,2020-03-08 12:00,,n2,,secret  lamp is dark
1,2020-03-02 09:00,,n1,,secret lamp 1
2,2020-03-02 18:00,,n1,,secret lamp 22
11,2020-03-03 09:00,,n9,,secret lamp 11
12,2020-03-03 09:00,2020-03-02 09:00,n1,,secret lamp 12
"""
TABLE = """\
night came_in closed_in_time closed_late open overdue steps new remind tell supervise
03-03       2              0           0    2       0     0   2      0    0         0
03-04       0              1           0    1       0     1   0      1    0         0
03-05       0              0           0    1       0     0   0      0    0         0
03-06       0              0           0    1       1     1   0      1    1         0
03-07       0              0           0    1       1     1   0      0    0         1
03-08       3              0           0    4       1     0   3      0    0         0
03-09       1              0           0    5       2     2   1      1    0         1
03-10       0              0           2    3       0     3   0      3    0         0
03-11       0              0           0    3       0     0   0      0    0         0
03-12       0              1           0    2       2     2   0      2    1         0
03-13       0              0           0    2       2     1   0      0    0         1
03-14       1              0           0    3       2     1   1      0    0         1
03-15       0              0           0    3       2     0   0      0    0         0
03-16       0              0           0    3       2     0   0      0    0         0
"""
"""What has to come of it, counted by hand: each night with what happened since the night before."""


def elm(folder: Path) -> Path:
    """The town's pack, mapping and history in a folder."""
    written = {"county.yaml": COUNTY, "policy.yaml": POLICY, "map.yaml": MAPPING, "history.csv": HISTORY}
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def wanted(folder: Path, nights: int | None = 14) -> Wanted:
    """The town's fortnight."""
    lines = list(rows(folder / "history.csv", read_mapping(folder / "map.yaml")))
    return Wanted("history.csv", lines, load_pack(folder, "en"), nights)


def lived(server_url: str, folder: Path, nights: int | None = 14) -> Replayed:
    """The town's fortnight, lived."""
    return replay(server_url, wanted(folder, nights), lambda *_: None)


def counted_by_hand() -> list[dict[str, int | str]]:
    """The table above as rows."""
    names, *lines = (line.split() for line in TABLE.splitlines())
    return [{names[0]: night, **dict(zip(names[1:], map(int, cells), strict=True))} for night, *cells in lines]


def as_counted(found: Sequence[dict[str, object]]) -> list[dict[str, object]]:
    """The counts of nights as the table has them."""
    names = TABLE.split("\n", 1)[0].split()
    return [{name: f"{row[name]:%m-%d}" if name == "night" else row[name] for name in names} for row in found]
