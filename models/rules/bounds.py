"""How far policy lets people go: holds, extensions, what must be published, how long it is known who raised what."""

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
    """`longest_hold` counts from the approval, `longest_extended` from the opening of the duty.

    So many days is it kept who raised an issue after it ended, who moved out after they did, and a file that people
    dropped after it was taken in; None: for ever.
    """

    longest_hold: Allowance
    most_extensions: int
    longest_extended: Allowance
    disclosure: frozenset[Lane]
    reporters_kept: int | None = None
    moved_out_kept: int | None = None
    files_kept: int | None = None

    @classmethod
    def read(cls, policy: Mapping[str, Any]) -> "Bounds":
        """From a policy as it was loaded."""
        holds, extensions = policy.get("holds") or {}, policy.get("extensions") or {}
        kept = {name: Allowance.parse(each) for name, each in (policy.get("privacy") or {}).items() if each}
        return cls(
            Allowance.parse(holds.get("longest", LONGEST_HOLD)),
            int(extensions.get("most", MOST_EXTENSIONS)),
            Allowance.parse(extensions.get("longest", LONGEST_EXTENDED)),
            frozenset(Lane(each) for each in policy.get("disclosure") or ()),
            **{f"{name}_kept": int(each.amount) for name, each in kept.items()},
        )
