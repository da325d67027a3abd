"""The flows on a small county of their own, committed to a real database, recorded by a throw-away Prefect server."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from prefect import Flow
from prefect.client.schemas.objects import State
from prefect.testing.utilities import prefect_test_harness
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from flows.forms import Form
from models.actions.reporting import Report, report
from models.database import engine
from models.queries.rulebook import Rulebook, rulebook
from models.settings import settings
from models.tables.issues import Issue
from models.vocabulary import Severity
from tests.conftest import fresh_database
from tests.county import COUNTY, at, load_small_county

RunFlow = Callable[[Flow[Any, Any], Form], State[object]]


@pytest.fixture(scope="package")
def prefect_server() -> Iterator[None]:
    """A Prefect server on a database that is thrown away; it takes ten seconds to start."""
    with prefect_test_harness(server_startup_timeout=90):
        yield


@pytest.fixture(scope="package")
def template(server_url: str) -> str:
    """A database with the small county, to be copied."""
    url = fresh_database(server_url, "wangge_flows")
    with Session(engine(url)) as session, session.begin():
        load_small_county(session)
    engine(url).dispose()
    return url


@dataclass(frozen=True)
class Town:
    """The small county in a database and a home of its own."""

    url: str
    home: Path

    @contextmanager
    def ledger(self) -> Iterator[tuple[Session, Rulebook]]:
        """A transaction that is committed."""
        with Session(engine(self.url), expire_on_commit=False) as session, session.begin():
            yield session, rulebook(session, COUNTY)

    def ask(self, question: str, **facts: object) -> list[Any]:
        """The rows of a statement; a single column comes as values."""
        with engine(self.url).begin() as connection:
            result = connection.execute(text(question), facts)
            rows = [tuple(row) for row in result] if result.returns_rows else []
        return [row[0] for row in rows] if rows and len(rows[0]) == 1 else rows

    def reported(
        self,
        when: str,
        *,
        grid: str | None = "east-1",
        severity: Severity = Severity.ORDINARY,
        recorded: datetime | None = None,
    ) -> Issue:
        """An issue raised at a local time, recorded then or later."""
        what = Report(grid, "lighting", severity, "楼道灯不亮", at(when), by="W01")
        with self.ledger() as (session, book):
            return report(session, book, what, now=recorded or at(when))

    def failing(self, unit: str, code: str = "P0001", *, times: int = 1_000_000) -> None:
        """From now on the night of a unit fails in the database, so many times."""
        (unit_id,) = self.ask("SELECT id FROM units WHERE key = :unit", unit=unit)
        self.ask("CREATE SEQUENCE failures")  # keeps counting though the transaction is rolled back
        self.ask(f"""
            CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('failures') > {times} THEN RETURN NEW; END IF;
                RAISE EXCEPTION 'the night is cursed' USING ERRCODE = '{code}';
            END $$""")
        self.ask(f"""
            CREATE TRIGGER fail BEFORE INSERT ON night_log FOR EACH ROW
            WHEN (NEW.community_id = {unit_id}) EXECUTE FUNCTION fail()""")

    def well_again(self) -> None:
        """The night fails no longer."""
        self.ask("DROP TRIGGER fail ON night_log")

    def nights(self) -> dict[str, datetime]:
        """The units by key that had a night, and when it ran."""
        rows = self.ask("SELECT u.key, n.ran_at FROM night_log n JOIN units u ON u.id = n.community_id")
        return dict(rows)


@pytest.fixture
def town(template: str, server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A copy of the small county, named to the flows by the environment."""
    name = f"flows_{uuid4().hex}"
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{make_url(template).database}"'))
        url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        for variable, value in {"DATABASE_URL": url, "HOME": str(tmp_path), "LOCALE": "zh_CN"}.items():
            monkeypatch.setenv(f"WANGGE_{variable}", value)
        monkeypatch.delenv("WANGGE_COUNTY", raising=False)
        settings.cache_clear()
        yield Town(url, tmp_path)
        engine(url).dispose()
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    settings.cache_clear()


@pytest.fixture
def run(prefect_server: None, town: Town) -> RunFlow:
    """Run a flow as a worker would, and give the state it ended in."""

    def run(flow: Flow[Any, Any], form: Form) -> State[object]:
        started: Callable[..., Coroutine[Any, Any, State[object]]] = flow
        return asyncio.run(started(form=form, return_state=True))

    return run
