"""People who came in by every way are nowhere they must not be: not in Prefect, logs, messages, exports, tables."""

import stat
from pathlib import Path

import pytest

from tests.system.markers import MARKERS, NAMES, PHONES, THIRDS_ID, THIRDS_PHONE, at_the_desk, files, found_in
from tests.system.operator import System

pytestmark = pytest.mark.timeout(300)

KNOWN = "甲.csv".encode()
"""The file that named them, after which a task is called: what is looked through is where it should be."""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def test_no_file_of_prefects_no_log_and_no_message_holds_them(system: System) -> None:
    for flow, form in (("nightly", {"preview": True}), ("report", {})):
        told = system.run(flow, now=system.tonight(), **form)
        assert told.state is not None
        assert told.state.is_completed()
    looked_at = list(files(system))
    assert [path.name for path in looked_at if KNOWN in path.read_bytes() and path.name.startswith("prefect.db")]
    assert {path: found for path in looked_at if (found := found_in(path))} == {}
    names = {path.name for path in looked_at}
    assert {"prefect.db", "postgres.log", "prefect-worker.log", "room.key"} <= names
    assert any("水管漏水" in path.read_text(encoding="utf-8") for path in looked_at if path.suffix == ".md")


def test_the_key_is_for_its_owner_and_stands_nowhere_else(system: System) -> None:
    file = system.home / "room.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = file.read_bytes().strip()
    assert [path for path in files(system) if path != file and key in path.read_bytes()] == []


def test_exports_and_what_commands_show_hold_them_not(system: System, tmp_path: Path) -> None:
    wangge = at_the_desk(system)
    (number,) = system.ask("SELECT number FROM issues WHERE external_id = 'M-1'")
    for words in (
        *(("ledger", "--out", str(tmp_path / f"{form}"), "--format", form) for form in ("csv", "json")),
        ("ledger", "--with-summary", "--out", str(tmp_path / "said.csv")),
        ("ledger", "--with-summary", "--as-known-at", "2026-11-24", "--out", str(tmp_path / "known.json")),
        ("issue", "show", number),
        ("issue", "show", number, "--json"),
        ("why", number),
        ("household", "show", "M-1"),
        ("room", "reads", "--all"),
        ("doctor",),
    ):
        said = wangge(*words)
        assert not [marker for marker in MARKERS if marker in said.out + said.err], words
    assert {path.name: found for path in tmp_path.iterdir() if (found := found_in(path))} == {}
    assert "水管漏水" not in (tmp_path / "csv").read_text(encoding="utf-8")
    assert "水管漏水" in (tmp_path / "said.csv").read_text(encoding="utf-8")


def test_of_all_tables_only_what_residents_said_holds_somebody_elses_numbers(system: System) -> None:
    """Who raised it is named nowhere; others they name are in their words, in one column, which every exit masks."""
    assert holding(system, *NAMES, *PHONES) == set()
    assert holding(system, THIRDS_PHONE, THIRDS_ID) == {("issues", "summary")}


def holding(system: System, *markers: str) -> set[tuple[str, str]]:
    """The columns of the whole database that hold a marker, as it is or as bytes are told."""
    written = [form for each in markers for form in (each, each.encode().hex())]
    return {
        (table, column)
        for table in system.ask(TABLES)
        if system.ask(f'SELECT 1 FROM "{table}" t WHERE {said("t", written)} LIMIT 1')
        for column in system.ask("SELECT column_name FROM information_schema.columns WHERE table_name = :t", t=table)
        if system.ask(f'SELECT 1 FROM "{table}" t WHERE {said(f"t.{column}", written)} LIMIT 1')
    }


def said(what: str, written: list[str]) -> str:
    return " OR ".join(f"{what}::text LIKE '%{each}%'" for each in written)


def test_rows_set_aside_are_for_their_owner_alone(system: System) -> None:
    rejected = [path for path in (system.home / "rejected").iterdir() if found_in(path)]
    assert len(rejected) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in rejected} == {0o600}
    assert stat.S_IMODE((system.home / "inbox" / "done").stat().st_mode) == 0o700
