import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models.settings import settings
from tasks.leftovers import clear, kept_long_enough

NOW = datetime.now(UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WANGGE_HOME", str(tmp_path))
    settings.cache_clear()
    for folder in ("inbox/done", "rejected"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "old.csv").touch()
    (tmp_path / "inbox" / "waiting.csv").touch()
    return tmp_path


def test_files_taken_in_or_set_aside_are_kept_as_long_as_the_policy_says(home: Path) -> None:
    assert kept_long_enough(90, NOW + timedelta(days=89)) == []
    due = kept_long_enough(90, NOW + timedelta(days=91))
    assert due == [home / "inbox" / "done" / "old.csv", home / "rejected" / "old.csv"]
    assert kept_long_enough(None, NOW + timedelta(days=9000)) == []


def test_a_file_just_moved_is_not_an_old_one_whatever_its_time_says(home: Path) -> None:
    file = home / "inbox" / "done" / "old.csv"
    os.utime(file, (0, 0))
    assert kept_long_enough(90, NOW) == []


def test_a_night_that_runs_ahead_of_the_clock_deletes_nothing(home: Path) -> None:
    assert clear(90, NOW + timedelta(days=91)) == 0
    assert (home / "rejected" / "old.csv").exists()


def test_what_is_old_is_deleted_and_nothing_else(home: Path) -> None:
    assert clear(0, datetime.now(UTC)) == 2
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["waiting.csv"]
    assert clear(0, datetime.now(UTC)) == 0
