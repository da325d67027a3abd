from collections.abc import Iterator
from pathlib import Path

import pytest

from models.settings import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WANGGE_LOCALE", "zh_CN")
    monkeypatch.setenv("WANGGE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()
