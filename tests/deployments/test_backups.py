"""A backup comes back equal, or not at all."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from deployments.embedded import EmbeddedPostgres
from deployments.ownership import Ownership
from models.database import engine
from tests.deployments.cli_world import Shell, run_night, small_county

MONDAY = "2026-03-16T09:00"


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    """A county with a little history: what is restored has events, duties, notices and revisions."""
    url = small_county(server_url, "wangge_backup")
    wangge = Shell({"WANGGE_DATABASE_URL": url})
    for number in range(3):
        wangge.report(f"2026-03-16T09:0{number}")
    run_night(url, "2026-03-20T02:30")
    engine(url).dispose()
    return url


@pytest.fixture(scope="module")
def folder(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("backups") / "monday"
    said = Shell({"WANGGE_DATABASE_URL": url}).fine("backup", str(made))
    assert said.startswith(f"已备份到 {made}：")
    return made


@pytest.fixture
def elsewhere(url: str) -> Iterator[str]:
    """Where to restore to: a name under which there is nothing yet."""
    target = make_url(url).set(database=f"{make_url(url).database}_elsewhere")
    yield target.render_as_string(hide_password=False)
    with engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        like = {"name": f"{target.database}%"}
        for name in connection.scalars(text("SELECT datname FROM pg_database WHERE datname LIKE :name"), like).all():
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


def content(url: str) -> dict[str, list[str]]:
    """Every row of every table, and where each sequence stands."""
    tables = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    with engine(url).connect() as connection:
        names = connection.scalars(text(tables)).all()
        found = {name: sorted(connection.scalars(text(f'SELECT t::text FROM "{name}" t'))) for name in names}
        at = connection.scalars(text("SELECT sequencename || ' ' || coalesce(last_value, 0) FROM pg_sequences")).all()
    engine(url).dispose()
    return {**found, "sequences": sorted(at)}


def test_what_is_restored_equals_what_was_backed_up(url: str, folder: Path, elsewhere: str) -> None:
    said = Shell({"WANGGE_DATABASE_URL": elsewhere}).fine("restore", str(folder))
    assert "逐表核对无误" in said
    assert content(elsewhere) == content(url)
    assert len(content(url)["events"]) > 10


def test_a_restored_ledger_is_worked_on_as_before(folder: Path, elsewhere: str) -> None:
    wangge = Shell({"WANGGE_DATABASE_URL": elsewhere})
    wangge.fine("restore", str(folder))
    assert wangge.report("2026-03-20T10:00").endswith("-0004")
    with engine(elsewhere).begin() as connection, pytest.raises(Exception, match="append-only"):
        connection.execute(text("DELETE FROM revisions"))
    engine(elsewhere).dispose()


def test_a_ledger_gives_way_only_when_asked_and_is_kept(folder: Path, elsewhere: str) -> None:
    wangge = Shell({"WANGGE_DATABASE_URL": elsewhere})
    wangge.fine("restore", str(folder))
    wangge.report("2026-03-20T10:00")
    engine(elsewhere).dispose()
    before = content(elsewhere)
    assert "--replace" in wangge.refused("restore", str(folder))
    assert content(elsewhere) == before
    kept = wangge("restore", str(folder), "--replace", "--json").data["kept"]
    assert content(make_url(elsewhere).set(database=kept).render_as_string(hide_password=False)) == before
    assert len(content(elsewhere)["issues"]) == 3


def test_while_somebody_works_on_it_nothing_is_replaced(folder: Path, elsewhere: str) -> None:
    wangge = Shell({"WANGGE_DATABASE_URL": elsewhere})
    wangge.fine("restore", str(folder))
    somebody = engine(elsewhere + "&application_name=somebody").connect()
    somebody.execute(text("SELECT 1"))
    said = wangge.refused("restore", str(folder), "--replace")
    assert "还有人在用" in said
    somebody.close()
    engine(elsewhere + "&application_name=somebody").dispose()
    with engine(elsewhere).connect() as connection:
        assert not connection.scalar(text("SELECT count(*) FROM pg_database WHERE datname LIKE '%restoring'"))
    engine(elsewhere).dispose()


def test_of_two_restorings_at_once_one_is_told_to_wait(folder: Path, elsewhere: str) -> None:
    wangge = Shell({"WANGGE_DATABASE_URL": elsewhere})
    name = make_url(elsewhere).database
    server = engine(make_url(elsewhere).set(database="postgres").render_as_string(hide_password=False))
    with server.connect() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(8, hashtext(:name))"), {"name": name})
        assert "请等那一次做完" in wangge.refused("restore", str(folder))
    wangge.fine("restore", str(folder))
    wangge.fine("restore", str(folder), "--replace")


def test_a_backup_that_lost_a_row_is_refused_and_nothing_is_there(folder: Path, elsewhere: str, tmp_path: Path) -> None:
    altered = tmp_path / "altered"
    shutil.copytree(folder, altered)
    manifest = json.loads((altered / "wangge.json").read_text(encoding="utf-8"))
    manifest["tables"]["events"]["rows"] += 1
    (altered / "wangge.json").write_text(json.dumps(manifest), encoding="utf-8")
    said = Shell({"WANGGE_DATABASE_URL": elsewhere}).refused("restore", str(altered), code=3)
    assert "events" in said
    with pytest.raises(Exception, match="does not exist"), engine(elsewhere).connect():
        pass


def test_a_folder_that_is_no_backup_is_told(elsewhere: str, folder: Path, tmp_path: Path) -> None:
    wangge = Shell({"WANGGE_DATABASE_URL": elsewhere})
    assert "不是备份" in wangge.refused("restore", str(tmp_path), code=3)
    assert "已经存在" in wangge.refused("backup", str(folder), code=3)


def test_a_backup_that_failed_leaves_nothing_in_the_way_of_the_next(server_url: str, tmp_path: Path) -> None:
    wangge = Shell({"WANGGE_DATABASE_URL": server_url})
    for _ in range(2):
        assert "已经存在" not in wangge.refused("backup", str(tmp_path / "made"), code=4)
    assert not (tmp_path / "made").exists()


def test_a_backup_of_a_newer_version_is_refused(folder: Path, elsewhere: str, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(folder, newer)
    manifest = json.loads((newer / "wangge.json").read_text(encoding="utf-8"))
    (newer / "wangge.json").write_text(json.dumps(manifest | {"schema_version": "9999"}), encoding="utf-8")
    assert "更新的版本" in Shell({"WANGGE_DATABASE_URL": elsewhere}).refused("restore", str(newer), code=3)


def test_of_a_home_nobody_runs_the_server_is_started_for_the_while(homes: Path, folder: Path, tmp_path: Path) -> None:
    home = homes / "backup"
    wangge = Shell({"WANGGE_HOME": str(home)})
    wangge.fine("restore", str(folder))
    assert not EmbeddedPostgres(home).running
    wangge.fine("backup", str(tmp_path / "again"))
    assert not EmbeddedPostgres(home).running
    first, again = (json.loads((each / "wangge.json").read_text("utf-8")) for each in (folder, tmp_path / "again"))
    assert again["tables"] == first["tables"]


def test_while_wangge_up_runs_a_home_is_not_replaced(homes: Path, folder: Path) -> None:
    home = homes / "owned"
    home.mkdir()
    with Ownership(home):
        said = Shell({"WANGGE_HOME": str(home)}).refused("restore", str(folder), code=4)
    assert said.endswith("请先停下它，再恢复。")


def test_a_damaged_backup_changes_nothing(folder: Path, elsewhere: str, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(folder, damaged)
    for file in damaged.glob("*.dat.gz"):
        file.write_bytes(file.read_bytes()[:20])
    assert "什么也没有改变" in Shell({"WANGGE_DATABASE_URL": elsewhere}).refused("restore", str(damaged), code=3)
    with pytest.raises(Exception, match="does not exist"), engine(elsewhere).connect():
        pass
