"""PostgreSQL's own programs for copying a database: those on the PATH, else those that come along."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator

from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection

from deployments.postgres_programs import programs_folder
from models.errors import NotConfigured

JOBS = 2  # tables copied side by side


def run_client(program: str, connection: Connection, *arguments: str) -> None:
    """Run a program on the database of a connection. The password goes by the environment: arguments are public.

    :raises NotConfigured: when there is none that knows this server's version, or it fails.
    """
    ours = connection.connection.driver_connection
    if ours is None:
        raise NotConfigured(why="database_down")
    command = [_fitting(program, ours.info.server_version // 10_000), *arguments]
    target = make_conninfo(**{name: value for name, value in ours.info.get_parameters().items() if value})
    done = subprocess.run(
        [*command, "--no-password", f"--dbname={target}"],
        env={**os.environ, "PGPASSWORD": ours.info.password, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise NotConfigured(why="client_failed", program=program, problem=_last_line(done.stderr))


def _fitting(program: str, server: int) -> str:
    """A program at least as new as the server: an older one refuses, or leaves out what it doesn't know."""
    for path in _candidates(program):
        if _version(path) >= server:
            return path
    raise NotConfigured(why="client_missing", program=program, version=server)


def _candidates(program: str) -> Iterator[str]:
    on_path = shutil.which(program)
    if on_path:
        yield on_path
    yield str(programs_folder() / "bin" / program)


def _version(path: str) -> int:
    """The major version; 0 of what can't be run."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = re.search(r"(\d+)", said)
    return int(found[1]) if found else 0


def _last_line(said: str) -> str:
    return next((line for line in reversed(said.splitlines()) if line.strip()), "")
