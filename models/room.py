"""The keys of the private room: sealing what only some may read, and finding it without reading.

Each value is sealed by AES-256-GCM with a nonce of its own, bound to the row and column it stands in: moved elsewhere
it does not open. Found is a value by its HMAC-SHA256. Both keys are derived (HKDF) from the one that is kept; a sealed
value begins with the id of its key, so that a new key can take over while old ones still open.
"""

import hmac
import os
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from models.errors import NotConfigured
from models.settings import Settings, settings

LENGTH = 32
"""Bytes of a key."""
ID = 4
"""Bytes of the id of a key, with which a sealed value begins."""
NONCE = 12  # bytes, as NIST SP 800-38D has it for GCM
PRIVATE = 0o600
OTHERS = 0o077


class _Key:
    """One key, and what is derived from it."""

    def __init__(self, kept: bytes) -> None:
        self.id = _derived(kept, b"wangge room key id", ID)
        self.sealing = AESGCM(_derived(kept, b"wangge room sealing", LENGTH))
        self.finding = _derived(kept, b"wangge room finding", LENGTH)


class Room:
    """What is needed to go in: the key that seals, and any earlier ones that still open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {key.id: key for key in map(_Key, keys)}
        self._current = next(iter(self._keys.values()))

    def __repr__(self) -> str:
        """By the ids of its keys alone."""
        return f"Room({', '.join(each.hex() for each in self._keys)})"

    @property
    def current(self) -> bytes:
        """The id of the key that seals."""
        return self._current.id

    @property
    def known(self) -> frozenset[bytes]:
        """The ids of all keys."""
        return frozenset(self._keys)

    def seal(self, column: str, row_id: int, value: str) -> bytes:
        """Seal a value for a column of a row."""
        nonce = os.urandom(NONCE)
        return self._current.id + nonce + self._current.sealing.encrypt(nonce, value.encode(), _place(column, row_id))

    def unseal(self, column: str, row_id: int, sealed: bytes) -> str:
        """The value of a column of a row.

        :raises NotConfigured: it was sealed with a key that is not here, or is not what was sealed for this place.
        """
        key = self._keys.get(bytes(sealed[:ID]))
        if key is None:
            raise NotConfigured(why="room_key_other", key=bytes(sealed[:ID]).hex())
        try:
            opened = key.sealing.decrypt(sealed[ID : ID + NONCE], sealed[ID + NONCE :], _place(column, row_id))
        except (InvalidTag, ValueError):  # the latter of what is too short to be a sealed value
            raise NotConfigured(why="room_tampered", column=column, row=row_id) from None
        return opened.decode()

    def mark(self, kind: str, county_id: int, value: str) -> bytes:
        """What a value of a kind is found by in a county."""
        return _mark(self._current, kind, county_id, value)

    def marks(self, kind: str, county_id: int, value: str) -> list[bytes]:
        """What it may be found by while a new key takes over."""
        return [_mark(key, kind, county_id, value) for key in self._keys.values()]


def opened() -> Room:
    """The room of the settings.

    :raises NotConfigured: there is no key, or it can't be read.
    """
    of = settings()
    return _opened(_written(of), str(source(of)))


@cache
def _opened(written: str, where: str) -> Room:
    return Room(_read(written, where))


def source(of: Settings) -> Path | str:
    """Where the key is kept: the variable by its name, or the file."""
    return "WANGGE_ROOM_KEY" if of.room_key else key_file(of)


def key_file(of: Settings) -> Path:
    """The file of the key: the one named, else ``room.key`` in the home."""
    return of.room_key_file or of.home / "room.key"


def open_to_others(of: Settings) -> bool:
    """Whether others than its owner may read the file of the key."""
    return not of.room_key and bool(stat.S_IMODE(key_file(of).stat().st_mode) & OTHERS)


def new_key() -> str:
    """A key as it is written down."""
    return urlsafe_b64encode(os.urandom(LENGTH)).decode()


def make_key(of: Settings) -> bool:
    """Write a key into the home, for its owner alone, unless there is one.

    :return: whether it was made.
    """
    if of.room_key or key_file(of).exists():
        return False
    write_keys(key_file(of), [new_key()])
    return True


def write_keys(file: Path, keys: Sequence[str]) -> None:
    """Write the file of the keys, the one that seals first: as a whole, for its owner alone."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w", encoding="ascii") as out:
        out.write("".join(f"{each}\n" for each in keys))
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)  # or a key with which something is sealed already could go with the power
    os.close(folder)


def written_keys(file: Path) -> list[str]:
    """The keys of a file as they are written."""
    return file.read_text(encoding="ascii").split()


def _written(of: Settings) -> str:
    if of.room_key:
        return of.room_key.get_secret_value()
    file = key_file(of)
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        raise NotConfigured(why="room_key", file=file) from None
    except (OSError, UnicodeError):
        raise NotConfigured(why="room_key_unreadable", where=file) from None


def _read(written: str, where: str) -> list[bytes]:
    """The keys written, which may stand beside each other or in lines; an error holds nothing of them."""
    try:
        keys = [urlsafe_b64decode(each) for each in written.split()]
    except (NotBase64, ValueError):
        keys = []
    if not keys or any(len(each) != LENGTH for each in keys):
        raise NotConfigured(why="room_key_unreadable", where=where)
    return keys


def _derived(kept: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(kept)


def _place(column: str, row_id: int) -> bytes:
    return f"{column}:{row_id}".encode()


def _mark(key: _Key, kind: str, county_id: int, value: str) -> bytes:
    return hmac.digest(key.finding, f"{kind}:{county_id}:{value}".encode(), "sha256")
