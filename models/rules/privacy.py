"""Numbers that lead to a person: how they are written, whether one can be right, and where they stand in a text.

A telephone number is kept as its digits, from abroad with a ``+``; an identity number as GB 11643 writes it: 17 digits
and a digit or X that checks them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import pairwise
from unicodedata import decimal, normalize

CHINA = "Asia/Shanghai"
"""Of a county in this zone the identity numbers are China's; of any other, whatever is written on papers there."""
SHOWN = 4
"""How many characters at the end of a number may be shown."""
_CROSS = chr(0xD7)  # as one blacks out in print
STRUCK = 3 * _CROSS
"""What stands in a text where a name was."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999, 2**(18 - n) modulo 11
_CHECKS = "10X98765432"
_FIRST_GENERATION = 15
_GENERATION = 18
_SHORTEST, _LONGEST = 7, 15  # of telephone numbers: without an area code; E.164
_ABROAD = range(4, 41)  # characters of an identity number of anywhere
_LONG = 7  # a run of digits that long is nobody's house number
_DASHES = r"\-\u2010-\u2015\u2212\uff0d\u30fc"
_GAPS = rf" .()\u00a0\u3000\uff08\uff09\u200b-\u200d\u2060\ufeff{_DASHES}"
_PARTING = r"_/*~\u00b7\t\r\n"  # in a text; in a field of its own they may part two numbers
_BETWEEN = f"[{_GAPS}{_PARTING}]"

_RUN = re.compile(rf"\+?\d+(?:{_BETWEEN}{{1,3}}\d+)*(?:{_BETWEEN}{{0,3}}[xX])?")
_GROUP = re.compile(r"\d+[xX]?|[xX]")
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}")
_AREA = re.compile(r"0(?:10|2\d|[3-9]\d\d)")
_AFTER_AREA = ([7], [8], [3, 4], [4, 3], [4, 4])  # sizes of groups
_HOTLINE = re.compile(r"[48]00\d{7}")
_SPELT_ABROAD = [3, 3, 4]
_SPELT_ID = ([6, 8, 4], [6, 4, 4, 4])
_MOST_GROUPS = 20
_SPACES = r"\s+"
# Digits in words, zero in two ways, one also as it is said over the telephone; X and + in full width.
_WORDS = (0x3007, 0x96F6, 0x4E00, 0x5E7A, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D)
_SPELT = dict(zip((*_WORDS, 0xFF38, 0xFF58, 0xFF0B), "001123456789Xx+", strict=True))


def plain_name(written: str) -> str:
    """A name as it is compared: full width as half width, one space at most between its parts."""
    return " ".join(normalize("NFKC", written).split())


def plain_phone(written: str) -> str:
    """A telephone number as its digits, without the country code where it is China's; whether right or not."""
    said = re.sub(f"[{_GAPS}]", "", normalize("NFKC", written).strip())
    bare = re.sub(r"^(?:\+|00)86(?=\d)|^86(?=1[3-9]\d{9}$)", "", said)
    return re.sub(r"^00(?=[1-9])", "+", bare)


def phone_fault(number: str) -> str | None:
    """Why a number in plain form is no telephone number, as the key of the sentence; None when it may be one."""
    return None if re.fullmatch(rf"\+?[0-9]{{{_SHORTEST},{_LONGEST}}}", number) else "phone"


def plain_id(written: str, *, chinese: bool = True) -> str:
    """An identity number in plain form, whether right or not; China's of the first generation as it reads today."""
    said = re.sub(f"[{_GAPS}]", "", normalize("NFKC", written).strip()).upper()
    if chinese and len(said) == _FIRST_GENERATION and said.isascii() and said.isdigit():
        longer = f"{said[:6]}19{said[6:]}"  # given out until 1999
        return longer + _check(longer)
    return said


def id_fault(number: str, *, chinese: bool = True) -> str | None:
    """Why a number in plain form is no identity number, as the key of the sentence; None when it is right."""
    if not chinese:
        return None if len(number) in _ABROAD else "id_length"
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return "id_form"
    if _born(number) is None:
        return "id_birth"
    return None if number[-1] == _check(number) else "id_check"


def tail(number: str) -> str:
    """The last four: what may be shown of a number, however it is written."""
    return re.sub(r"[^0-9X]", "", normalize("NFKC", number).upper().translate(_SPELT))[-SHOWN:]


def _born(number: str) -> date | None:
    """The birthday an identity number holds; None when there is no such day."""
    try:
        return date.fromisoformat(number[6:14])
    except ValueError:
        return None


def _check(number: str) -> str:
    """The last character, by the 17 digits before it."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % len(_CHECKS)]


def traceable(text: str) -> Iterator[tuple[int, int]]:
    """Where in a text stand numbers by which somebody could be rung up or identified: from, and up to, not including.

    Long runs of digits, and the ways telephone and identity numbers are spaced out; dates and numbers of issues are
    none. Digits of any width and script count, and those written in words.
    """
    digits = "".join(map(_digit, text.translate(_SPELT)))
    for run in _RUN.finditer(digits):
        groups = [(found.start() + run.start(), found.end() + run.start()) for found in _GROUP.finditer(run[0])]
        yield from _joined(_traceable_groups(digits, run.start(), groups))


def masked(text: str, instead: str | Callable[[str], str]) -> str:
    """A text without the numbers that lead to a person.

    :param instead: what stands in their place, or what makes it of each.
    """
    return _replaced(text, traceable(text), instead)


def tails_only(text: str) -> str:
    """A text in which of each number that leads to a person the last four are left."""
    return masked(text, lambda number: 4 * _CROSS + tail(number))


def struck(text: str, names: Iterable[str], numbers: Iterable[str] = ()) -> str:
    """A text without a person: their names, and their numbers however they are spaced out.

    :param names: one of a single character is left where it is: it is a word of many others.
    :param numbers: in plain form.
    """
    own = set(numbers)
    spans = [span for span in traceable(text) if own & _plain_forms(text[slice(*span)])]
    text = _replaced(text, spans, STRUCK)
    for name in sorted({*names}, key=len, reverse=True):
        if len(name) > 1:
            text = re.sub(_as_written(name), STRUCK, text, flags=re.IGNORECASE)
    return text


def kept(written: str, names: Iterable[str]) -> str:
    """What staff wrote about somebody, as it may be kept: without some names, of numbers the last four."""
    return tails_only(struck(written, names))


def _plain_forms(written: str) -> set[str]:
    said = re.sub(f"[{_PARTING}]", "", written)
    return {plain_phone(said), plain_id(said)}


def may_have_been(struck_out: str, said: str) -> bool:
    """Whether a text from which somebody may have been struck out could have been these words."""
    first, *others = struck_out.split(STRUCK)
    if not others or not said.startswith(first):
        return struck_out == said
    place = len(first)
    for piece in others[:-1]:
        found = said.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return said.endswith(others[-1]) and len(said) - len(others[-1]) >= place


def _as_written(name: str) -> str:
    """The ways a name is written: with spaces between its characters, or as a word of its own in Latin letters."""
    if name.isascii():
        return rf"\b{_SPACES.join(re.escape(each) for each in name.split())}\b"
    return r"\s*".join(re.escape(each) for each in name if not each.isspace())


def _digit(character: str) -> str:
    value = decimal(character, None)
    return character if value is None else str(value)


def _traceable_groups(digits: str, start: int, groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans of a run that lead to a person: a long group, or neighbours that make up a number together."""
    for first, (at, _) in enumerate(groups):
        for last in range(first, min(len(groups), first + _MOST_GROUPS)):
            own = groups[first : last + 1]
            if _leads_to_somebody([digits[slice(*each)] for each in own], abroad=digits[start] == "+" and not first):
                yield (start if not first else at), own[-1][1]


def _leads_to_somebody(groups: list[str], *, abroad: bool) -> bool:
    number, sizes = "".join(groups), [len(each) for each in groups]
    if len(groups) == 1 and sizes[0] >= _LONG:
        return True
    if any(each[-1] in "xX" for each in groups[:-1]):
        return False
    return bool(
        _MOBILE.fullmatch(number)
        or _HOTLINE.fullmatch(number)
        or (_AREA.fullmatch(groups[0]) and sizes[1:] in _AFTER_AREA)
        or sizes == _SPELT_ABROAD
        or (abroad and _SHORTEST <= len(number) <= _LONGEST)
        or (len(number) == _GENERATION and id_fault(number.upper()) is None)
        or (sizes in _SPELT_ID and _born(number) is not None)
    )


def _joined(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Spans that overlap as one, in order."""
    told: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if told and start < told[-1][1]:
            told[-1] = (told[-1][0], max(end, told[-1][1]))
        else:
            told.append((start, end))
    yield from told


def _replaced(text: str, spans: Iterable[tuple[int, int]], instead: str | Callable[[str], str]) -> str:
    found = list(spans)
    ends = [0, *(place for span in found for place in span), len(text)]
    pieces = [text[start:end] for start, end in pairwise(ends)]
    said = instead if callable(instead) else (lambda _: instead)
    return "".join(said(piece) if number % 2 else piece for number, piece in enumerate(pieces))
