"""Messages as files to read: ``<folder>/<county key>/<YYYY-MM-DD>/<person code>-<part>.md``."""

import os
import re
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from notifications.channel import DeliveryError

ADDRESS = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}/[0-9]{4}-[0-9]{2}-[0-9]{2}/[^\W_][\w.@-]{0,59}-[0-9]{1,9}")


class FolderChannel:
    """Writes each message to a file of its own, whole or not at all; nobody else may read it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, address: str, subject: str, body: str) -> None:
        """Write a message; the same address is the same file.

        :param address: ``<county key>/<YYYY-MM-DD>/<person code>-<part>``.
        :raises DeliveryError: permanent for anything else, else when the disk refuses.
        """
        if not ADDRESS.fullmatch(address):
            raise DeliveryError("address", permanent=True)
        try:
            _write(self.folder / f"{address}.md", f"{subject.strip()}\n\n{body}")
        except OSError as error:
            raise DeliveryError(error.strerror or type(error).__name__, permanent=False) from error


def _write(path: Path, text: str) -> None:
    for folder in reversed(path.parents[:3]):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = mkstemp(dir=path.parent, prefix=".", suffix=".part")  # with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
