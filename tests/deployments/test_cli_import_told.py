"""What an import says of what it made of a file: who stands in for whom, what was empty, what a mapping gets wrong."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from models.database import engine
from tests.deployments.cli_world import Said, Shell, counts, csv_file, faults
from tests.residents import KEY

AT = ("--at", "2026-03-04 12:00")
HEADS = "id,opened,done,status,rating,worker,closer,kind"
MAPPING = """\
zone: Asia/Shanghai
fields:
  external_id: id
  happened_at: opened
  grid: {value: east-1}
  category: {column: kind, lookup: {"1": lighting, "2": roads}}
  severity: {value: ""}
  summary: kind
  source: {value: old}
  reported_by: {value: ""}
  stage: {column: status, lookup: {open: raised, done: evaluating, shut: closed}}
  signed_at: done
  done_at: done
  evidence: {value: photo}
  handler: worker
  rating: rating
"""
CLOSED = "  closed_at: {column: done}\n  closed_by: closer\n"


@pytest.fixture
def wangge(river_copy: str, tmp_path: Path) -> Shell:
    home = {"WANGGE_DATABASE_URL": river_copy, "WANGGE_HOME": str(tmp_path / "home"), "WANGGE_LOCALE": "en"}
    return Shell(home)


def brought_in(wangge: Shell, folder: Path, file: str, *more: str, mapping: str = MAPPING) -> Said:
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    return wangge("import", "issues", file, "--mapping", str(folder / "map.yaml"), "--by", "C01", *AT, *more)


def test_for_whom_the_importer_stands_in_is_listed(wangge: Shell, tmp_path: Path) -> None:
    rows = (
        "1,2026-03-02 09:00,2026-03-02 10:00,done,,E12,,1",
        "2,2026-03-02 09:00,2026-03-02 10:00,done,,E12,,1",
        "3,2026-03-02 09:00,2026-03-02 10:00,done,,W02,,2",
        "4,2026-03-02 09:00,2026-03-02 10:00,done,,W01,,2",
        "5,2026-03-02 09:00,2026-03-02 10:00,done,,,,2",
    )
    file = csv_file(tmp_path, "a.csv", HEADS, *rows)
    dry = brought_in(wangge, tmp_path, file, "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert "Named, but not known here: 1 (E12). What they did is recorded as by 郑岩 (C01)." in dry.out
    assert "Named, but in no post there that allows what they did: 1 (W02)." in dry.out
    said = brought_in(wangge, tmp_path, file, "--json").data
    assert (said["unknown"], said["unentitled"], said["importer"]) == ({"E12": 2}, {"W02": 1}, "郑岩 (C01)")
    again = brought_in(wangge, tmp_path, file, "--json").data
    assert (again["known"], again["unknown"], again["unentitled"]) == (5, {}, {})


def test_who_closed_an_issue_and_is_not_known_is_listed_too(wangge: Shell, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "a.csv", HEADS, "1,2026-03-02 09:00,2026-03-02 10:00,shut,满意,W01,Z2,1")
    said = brought_in(wangge, tmp_path, file, "--json", mapping=MAPPING + CLOSED).data
    assert (counts_of(said), said["unknown"], said["as_recorded"]) == ((1, 0, 0), {"Z2": 1}, 1)


def counts_of(said: dict[str, int]) -> tuple[int, int, int]:
    return said["taken"], said["known"], said["rejected"]


def test_a_rating_without_a_date_was_given_when_the_work_was_done(wangge: Shell, tmp_path: Path) -> None:
    rows = (
        "1,2026-03-02 09:00,2026-03-02 10:00,done,满意,W01,,1",
        "2,2026-03-02 09:00,2026-03-02 10:00,done,,W01,,1",
        "3,2026-03-02 09:00,,open,,,,1",
        "4,2026-03-02 09:00,,open,满意,,,1",
    )
    said = brought_in(wangge, tmp_path, csv_file(tmp_path, "a.csv", HEADS, *rows), "--json")
    assert counts(said) == (3, 0, 1)
    assert {each for each in faults(said) if each[1] != "evidence"} == {(5, "done_at"), (5, "signed_at")}
    with engine(wangge.environment["WANGGE_DATABASE_URL"]).connect() as connection:
        rated = connection.execute(text("SELECT happened_at::text FROM events WHERE action = 'evaluate'")).scalars()
        assert rated.all() == ["2026-03-02 02:00:00+00"]


def test_a_key_no_line_has_is_empty_where_a_field_may_be_empty(wangge: Shell, tmp_path: Path) -> None:
    row = {"id": "1", "opened": "2026-03-02 09:00", "kind": "1", "status": "open"}
    file = csv_file(tmp_path, "a.jsonl", json.dumps(row))
    said = brought_in(wangge, tmp_path, file)
    assert (said.code, said.err) == (0, "")
    assert "in no line, so empty: done, worker, rating" in said.out
    del row["opened"]
    file = csv_file(tmp_path, "b.jsonl", json.dumps(row))
    assert 'fields.happened_at: no column "opened"' in brought_in(wangge, tmp_path, file).err


def test_a_target_the_county_does_not_know_is_a_fault_of_the_mapping_told_once(wangge: Shell, tmp_path: Path) -> None:
    wrong = MAPPING.replace('"1": lighting, "2": roads', '"1": lightning, "2": lightning').replace("east-1", "east-9")
    file = csv_file(tmp_path, "a.csv", HEADS, "1,2026-03-02 09:00,,open,,,,1")
    said = brought_in(wangge, tmp_path, file, mapping=wrong)
    assert said.code == 3
    assert "faults: 2\n" in said.err
    assert 'map.yaml:6: fields.category.lookup.1: "lightning" can\'t be taken: the county has no such thing' in said.err
    assert 'map.yaml:5: fields.grid.value: "east-9" can\'t be taken' in said.err


def test_a_row_s_fault_names_what_was_looked_up(wangge: Shell, tmp_path: Path) -> None:
    (tmp_path / "kinds.csv").write_text("key,value\n1,lightning\n")
    by_file = MAPPING.replace(
        'lookup: {"1": lighting, "2": roads}', "lookup_file: {file: kinds.csv, key: key, value: value}"
    )
    file = csv_file(tmp_path, "a.csv", HEADS, "1,2026-03-02 09:00,,open,,,,1")
    by_file = by_file.replace(
        'severity: {value: ""}', "severity: {column: kind, lookup_file: {file: graves.csv, key: key, value: value}}"
    )
    (tmp_path / "graves.csv").write_text("key,value\n1,grave\n")
    out = brought_in(wangge, tmp_path, file, "--dry-run", mapping=by_file).out
    assert "  1 x severity: the county has no such thing (“1 -> grave”)" in out
    assert "  1 x category: the county has no such thing (“1 -> lightning”)" in out


def test_a_dry_run_says_how_many_rejected_rows_it_does_not_show(wangge: Shell, tmp_path: Path) -> None:
    rows = [f"{number},2026-03-02 09:00,,open,,,,9" for number in range(1, 14)]
    out = brought_in(wangge, tmp_path, csv_file(tmp_path, "a.csv", HEADS, *rows), "--dry-run").out
    assert out.splitlines()[-2:] == ["  line 11: category: not in the look-up", "  ... and 3 more"]


def test_households_told_again_are_known_before(wangge: Shell, tmp_path: Path) -> None:
    wangge.environment["WANGGE_ROOM_KEY"] = KEY
    heads = "external_id,grid,building,staircase,room,name"
    rows = ["H-1,east-1,3,2,101,李桂兰", "H-1,east-1,3,2,101,李建国", "H-2,east-1,3,2,102,赵小满"]
    imported = ("import", "households", "--by", "C01", "--json", *AT)
    assert counts(wangge(*imported, csv_file(tmp_path, "a.csv", heads, *rows))) == (3, 0, 0)
    assert counts(wangge(*imported, csv_file(tmp_path, "a.csv", heads, *rows))) == (0, 3, 0)
    rows[2] = "H-2,east-1,3,2,103,赵小满"
    assert counts(wangge(*imported, csv_file(tmp_path, "a.csv", heads, *rows))) == (1, 2, 0)


def test_where_the_county_is_not_chinas_any_identity_number_is_taken(wangge: Shell, tmp_path: Path) -> None:
    with engine(wangge.environment["WANGGE_DATABASE_URL"]).begin() as connection:
        connection.execute(text("UPDATE counties SET zone = 'America/New_York'"))
    wangge.environment["WANGGE_ROOM_KEY"] = KEY
    heads = "external_id,grid,building,staircase,room,name,id_number"
    rows = [
        "H-1,east-1,3,2,101,Ann,AB 123456 C",
        "H-2,east-1,3,2,101,Bob,123",
        "H-3,east-1,3,2,101,Eve,123456789012345",
    ]
    said = wangge("import", "households", csv_file(tmp_path, "a.csv", heads, *rows), "--by", "C01", "--json", *AT)
    assert (counts(said), list(faults(said))) == ((2, 0, 1), [(3, "id_number")])


def test_the_start_of_a_mapping_needs_no_database_and_says_what_is_not_filled_in(wangge: Shell, tmp_path: Path) -> None:
    file = csv_file(tmp_path, "a.csv", "code,called", "1,a")
    nowhere = Shell({"WANGGE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "WANGGE_HOME": str(tmp_path)})
    started = nowhere.fine("import", "new", "people", file)
    assert 'zone: "?"' in nowhere.fine("import", "new", "issues", file)
    (tmp_path / "map.yaml").write_text(started, encoding="utf-8")
    said = wangge("import", "people", file, "--mapping", str(tmp_path / "map.yaml"), "--by", "C01", *AT).err
    assert "fields.name: not filled in yet" in said


def test_the_start_of_a_mapping_does_not_say_that_a_household_may_lie_on_no_grid(wangge: Shell) -> None:
    assert "it lies on none" not in wangge.fine("import", "new", "households")
    assert "it lies on none" in wangge.fine("import", "new", "issues")
