"""The morning after: each person's messages as files one can read."""

import stat
from datetime import timedelta

import pytest

from tests.system.operator import System

pytestmark = pytest.mark.timeout(300)


DIGESTS = """
    SELECT p.code || '-' || m.part || '.md' FROM messages m JOIN people p ON p.id = m.person_id
    WHERE m.kind = 'digest' AND m.on_date = :day ORDER BY 1"""


def test_the_morning_is_written_and_sent_to_readable_files(system: System) -> None:
    system.hush()
    morning = system.tonight().replace(hour=7, minute=45)
    composed = system.run("morning", now=morning)
    assert composed.state is not None
    digests = system.ask(DIGESTS, day=morning.date())
    assert len(digests) > 10
    assert (composed.state.message or "").startswith(f"{len(digests)} 人收到今晨消息")
    sent = system.run("dispatch", now=morning + timedelta(minutes=15))
    assert sent.state is not None
    assert sent.state.is_completed(), sent.state.message
    for name in digests:
        (file,) = (system.home / "messages").glob(f"*/{morning.date()}/{name}")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        subject, _, body = file.read_text(encoding="utf-8").partition("\n")
        assert "您有" in subject
        assert "您好" in body
        assert "1. " in body
