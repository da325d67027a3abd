"""The words of the field. Every layer may use them; they use nothing.

Values are what the database stores and what county packs write.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a post is for. Which tier has which posts is the county pack's to say (domain, section 1)."""

    COUNTY_COMMANDER = "county_commander"
    COMMITTEE_SECRETARY = "committee_secretary"
    FIRST_SECRETARY = "first_secretary"
    GRID_WORKER = "grid_worker"
    PART_TIME_GRID_WORKER = "part_time_grid_worker"
    CONTRACTED_CADRE = "contracted_cadre"


class Severity(StrEnum):
    """How grave an issue is; urgent ones run on clocks that never stop."""

    ORDINARY = "ordinary"
    MAJOR = "major"
    URGENT = "urgent"


class Lane(StrEnum):
    """How an issue travels: straight to acting, through a meeting, or at once."""

    SIMPLE = "simple"
    COMPLEX = "complex"
    URGENT = "urgent"


class Stage(StrEnum):
    """Where an issue stands in its life (domain, section 2)."""

    RAISED = "raised"
    ACTING = "acting"
    EVALUATING = "evaluating"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Action(StrEnum):
    """What is done to an issue or a duty; each leaves one event."""

    REPORT = "report"
    ASSIGN = "assign"
    SIGN = "sign"
    ACT = "act"
    DONE = "done"
    EVALUATE = "evaluate"
    CLOSE = "close"
    CLOSE_AS_RECORDED = "close_as_recorded"
    REOPEN = "reopen"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    TRANSFER = "transfer"
    CALL_UP = "call_up"
    ANSWER = "answer"
    PUBLISH = "publish"
    ASK = "ask"
    HOLD = "hold"
    EXTEND = "extend"
    REFUSE = "refuse"
    RESUME = "resume"
    PROMISE = "promise"
    BREAK = "break"
    VOID = "void"
    HAND_OVER = "hand_over"
    RESCHEDULE = "reschedule"
    STEP = "step"


class RequestKind(StrEnum):
    """What is asked for that the tier above has to allow."""

    HOLD = "hold"
    EXTENSION = "extension"


class Rating(StrEnum):
    """What the resident says of the work; unreachable is an answer too."""

    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    DISSATISFIED = "dissatisfied"
    UNREACHABLE = "unreachable"


class DutyKind(StrEnum):
    """What is owed."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    ACT = "act"
    EVALUATE = "evaluate"
    CLOSE = "close"
    APPROVE = "approve"
    ANSWER = "answer"


class DutyState(StrEnum):
    """Whether it is still owed; held: its clock stands still."""

    OPEN = "open"
    HELD = "held"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


OWED = (DutyState.OPEN, DutyState.HELD)
"""The states in which a duty is still owed."""


class Basis(StrEnum):
    """How a duty's due time came about: by policy, agreed upon, or what was left when its clock went on."""

    POLICY = "policy"
    EXTENSION = "extension"
    RESUMPTION = "resumption"


class StepAction(StrEnum):
    """What an escalation step does to the post it addresses."""

    REMIND = "remind"
    TELL = "tell"
    SUPERVISE = "supervise"


class Light(StrEnum):
    """In time, warned, overdue."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class TimeUnit(StrEnum):
    """The four units of time in real use (GB/T 30428 practice)."""

    URGENT_HOURS = "urgent_hours"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    NATURAL_DAYS = "natural_days"


class Counting(StrEnum):
    """From when a report outside office hours counts."""

    AS_IS = "as_is"
    NEXT_OPENING = "next_opening"
    SAME_TIME_NEXT_WORKDAY = "same_time_next_workday"


class MessageKind(StrEnum):
    """What a person gets: the morning's digest, or something that cannot wait for it."""

    DIGEST = "digest"
    URGENT = "urgent"


class ChannelKind(StrEnum):
    """By which way a message leaves."""

    FOLDER = "folder"


class DeliveryOutcome(StrEnum):
    """How one try to send ended; withheld: composed in a replay, never to be sent."""

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    WITHHELD = "withheld"


class KeyHousehold(StrEnum):
    """What makes a household one to look after first (domain, section 1)."""

    ELDERLY_ALONE = "elderly_alone"
    DISABLED = "disabled"
    LEFT_BEHIND_CHILD = "left_behind_child"
    UNEMPLOYED = "unemployed"


class RoomAction(StrEnum):
    """What is done in the private room; each leaves one line in its log."""

    CHANGE = "change"
    COME = "come"
    LEAVE = "leave"
    READ = "read"
    ERASE = "erase"
    EXPIRE = "expire"
    RESEAL = "reseal"
