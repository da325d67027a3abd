"""The morning after: each person's messages as files one can read."""

import stat
from datetime import timedelta

import pytest

from tests.system.operator import System

pytestmark = pytest.mark.timeout(300)


def test_the_morning_is_written_and_sent_to_readable_files(system: System) -> None:
    night = system.tonight()
    morning = night.replace(hour=7, minute=45)
    composed = system.run("morning", now=morning)
    assert composed.state is not None
    assert composed.state.is_completed(), composed.state.message
    (people,) = system.ask("SELECT count(DISTINCT person_id) FROM messages WHERE on_date = :day", day=night.date())
    assert (composed.state.message or "").startswith(f"{people} 人收到今晨消息")
    assert people > 10
    sent = system.run("dispatch", now=morning + timedelta(minutes=15))
    assert sent.state is not None
    assert sent.state.is_completed(), sent.state.message
    files = sorted((system.home / "messages" / str(night.date())).iterdir())
    assert len(files) == people
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        first, _, rest = file.read_text(encoding="utf-8").partition("\n")
        assert "您有" in first
        assert "您好" in rest
        assert "1. " in rest
