"""The schema's version: bringing a database to the newest one."""

from pathlib import Path

from alembic import command
from alembic.config import Config

ROOT = Path(__file__).parent.parent.parent


def alembic_config(url: str) -> Config:
    """Alembic's configuration for a database."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.set_main_option("script_location", str(ROOT / "models" / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the schema to its newest version."""
    command.upgrade(alembic_config(url), "head")
