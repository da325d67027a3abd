import stat
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from deployments import room_key
from models import room
from models.actions import resealing
from models.actions.households import register_households
from models.actions.reporters import remember_reporters
from models.database import engine
from models.errors import NotConfigured
from models.queries import reporters, residents
from models.queries.rulebook import rulebook
from models.rules.households import Reporter
from models.settings import Settings, settings
from tests.county import at, reported
from tests.deployments.cli_world import Shell, small_county
from tests.residents import FIRST, LI, SECOND

NOW = at("2026-03-05 09:00")


@pytest.fixture
def url(server_url: str) -> str:
    return small_county(server_url, "wangge_room_key")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def of(url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("WANGGE_HOME", str(home))
    monkeypatch.setenv("WANGGE_DATABASE_URL", url)
    settings.cache_clear()
    return settings()


@pytest.fixture
def wangge(of: Settings, url: str) -> Shell:
    return Shell({"WANGGE_DATABASE_URL": url, "WANGGE_HOME": str(of.home)})


def kept(of: Settings, url: str) -> None:
    """The key as the owner makes it, and people sealed with it."""
    room_key.keep_a_key(of, url, lambda *_, **__: None)
    with Session(engine(url)) as session, session.begin():
        book = rulebook(session, None)
        register_households(session, book.county, [FIRST, SECOND], now=at("2026-03-02 09:00"))
        issue = reported(session, book, "2026-03-03 09:00")
        remember_reporters(session, book.county, {issue.id: Reporter("孙梅", "13700137003")}, now=NOW)


def all_open(url: str) -> set[str]:
    """The names of all residents, found by the key there is now, and the ids of the keys they are sealed with."""
    with Session(engine(url)) as session:
        keys = room.opened()
        (found,) = residents.by_phone(session, keys, rulebook(session, None).county.id, LI.phone or "")
        assert residents.person_of(keys, found) == LI
        (raised,) = reporters.raised_with(
            session, keys.marks("phone", rulebook(session, None).county.id, "13700137003")
        )
        assert reporters.reporter_of(keys, raised) == Reporter("孙梅", "13700137003")
        return {each.hex() for each in residents.sealed_with(session)}


def finding(wangge: Shell) -> str:
    (line,) = (line for line in wangge("doctor").out.splitlines() if "居民信息" in line)
    return line


def test_the_owner_makes_a_key_for_itself_alone_and_only_once(of: Settings, url: str, home: Path) -> None:
    kept(of, url)
    file = home / "room.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_text()
    room_key.keep_a_key(of, url, lambda *_, **__: None)
    assert file.read_text() == before


def test_a_lost_key_is_told_and_not_made_up_for_by_another(of: Settings, url: str, home: Path) -> None:
    kept(of, url)
    (home / "room.key").unlink()
    told: list[str] = []
    room_key.keep_a_key(of, url, lambda key, **_: told.append(key))
    assert told == ["no_room_key"]
    assert not (home / "room.key").exists()


def test_a_new_key_takes_over_and_the_old_one_is_put_aside(of: Settings, url: str, home: Path, wangge: Shell) -> None:
    kept(of, url)
    (before,) = all_open(url)
    old = (home / "room.key").read_text()
    assert "重新封了 4 行" in wangge.fine("room", "rotate")
    (after,) = all_open(url)
    assert before != after
    (aside,) = home.glob("room.key.before-*")
    assert (aside.read_text(), stat.S_IMODE(aside.stat().st_mode)) == (old, 0o600)
    assert old.strip() not in (home / "room.key").read_text()
    assert "换钥匙" in wangge.fine("room", "reads", "--all")


def test_a_rotation_killed_half_way_goes_on_where_it_was(
    of: Settings, url: str, home: Path, wangge: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(of, url)
    monkeypatch.setattr(resealing, "AT_ONCE", 1)

    def killed(rows: int) -> None:
        if rows == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        room_key.rotate(of, NOW, killed)
    assert len(all_open(url)) == 2
    assert "换钥匙没有做完" in finding(wangge)
    assert room_key.rotate(of, NOW, lambda _: None)[0] == 2
    assert len(all_open(url)) == 1
    assert len(room.written_keys(home / "room.key")) == 1


def test_two_who_begin_at_once_make_one_new_key(of: Settings, url: str, home: Path) -> None:
    kept(of, url)
    before = (home / "room.key").read_text()
    with ThreadPoolExecutor() as pool:
        with Session(engine(url)) as session, session.begin():
            resealing.hold_rooms(session)
            both = [pool.submit(room_key.rotate, of, NOW, lambda _: None) for _ in range(2)]
            assert wait(both, timeout=0.3).not_done == set(both)
            assert (home / "room.key").read_text() == before
        assert max(each.result()[0] for each in both) == 4
    assert len(all_open(url)) == 1
    assert before in "".join(aside.read_text() for aside in home.glob("room.key.before-*"))


def test_who_comes_too_late_to_put_the_old_keys_aside_leaves_them_there(of: Settings, url: str, home: Path) -> None:
    kept(of, url)
    old = (home / "room.key").read_text()
    room_key.rotate(of, NOW, lambda _: None)
    assert room_key._put_aside(home / "room.key").read_text() == old


def test_where_the_variable_gives_the_keys_the_first_takes_over(of: Settings, url: str, home: Path) -> None:
    kept(of, url)
    old, new = (home / "room.key").read_text().strip(), room.new_key()
    shell = Shell({"WANGGE_DATABASE_URL": url, "WANGGE_ROOM_KEY": f"{new} {old}"})
    assert "从 WANGGE_ROOM_KEY 里去掉" in shell.fine("room", "rotate")
    found = Shell({"WANGGE_DATABASE_URL": url, "WANGGE_ROOM_KEY": new}).fine(
        "resident", "find", "--phone", "13800138001"
    )
    assert "H-1" in found


def test_the_doctor_says_what_is_wrong_with_the_key(of: Settings, url: str, home: Path, wangge: Shell) -> None:
    assert "还没有钥匙" in finding(wangge)
    kept(of, url)
    assert "打得开" in finding(wangge)
    file, right = home / "room.key", (home / "room.key").read_text()
    file.chmod(0o640)
    assert "chmod 600" in finding(wangge)
    file.chmod(0o600)
    file.write_text(room.new_key())
    assert "另一把钥匙" in finding(wangge)
    file.write_text("no key at all")
    assert "不是钥匙" in finding(wangge)
    file.unlink()
    assert "钥匙不在" in finding(wangge)
    file.write_text(right)
    assert right.strip() not in wangge("doctor", "--json").out


def test_a_key_in_a_file_of_its_own_is_used(of: Settings, url: str, home: Path, tmp_path: Path) -> None:
    kept(of, url)
    elsewhere = tmp_path / "secret"
    (home / "room.key").rename(elsewhere)
    asked = {"WANGGE_DATABASE_URL": url, "WANGGE_HOME": str(home), "WANGGE_ROOM_KEY_FILE": str(elsewhere)}
    assert "H-1" in Shell(asked).fine("resident", "find", "--phone", "13800138001")


def test_what_the_database_says_of_an_error_holds_nobodys_row(url: str) -> None:
    with pytest.raises(Exception, match="null value") as error, engine(url).connect() as connection:
        connection.execute(text("INSERT INTO people (county_id, code, name) VALUES (1, NULL, '孙梅')"))
    assert "孙梅" not in f"{error.value}{error.value.__cause__}".replace(str(error.value.statement), "")  # type: ignore[attr-defined]


def test_without_a_key_there_is_nothing_to_rotate(of: Settings) -> None:
    with pytest.raises(NotConfigured):
        room_key.rotate(of, NOW, lambda _: None)
