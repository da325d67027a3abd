import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, select, text

from deployments.replay import page
from deployments.replay.database import KEPT, PREFIX, own_database
from deployments.replay.replaying import Replayed, Wanted, replay
from models.actions import messages
from models.database import engine, transaction
from models.errors import InvalidInput, NotConfigured
from models.queries.rulebook import rulebook
from models.tables.notices import Delivery
from tests.deployments.cli_world import Shell
from tests.deployments.replays import as_counted, counted_by_hand, elm, lived, wanted


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return elm(tmp_path_factory.mktemp("elm"))


@pytest.fixture(scope="module")
def fortnight(server_url: str, folder: Path) -> Replayed:
    return lived(server_url, folder)


@pytest.fixture
def facts(fortnight: Replayed) -> dict[str, Any]:
    return fortnight.facts


def databases(server_url: str) -> set[str]:
    with engine(server_url).connect() as connection:
        return set(connection.scalars(text(f"SELECT datname FROM pg_database WHERE datname LIKE '{PREFIX}%'")))


def test_every_night_is_as_counted_by_hand(facts: dict[str, Any]) -> None:
    assert as_counted(facts["nights"]) == counted_by_hand()


def test_every_row_is_accounted_for(facts: dict[str, Any]) -> None:
    came = {"rows": 12, "came_in": 7, "rejected": 3, "repeated": 1, "later": 1, "on_no_grid": 1}
    ended = {"closed": 4, "closed_in_time": 2, "closed_late": 2, "open": 3, "closed_after": 1, "never_closed": 2}
    assert facts["equation"] == came | ended | {"balanced": True}
    assert facts["agrees"] is True
    assert facts["findings"] == []


def test_rows_that_cannot_be_lived_are_named(facts: dict[str, Any]) -> None:
    assert facts["rejected"] == [
        {"line": 11, "faults": {"external_id": "clash"}},
        {"line": 12, "faults": {"grid": "unknown"}},
        {"line": 13, "faults": {"closed_at": "before_raised"}},
    ]
    assert facts["repeated"] == [10]


def test_an_hour_that_the_clocks_skip_moves_the_night_and_no_other(facts: dict[str, Any]) -> None:
    hours = {f"{each['night']:%m-%d}": f"{each['at']:%H:%M}" for each in facts["nights"]}
    assert {hours[day] for day in ("03-03", "03-07")} == {"07:30"}  # 02:30 in winter
    assert hours["03-08"] == "06:30"  # 01:30 in winter: there was no 02:30, which the clocks skipped
    assert {hours[day] for day in ("03-09", "03-16")} == {"06:30"}  # 02:30 in summer
    assert facts["odd_hours"] == [{"night": date(2020, 3, 8), "clock": "01:30"}]


def test_it_is_said_who_was_told(facts: dict[str, Any]) -> None:
    told = {
        (unit["key"], does): count for unit in facts["units"] for does, count in unit["to_it"].items() if does != "new"
    }
    above = {("elm", "remind"): 2, ("elm", "supervise"): 3, ("north", "tell"): 2, ("south", "supervise"): 1}
    blocks = {("n1", "remind"): 2, ("n2", "remind"): 3, ("s1", "remind"): 1}
    assert {key: count for key, count in told.items() if count} == above | blocks
    north = next(unit for unit in facts["units"] if unit["key"] == "north")
    standing = ("came_in", "closed_in_time", "closed_late", "open", "most_overdue")
    assert [north[name] for name in standing] == [5, 2, 1, 2, 1]
    assert (north["to"]["quarter"]["tell"], north["to"]["town"]["supervise"]) == (2, 2)


def test_rows_of_nights_and_units_add_up_to_the_nights(fortnight: Replayed) -> None:
    for night in fortnight.facts["nights"]:
        own = [row for row in fortnight.cells if row["night"] == night["night"]]
        for name in ("came_in", "closed_late", "open", "overdue", "steps", "remind", "supervise"):
            assert sum(row[name] for row in own) == night[name]
        assert sum(row["to_it_remind"] for row in own) == night["remind"]
        assert sum(row["tell_quarter"] for row in own) == night["to"]["quarter"]["tell"]


def test_the_watch_runs_when_something_is_due_and_never_else(facts: dict[str, Any]) -> None:
    assert facts["watches"] == 5  # 13:03 on the 3rd and the 9th; 01:30, 04:33 and 05:33 on the 8th
    assert facts["messages"] == {"digest": 14, "urgent": 5}


def test_two_reports_of_the_same_text_are_candidates_for_merging(facts: dict[str, Any]) -> None:
    assert facts["alike"] == {"groups": [["North-2020-0003", "North-2020-0004"]], "issues": 2, "while_open": 1}


def test_lived_again_it_is_the_same(server_url: str, folder: Path, fortnight: Replayed) -> None:
    again = lived(server_url, folder)
    assert (again.facts, again.cells, again.database) == (fortnight.facts, fortnight.cells, "")


def test_nothing_is_ever_sent(server_url: str, folder: Path) -> None:
    kept = replay(server_url, wanted(folder, 8), lambda *_: None, keep=True).database
    url = engine(server_url).url.set(database=kept).render_as_string(hide_password=False)
    try:
        with transaction(url) as session:
            county = rulebook(session, "elm").county.id
            late = wanted(folder).lines[5].fields["happened_at"]
            assert messages.to_send(session, county, late) == []
            assert session.scalars(select(Delivery.id)).all() == []
    finally:
        engine(url).dispose()
        drop(server_url, kept)


def drop(server_url: str, name: str) -> None:
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'DROP DATABASE "{name}"'))


@pytest.mark.parametrize("stopped_by", [KeyboardInterrupt, RuntimeError])
def test_a_replay_that_is_stopped_leaves_nothing_behind(server_url: str, stopped_by: type[BaseException]) -> None:
    made: list[str | None] = []

    def stopped() -> None:
        with own_database(server_url) as url, transaction(url):
            made.append(engine(url).url.database)
            assert set(made) <= databases(server_url)
            raise stopped_by

    with pytest.raises(stopped_by):
        stopped()
    assert not set(made) & databases(server_url)


def test_what_a_killed_one_left_the_next_one_clears_but_nothing_that_lives_or_is_kept(server_url: str) -> None:
    killed, spared = (f"{PREFIX}{name}_{os.getpid()}" for name in ("killed", "spared"))
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in (killed, spared):
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        connection.execute(text(f"COMMENT ON DATABASE \"{spared}\" IS '{KEPT}'"))
    with own_database(server_url) as living, own_database(server_url):
        assert killed not in databases(server_url)
        assert {spared, engine(living).url.database} < databases(server_url)
    drop(server_url, spared)


def test_without_the_right_to_make_databases_it_is_refused(server_url: str) -> None:
    url, role = engine(server_url).url, f"{PREFIX}poor_{os.getpid()}"
    if url.password:
        pytest.skip("on a server that asks for passwords nobody else can come in")
    top = create_engine(url.set(username="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with top.connect() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        poor = url.set(username=role).render_as_string(hide_password=False)
        with pytest.raises(NotConfigured, match="no_createdb"), own_database(poor):
            pass
        engine(poor).dispose()
        connection.execute(text(f"DROP ROLE {role}"))


def test_a_history_of_which_nothing_can_be_lived_is_refused(server_url: str, folder: Path) -> None:
    lived_of = wanted(folder)
    nothing = Wanted("x.csv", lived_of.lines[-2:], lived_of.pack)
    with pytest.raises(InvalidInput, match="nothing_to_live"):
        replay(server_url, nothing, lambda *_: None)
    before = Wanted("x.csv", lived_of.lines, lived_of.pack, until=date(2020, 3, 2))
    with pytest.raises(InvalidInput, match="no_night"):
        replay(server_url, before, lambda *_: None)


def test_the_command_writes_a_page_and_names_what_was_rejected(
    server_url: str, folder: Path, tmp_path: Path, fortnight: Replayed
) -> None:
    shell = Shell({"WANGGE_DATABASE_URL": server_url, "WANGGE_LOCALE": "en", "WANGGE_HOME": str(tmp_path)})
    asked = ("--pack", str(folder), "--mapping", str(folder / "map.yaml"), "--out", str(tmp_path / "page.html"))
    said = shell("replay", str(folder / "history.csv"), *asked, "--nights", "14")
    assert (said.code, said.err) == (3, "")  # three rows were rejected
    assert "12 rows = 7 came in + 3 rejected + 1 told twice + 1 raised after the last night" in said.out
    data = json.loads((tmp_path / "page.json").read_text("utf-8"))
    assert data["equation"] == fortnight.facts["equation"]
    assert len((tmp_path / "page.csv").read_text("utf-8").splitlines()) == 1 + len(fortnight.cells)
    assert "Line 12: grid: the county has no such thing" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_page_has_charts_no_scripts_and_nothing_residents_said(
    tmp_path: Path, locale: str, fortnight: Replayed
) -> None:
    page.write(tmp_path / "page.html", fortnight.facts, fortnight.cells, locale)
    written = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert set(written) == {"page.html", "page.json", "page.csv"}
    assert not [name for name, text_of in written.items() if "secret" in text_of]
    shown = written["page.html"]
    assert shown.count("<svg") == 3
    assert "<script" not in shown
    assert "http" not in shown.replace("http://www.w3.org/", "")
    assert ("7 came in" if locale == "en" else "收进 7") in shown
    assert "01:30" in shown


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_lived(folder: Path, tmp_path: Path) -> None:
    shell = Shell({"WANGGE_LOCALE": "en", "WANGGE_DATABASE_URL": "postgresql+psycopg://nobody@localhost:1/none"})
    asked = ("replay", str(folder / "history.csv"), "--pack", str(folder), "--mapping", str(folder / "map.yaml"))
    assert "name it like replay.html" in shell.refused(*asked, "--out", str(tmp_path / "x.json"), code=3)
    assert "No such file" in shell.refused(*asked, "--out", str(tmp_path / "none" / "x.html"), code=3)
    assert "not both" in shell.refused(*asked, "--nights", "3", "--until", "2020-03-05", code=3)
