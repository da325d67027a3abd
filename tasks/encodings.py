"""In which characters a file is written: told by whoever sent it, or found out, never taken for granted."""

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass

from charset_normalizer import from_bytes

GB, UTF_16 = "gb18030", ("utf_16_le", "utf_16_be")
"""What else spreadsheets and offices here save as; every other guess would be wrong more often than right."""
BOMS = {BOM_UTF8: "utf-8-sig", BOM_UTF16_LE: "utf-16", BOM_UTF16_BE: "utf-16"}
SHOWN = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "gb18030": "GB 18030",
    "utf-16": "UTF-16 (BOM)",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
}
NULS = 8
"""Of so many bytes one is NUL only in UTF-16: texts hardly have any."""


@dataclass(frozen=True)
class Decoded:
    """The text of a file, and the encoding it was read in, as Python calls it."""

    text: str
    encoding: str

    @property
    def shown(self) -> str:
        """The encoding as people call it."""
        return SHOWN.get(self.encoding, self.encoding)


def decoded(written: bytes, fixed: str | None = None) -> Decoded:
    """The text of a file.

    :param fixed: the encoding it is said to be in; a byte order mark of UTF-8 is passed over.
    :raises UnicodeDecodeError: when that can't be, or none is plausible.
    """
    encoding = fixed or _found(written)
    if encoding.replace("_", "-") == "utf-8" and written.startswith(BOM_UTF8):
        encoding = "utf-8-sig"
    return Decoded(written.decode(encoding), encoding.replace("_", "-"))


def _found(written: bytes) -> str:
    """By its mark; strictly UTF-8; else what the library holds likeliest of the plausible ones."""
    marked = next((encoding for bom, encoding in BOMS.items() if written.startswith(bom)), None)
    if marked:
        return marked
    if written.count(b"\0") * NULS <= len(written) and _is_utf8(written):
        return "utf-8"
    # In UTF-16 every comma and line end has a NUL beside it: without one, a short text is not taken for that.
    plausible = [GB, *(UTF_16 if b"\0" in written else ())]
    best = from_bytes(written, cp_isolation=plausible).best()
    return best.encoding if best else "utf-8"  # which then says where it is not


def _is_utf8(written: bytes) -> bool:
    try:
        written.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
