"""Small packs, written to a folder as they would be by hand."""

from pathlib import Path

COUNTY = """\
county: {key: hill, name: 山县, zone: Asia/Shanghai, locale: zh_CN}
tiers:
  - {key: county, name: 县, answers: county_commander}
  - {key: community, name: 社区, answers: first_secretary}
  - {key: grid, name: 网格, answers: grid_worker, posts: [contracted_cadre]}
households_per_grid: {least: 300, most: 500}
calendar:
  office: ["08:30-12:00", "14:00-17:30"]
  week: [mon, tue, wed, thu, fri]
  holidays: cn
  confirmed: [2025, 2026]
  provisional: {2027: [2027-01-01, 2027-02-05]}
  closures: [2026-03-02]
  extra_workdays: [2026-03-07]
  before_opening: as_is
  after_close: next_opening
  day_off: next_opening
units:
  - key: hill
    name: 山县
    units:
      - key: east
        name: 东街
        compounds:
          - {key: lane, name: 一巷, households: 640}
          - {key: yard, name: 老院, kind: courtyard, households: 60}
        units:
          - {key: east-1, name: 东街1, covers: [{compound: lane, households: 320, buildings: 1-8}]}
          - {key: east-2, name: 东街2, covers: [{compound: lane, households: 320}, {compound: yard, households: 60}]}
      - key: west
        name: 西街
        compounds:
          - {key: mill, name: 磨坊, households: 400}
        units:
          - {key: west-1, name: 西街1, covers: [{compound: mill, households: 400}]}
"""

POLICY = """\
version: 2026-01
categories:
  - {key: lighting, name: 路灯}
  - {key: other, name: 其他}
escalation_policies:
  acting:
    immediate: false
    steps:
      - {at: 75%, remind: [holder]}
      - {at: due, remind: [holder], tell: [community]}
      - {at: +1 working_days, supervise: [community]}
      - {at: +3 working_days, supervise: [county]}
service_levels:
  - {key: act-urgent, duty: act, severity: urgent, limit: 24 urgent_hours, escalation: acting}
  - {key: act-light, duty: act, category: lighting, lane: simple, limit: 1.5 working_hours, escalation: acting}
  - {key: act, duty: act, limit: 3 working_days, escalation: acting}
  - {key: sign, duty: sign, limit: 2 working_hours, escalation: acting}
  - {key: dispatch, duty: dispatch, limit: 1 working_days, escalation: acting}
  - {key: evaluate, duty: evaluate, limit: 1 natural_days, escalation: acting}
  - {key: close, duty: close, limit: 3 working_days, escalation: acting}
  - {key: approve, duty: approve, limit: 1 working_days, escalation: acting}
  - {key: answer, duty: answer, limit: 1 working_days, escalation: acting}
quiet_hours: "21:00-08:00"
"""

FOREIGN_POLICY = POLICY.replace("[community]", "[region]").replace("[county]", "[city]")


def write_pack(folder: Path, county: str = COUNTY, policy: str = POLICY) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "county.yaml").write_text(county, encoding="utf-8")
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    return folder


def foreign_county(regions: int, areas: int) -> str:
    """A city of regions over areas, without households, in a place with daylight saving."""
    head = """\
county: {key: angels, name: Los Angeles, zone: America/Los_Angeles, locale: en}
tiers:
  - {key: city, name: City, answers: county_commander}
  - {key: region, name: Region, answers: first_secretary}
  - {key: area, name: Area, answers: grid_worker}
calendar:
  office: ["08:00-17:00"]
  week: [mon, tue, wed, thu, fri]
  holidays: [2020-01-01, 2020-01-20]
  confirmed: [2020]
  before_opening: next_opening
  after_close: next_opening
  day_off: next_opening
units:
  - key: angels
    name: Los Angeles
    units:
"""
    rows = [head]
    for region in range(regions):
        rows.append(f"      - key: region-{region}\n        name: Region {region}\n        units:\n")
        rows.extend(
            f"          - {{key: area-{area}, name: Area {area}}}\n"
            for area in range(areas)
            if area % regions == region
        )
    return "".join(rows)
