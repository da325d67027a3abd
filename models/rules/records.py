"""An issue as the ledger has it, in names instead of ids: what an explanation is made from."""

from dataclasses import dataclass
from datetime import date, datetime

from models.rules.escalation import ServiceLevel
from models.vocabulary import Action, Basis, DutyKind, DutyState, Role, Severity, Stage, StepAction


@dataclass(frozen=True)
class Post:
    """A post as people know it."""

    unit: str
    role: Role


@dataclass(frozen=True)
class Absent:
    """The holder of a post, who is away; ``last_on`` is the last day of it."""

    post: Post
    person: str
    last_on: date


@dataclass(frozen=True)
class Reached:
    """Who is reached for a post: the person (None: nobody in the tree) and by which post.

    ``vacant`` and ``absent`` are the posts passed over on the way there: those nobody holds, and those whose holder is
    away and has nobody to stand in. ``instead_of`` is the holder of ``by`` for whom the person stands in.
    """

    asked: Post
    person: str | None
    by: Post
    vacant: tuple[Post, ...] = ()
    absent: tuple[Absent, ...] = ()
    instead_of: Absent | None = None


@dataclass(frozen=True)
class Addressed:
    """What a step does to whom."""

    action: StepAction
    whom: Reached


@dataclass(frozen=True)
class Told:
    """A notice of a step that fired; ``sent_at`` is None while nothing was sent, ``moot`` when nothing will be."""

    action: StepAction
    whom: Reached
    sent_at: datetime | None
    moot: bool


@dataclass(frozen=True)
class Fired:
    """A step that fired: when it was scheduled, and when the ledger recorded it."""

    number: int
    scheduled_at: datetime
    recorded_at: datetime
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Suspended:
    """A unit in which clocks stand still from an instant until another, why, and who ordered it."""

    unit: str
    cause: str
    from_at: datetime
    until_at: datetime
    person: str


@dataclass(frozen=True)
class DutyRecord:
    """A duty. ``steps`` are all of its escalation, each with whom it would address now.

    ``held_at`` is since when its clock stands still; ``basis`` how its due time came about, ``basis_at`` when its clock
    last went on; ``promised_at`` by when its holder said it would be done.
    """

    kind: DutyKind
    state: DutyState
    level: ServiceLevel
    policy: str
    assigned: bool
    whose: Reached
    opened_at: datetime
    due_at: datetime
    ended_at: datetime | None
    step: int
    steps_at: tuple[datetime, ...]
    provisional: bool
    steps: tuple[tuple[Addressed, ...], ...]
    fired: tuple[Fired, ...]
    held_at: datetime | None = None
    basis: Basis = Basis.POLICY
    basis_at: datetime | None = None
    promised_at: datetime | None = None


@dataclass(frozen=True)
class Happened:
    """Something done to the issue that was not taken back, the stage it led to, and when it became known."""

    action: Action
    stage: Stage | None
    at: datetime
    recorded_at: datetime
    person: str | None
    reason: str | None


@dataclass(frozen=True)
class IssueRecord:
    """An issue with its duties and its history, both oldest first; on hold until a day, its units suspended now.

    ``live_at`` is the go-live moment of one that came from elsewhere.
    """

    number: str
    summary: str
    category: str
    unit: str
    severity: Severity
    stage: Stage
    reported_at: datetime
    duties: tuple[DutyRecord, ...]
    history: tuple[Happened, ...]
    held_until: date | None = None
    suspensions: tuple[Suspended, ...] = ()
    merged_into: str | None = None
    called_up: bool = False
    live_at: datetime | None = None
