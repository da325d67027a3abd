"""What the surroundings say: environment variables with the prefix ``WANGGE_``."""

import os
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.errors import NotConfigured


def default_home() -> Path:
    """Where state lives: the user's data folder; for root, whose server runs as another account, a shared one."""
    return Path("/var/lib/wangge") if os.geteuid() == 0 else Path.home() / ".local" / "share" / "wangge"


class Settings(BaseSettings):
    """Validated once, at the first use."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", extra="ignore")

    home: Path = default_home()
    database_url: str | None = None
    prefect_port: int = 4200
    locale: Literal["zh_CN", "en"] = "zh_CN"
    county: str | None = None
    rehearsal: bool = False  # a database to try things in: its clock may run ahead
    room_key: SecretStr | None = None
    room_key_file: Path | None = None


@cache
def settings() -> Settings:
    """The process's settings."""
    return Settings()


def database_url(of: Settings) -> str:
    """The database's URL: ``WANGGE_DATABASE_URL``, else the one the owner of the embedded server wrote down.

    :raises NotConfigured: when there is neither.
    """
    if of.database_url:
        return of.database_url
    note = of.home / "database_url"
    if not note.exists():
        raise NotConfigured(why="database", home=of.home)
    return note.read_text(encoding="utf-8").strip()
