import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from deployments.embedded import EmbeddedPostgres
from models.errors import NotConfigured

AS_ROOT = os.geteuid() == 0
KILLED_OWNER = """
import os, pathlib, sys
from deployments.embedded import EmbeddedPostgres
print(EmbeddedPostgres(pathlib.Path(sys.argv[1])).start(), flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def server(homes: Path, request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(homes / request.node.name[:24])
    yield postgres
    postgres.stop()


def ask(url: str, question: str) -> object:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        result = connection.execute(sa.text(question))
        return result.scalar() if result.returns_rows else None


def modes(folder: Path) -> dict[Path, tuple[int, int, int]]:
    way = [folder, *folder.parents]
    return {path: (path.stat().st_mode, path.stat().st_uid, path.stat().st_gid) for path in way}


def test_it_starts_keeps_what_was_written_and_ends(server: EmbeddedPostgres) -> None:
    ask(server.start(), "CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    assert not server.running
    assert ask(server.start(), "SELECT number FROM kept") == 7
    assert ask(server.url, "SELECT current_setting('data_checksums') || current_setting('fsync')") == "onon"
    assert ask(server.url, "SELECT lower('ÄB') || ' ' || current_setting('server_encoding')") == "äb UTF8"


def test_the_url_is_noted_for_the_owner_alone_and_forgotten_at_the_end(homes: Path) -> None:
    home = homes / "noted"
    server = EmbeddedPostgres(home)
    url = server.start()
    note = home / "database_url"
    assert (note.read_text().strip(), note.stat().st_mode & 0o777) == (url, 0o600)
    server.stop()
    assert not note.exists()


def test_two_run_side_by_side(server: EmbeddedPostgres, homes: Path) -> None:
    other = EmbeddedPostgres(homes / "other")
    try:
        ask(server.start(), "CREATE TABLE mine ()")
        assert ask(other.start(), "SELECT to_regclass('mine')") is None
    finally:
        other.stop()
    assert server.running


def test_no_existing_folder_is_opened_up_or_given_away(homes: Path) -> None:
    home = homes / "county" / "nested"
    home.parent.mkdir()
    before = modes(home.parent)
    server = EmbeddedPostgres(home)
    server.start()
    server.stop()
    assert modes(home.parent) == before


@pytest.mark.skipif(not AS_ROOT, reason="only root borrows another account")
def test_a_home_below_a_closed_folder_is_refused_by_name_and_nothing_is_made(homes: Path) -> None:
    closed = homes / "closed"
    closed.mkdir(mode=0o700)
    before = modes(closed)
    with pytest.raises(NotConfigured) as refusal:
        EmbeddedPostgres(closed / "county" / "home").start()
    assert refusal.value.key == "error.NotConfigured.home_closed"
    assert refusal.value.facts["folder"] == closed
    assert (modes(closed), list(closed.iterdir())) == (before, [])


def test_one_left_behind_by_a_killed_owner_is_taken_over(server: EmbeddedPostgres, homes: Path) -> None:
    url = server.start()
    owner = subprocess.run(
        [sys.executable, "-c", KILLED_OWNER, server._home], capture_output=True, text=True, check=False
    )
    assert (owner.returncode, owner.stdout.strip()) == (-signal.SIGKILL, url)
    successor = EmbeddedPostgres(server._home)
    assert successor.running
    assert successor.start() == url
    successor.stop()
    assert not server.running


def test_after_a_power_cut_it_recovers_what_was_committed(server: EmbeddedPostgres) -> None:
    ask(server.start(), "CREATE TABLE kept AS SELECT 7 AS number")
    postmaster = server._postmaster()
    assert postmaster is not None
    postmaster.kill()
    postmaster.wait()
    assert ask(server.start(), "SELECT number FROM kept") == 7


def test_a_number_taken_by_another_process_since_is_not_mistaken_for_the_server(server: EmbeddedPostgres) -> None:
    server.start()
    stale = (server._data / "postmaster.pid").read_text().splitlines()
    server.stop()
    (server._data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *stale[1:]]) + "\n")
    assert not server.running
    assert ask(server.start(), "SELECT 1") == 1


def test_a_long_home_moves_the_socket_and_only_the_socket(homes: Path) -> None:
    server = EmbeddedPostgres(homes / ("long" * 25))
    try:
        assert ask(server.start(), "SELECT 1") == 1
        assert server._socket_folder().parent == Path(tempfile.gettempdir())
        assert server._socket_folder().stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
        server._socket_folder().rmdir()


@pytest.mark.skipif(not AS_ROOT, reason="another account can only be tried as root")
def test_another_account_of_the_machine_gets_no_connection(server: EmbeddedPostgres) -> None:
    server.start()
    psql = ["psql", "-h", str(server._socket_folder()), "-U", "wangge", "-c", "SELECT 1", "wangge"]
    assert not server._programs.run(*psql), "the server's own account is no user of the database"


def test_it_runs_without_the_rights_of_root(server: EmbeddedPostgres) -> None:
    server.start()
    postmaster = server._postmaster()
    assert isinstance(postmaster, psutil.Process)
    assert postmaster.uids().real != 0
