"""The embedded PostgreSQL 18, for a county that runs no database server of its own.

The programs come with a wheel, the data lies below the home folder, clients come in over a unix socket. As root the
server runs as an existing account without rights, and no existing folder is opened up for it.
"""

import hashlib
import os
import pwd
import shlex
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from deployments.interrupts import INTERRUPTS
from deployments.postgres_programs import VERSION, Programs, account_for, first_closed
from models.errors import NotConfigured

DATABASE = "wangge"
PORT = 5432  # names the socket; nothing listens on the network
LONGEST_SOCKET_FOLDER = 90  # bytes; the kernel allows 107 together with the socket's own name
START_SECONDS = 120.0  # a recovery after a power cut may take a while
ATTEMPTS = 10  # a second apart

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",  # solid state
    "jit": "off",  # many short statements
    "log_error_verbosity": "terse",  # the details of an error are somebody's rows
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedPostgres:
    """One server below one home. Who starts it ends it; one left behind by a killed owner is taken over."""

    name = "postgres"

    def __init__(self, home: Path) -> None:
        self._home = home.absolute()
        self._folder = self._home / "postgres"
        self._data = self._folder / str(VERSION)
        self._log = self._home / "logs" / "postgres.log"
        self._account = account_for(self._data)
        self._programs = Programs(self._account, self._folder, self._log)

    @property
    def running(self) -> bool:
        """Whether the server of this very data folder lives, whoever started it."""
        return self._postmaster() is not None

    @property
    def url(self) -> str:
        """Where the database ``wangge`` is reached; for SQLAlchemy with psycopg."""
        folder = quote(str(self._socket_folder()), safe="/")
        return f"postgresql+psycopg://{DATABASE}@/{DATABASE}?host={folder}&port={PORT}"

    def start(self) -> str:
        """Start or take over the server, make role and database if they are missing, note the URL down and return it.

        :raises NotConfigured: when the account can't reach the home folder, or the server doesn't come up.
        """
        self.make_home()
        self._make_folders()
        self._initialise()
        if not self.running:
            self._launch()
        self._await_connections()
        self._make_database()
        self._note_url()
        return self.url

    def stop(self) -> None:
        """End the server (open sessions are cut, nothing committed is lost) and forget the URL."""
        (self._home / "database_url").unlink(missing_ok=True)
        if self.running:
            self._programs.demand("pg_ctl", "stop", "-D", self._data, "-m", "fast", "-w", "-t", "60")

    def make_home(self) -> None:
        """Make the home folder if it's missing; let the server's account pass through it, but see nothing.

        :raises NotConfigured: when the account can't reach it.
        """
        self._demand_open_way()
        if not self._home.exists():
            self._home.mkdir(parents=True)
            self._home.chmod(0o711 if self._account else 0o700)
            self._demand_open_way()

    def _make_folders(self) -> None:
        self._log.parent.mkdir(mode=0o750, exist_ok=True)
        for folder in (self._folder, self._socket_folder()):
            self._make_private(folder)

    def _demand_open_way(self) -> None:
        """Folders that exist keep their modes: one closed to the server's account is for a person to judge."""
        if self._account and (closed := first_closed(self._home, self._account)):
            raise NotConfigured(why="home_closed", folder=closed, account=self._account.pw_name, home=self._home)

    def _make_private(self, folder: Path) -> None:
        owner = self._account.pw_uid if self._account else os.geteuid()
        if not folder.exists():
            folder.mkdir(mode=0o700)
            os.chown(folder, owner, -1)
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise NotConfigured(why="folder_foreign", folder=folder, home=self._home)

    def _socket_folder(self) -> Path:
        folder = self._folder / "run"
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER:
            return folder
        digest = hashlib.sha256(os.fsencode(self._home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"wangge-{digest}"

    def _initialise(self) -> None:
        """Make the data folder under another name first: an interrupted initdb leaves nothing half done."""
        if self._data.exists():
            return
        fresh = self._data.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        locale = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        access = ("--username=postgres", "--auth-local=peer", "--auth-host=reject")
        with INTERRUPTS.held():
            self._programs.demand("initdb", "-D", fresh, *locale, *access)
        # Only the owner's system account gets in, as any role: no password to keep, and nobody else of the machine.
        (fresh / "pg_hba.conf").write_text("local all all peer map=owner\n", encoding="utf-8")
        (fresh / "pg_ident.conf").write_text(f"owner {pwd.getpwuid(os.geteuid()).pw_name} all\n", encoding="utf-8")
        fresh.rename(self._data)

    def _launch(self) -> None:
        self._clear_mistaken_number()
        settings = SETTINGS | {"unix_socket_directories": str(self._socket_folder())}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        # pg_ctl returns once the server has noted its number down or died: no interrupt may come in between.
        with INTERRUPTS.held():
            self._programs.run("pg_ctl", "start", "-D", self._data, "-w", "-t", "3", "-o", options)

    def _clear_mistaken_number(self) -> None:
        """After a power cut another process (or a dead one nobody has buried) may carry the number noted.

        PostgreSQL would take it for a server. Otherwise the note stays: it helps to keep a new server from starting
        beside the last sessions of a killed one.
        """
        if self._noted() and not self.running:
            for note in (self._data / "postmaster.pid", self._socket_folder() / f".s.PGSQL.{PORT}.lock"):
                note.unlink(missing_ok=True)

    def _postmaster(self) -> psutil.Process | None:
        process = self._noted()
        try:
            ours = process and process.name() == "postgres" and Path(process.cwd()).samefile(self._data)
        except (OSError, psutil.Error):
            return None
        return process if ours else None

    def _noted(self) -> psutil.Process | None:
        """The live process of the number in the pid file, whatever it is."""
        try:
            return psutil.Process(int((self._data / "postmaster.pid").read_text(encoding="utf-8").split()[0]))
        except (OSError, IndexError, ValueError, psutil.NoSuchProcess):
            return None

    def _await_connections(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._connect("postgres").close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise NotConfigured(why="postgres_silent", log=self._log) from error
            time.sleep(0.1)
            if not self.running:
                self._launch_again()

    def _launch_again(self) -> None:
        """The sessions of a server killed a moment ago may still be ending: it refuses to start beside them."""
        for _ in range(ATTEMPTS):
            time.sleep(1)
            self._launch()
            if self.running:
                return
        raise NotConfigured(why="postgres_silent", log=self._log)

    def _connect(self, role: str) -> psycopg.Connection:
        folder = str(self._socket_folder())
        return psycopg.connect(host=folder, port=PORT, user=role, dbname="postgres", autocommit=True, connect_timeout=5)

    def _make_database(self) -> None:
        name = sql.Identifier(DATABASE)
        with self._connect("postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(name))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))

    def _note_url(self) -> None:
        fresh = self._home / "database_url.new"
        fresh.touch(mode=0o600)
        fresh.write_text(self.url + "\n", encoding="utf-8")
        fresh.replace(self._home / "database_url")
