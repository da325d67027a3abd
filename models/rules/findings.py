"""What can be wrong with a ledger, each kind with its sentence in the locale under ``finding``."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is wrong."""

    GAP = "gap"
    MOVE = "move"
    ACTOR = "actor"
    STAGE = "stage"
    HOLD = "hold"
    MISSING = "missing"
    SURPLUS = "surplus"
    NO_CLOCK = "no_clock"
    UNOPENED = "unopened"
    UNENDED = "unended"
    HOLDER = "holder"
    DUE = "due"
    STEP_TIME = "step_time"
    BACKWARDS = "backwards"
    NO_PAUSE = "no_pause"
    NEXT_STEP = "next_step"
    NOT_FROZEN = "not_frozen"
    FROZEN = "frozen"
    FIRED = "fired"
    STANDS = "stands"
    FIRED_AT = "fired_at"
    EARLY = "early"
    BEFORE_LIVE = "before_live"
    WHILE_HELD = "while_held"
    SKIPPED = "skipped"
    WRONG_POST = "wrong_post"
    UNTOLD = "untold"
    TOLD_TWICE = "told_twice"
    TOLD_UNASKED = "told_unasked"
    BALANCE = "balance"
    CLOSED = "closed"
    COUNTED = "counted"


@dataclass(frozen=True)
class Finding:
    """Something in the ledger that the rules say cannot be.

    :param about: which rows, by their ids: with the kind it is the key, so that found again it is the same finding.
    :param facts: what its sentence needs: numbers, instants and words of the vocabulary, no private data.
    """

    kind: Kind
    about: str
    facts: Mapping[str, Any]

    @property
    def key(self) -> str:
        """By what it is known."""
        return f"{self.kind}-{self.about}"
