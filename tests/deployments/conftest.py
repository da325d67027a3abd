import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from models.database import engine
from tests.deployments.cli_world import small_county


@pytest.fixture(scope="session")
def homes() -> Iterator[Path]:
    """A folder for homes which every account may pass through: pytest's own is closed to the embedded server's."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def river(server_url: str) -> str:
    """The small county, to be copied: that takes less time than making it anew."""
    url = small_county(server_url, "wangge_river")
    engine(url).dispose()
    return url


@pytest.fixture
def river_copy(server_url: str, river: str) -> Iterator[str]:
    name = f"wangge_river_copy_{os.getpid()}"
    with engine(server_url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f'CREATE DATABASE {name} TEMPLATE "{make_url(river).database}"'))
        own = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        yield own
        engine(own).dispose()
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
