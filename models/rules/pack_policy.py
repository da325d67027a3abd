"""What ``policy.yaml`` says: categories, escalation policies, service levels, quiet hours."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator, Field, StrictBool

from models.rules.bounds import LONGEST_EXTENDED
from models.rules.escalation import Timing
from models.rules.pack_values import At, Key, Limit, Name, NaturalDays, Span, Written, timing
from models.rules.worktime import Allowance
from models.vocabulary import DutyKind, Lane, Severity, StepAction

HOLDER = "holder"
"""The addressee that is the duty's own post; every other is the key of a tier."""


def _listed(written: object) -> object:
    return [written] if isinstance(written, str) else written


Categories = Annotated[tuple[str, ...], Field(min_length=1)]


class Category(Written):
    """What an issue is about."""

    key: Key
    name: Name


class Step(Written):
    """A rung of the ladder: when, and which posts it reminds, tells, or has supervise."""

    at: At
    remind: tuple[str, ...] = ()
    tell: tuple[str, ...] = ()
    supervise: tuple[str, ...] = ()

    @property
    def timing(self) -> Timing:
        """`at`, understood."""
        return timing(self.at)

    def addressed(self) -> Iterator[tuple[StepAction, str]]:
        """Each action with one addressee: ``holder`` or the key of a tier."""
        for action in StepAction:
            yield from ((action, addressee) for addressee in getattr(self, action))


class EscalationPolicy(Written):
    """A ladder of steps in order; an immediate one is minded every ten minutes."""

    immediate: StrictBool
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


class ServiceLevel(Written):
    """The limit and the escalation for the duties it matches; a condition that is None matches everything."""

    key: Key
    duty: DutyKind
    categories: Annotated[Categories | None, BeforeValidator(_listed), Field(alias="category")] = None
    severity: Severity | None = None
    lane: Lane | None = None
    called_up: StrictBool | None = None
    limit: Limit
    escalation: str


class Holds(Written):
    """How long an issue may be on hold, from the approval."""

    longest: Limit


class Extensions(Written):
    """How often the work may be given more time, and how long it may take in all, from its opening."""

    most: Annotated[int, Field(strict=True, ge=0)]
    longest: Limit = Allowance.parse(LONGEST_EXTENDED)


class Privacy(Written):
    """For how many natural days it is known who raised an issue after it ended, and who lived where they moved out.

    ``files``: and what people dropped is kept after it was taken in, with the rows set aside of it.
    """

    reporters: NaturalDays | None = None
    moved_out: NaturalDays | None = None
    files: NaturalDays | None = None


class Policy(Written):
    """A whole policy; its JSON reads as the file does. Issues of the lanes in `disclosure` are published or exempt."""

    version: Name
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    escalation_policies: Annotated[dict[Key, EscalationPolicy], Field(min_length=1)]
    service_levels: Annotated[tuple[ServiceLevel, ...], Field(min_length=1)]
    quiet_hours: Span
    holds: Holds | None = None
    extensions: Extensions | None = None
    disclosure: tuple[Lane, ...] = ()
    privacy: Privacy | None = None
