"""How far policy lets people go: the length of holds, extensions, and what must be published before strike-off."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.rules.worktime import Allowance
from models.vocabulary import Lane

LONGEST_HOLD = "30 working_days"
MOST_EXTENSIONS = 1
LONGEST_EXTENDED = "15 working_days"
"""What a policy that says nothing of them allows; design: time and policy, section 2."""


@dataclass(frozen=True)
class Bounds:
    """`longest_hold` counts from the approval, `longest_extended` from the opening of the duty."""

    longest_hold: Allowance
    most_extensions: int
    longest_extended: Allowance
    disclosure: frozenset[Lane]

    @classmethod
    def read(cls, policy: Mapping[str, Any]) -> "Bounds":
        """From a policy as it was loaded."""
        holds, extensions = policy.get("holds") or {}, policy.get("extensions") or {}
        return cls(
            Allowance.parse(holds.get("longest", LONGEST_HOLD)),
            int(extensions.get("most", MOST_EXTENSIONS)),
            Allowance.parse(extensions.get("longest", LONGEST_EXTENDED)),
            frozenset(Lane(each) for each in policy.get("disclosure") or ()),
        )
