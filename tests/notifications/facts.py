"""Facts with which every template of ours is tried: long, foreign and hostile ones among them."""

from datetime import UTC, date, datetime
from typing import Any

NOW = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
HOSTILE = "# 标题\n- [x](javascript:1)\n<img src=x> **粗** `码` 13812345678"
SUMMARIES = (
    "楼道灯不亮",
    HOSTILE,
    "1. 电梯坏了 👨\u200d👩\u200d👧 ❤\ufe0f\x1b[2J\u202e",
    "很长的话" * 500,
    "",
)

FIRST_SECRETARY = {"unit": "东街", "role": "first_secretary"}
COMMITTEE = {"unit": "社区党工委", "role": "committee_secretary"}
WORKER = {"unit": "东街第1网格", "role": "grid_worker"}
AWAY = {"post": WORKER, "person": "王芳", "last_on": date(2026, 11, 24)}


def reached(asked: Any, person: str | None = "李青", by: Any = None, **how: Any) -> dict[str, Any]:
    """Whom a post reaches."""
    return {"asked": asked, "person": person, "by": by or asked, "vacant": (), "absent": (), "instead_of": None, **how}


HOLDER = reached(WORKER)
DEPUTY = reached(WORKER, instead_of=AWAY)
INSTEAD = reached(FIRST_SECRETARY, "孙立", COMMITTEE, vacant=(FIRST_SECRETARY,))
NOT_DEPUTISED = reached(WORKER, "周敏", FIRST_SECRETARY, absent=(AWAY,))
NOBODY = reached(COMMITTEE, None, vacant=(COMMITTEE, FIRST_SECRETARY))


def entry(summary: str, section: str = "overdue", action: str | None = None, **other: Any) -> dict[str, Any]:
    """A matter of a digest."""
    return {
        "step": 2,
        "action": action,
        "kind": "sign",
        "number": "东街-2026-0001",
        "summary": summary,
        "unit": "东街第1网格",
        "severity": "urgent",
        "light": "red",
        "due_at": NOW,
        "work_due_at": None,
        "whose": HOLDER,
        "to": HOLDER,
        "section": section,
        "came_by": HOLDER,
        **other,
    }


def message(summary: str) -> dict[str, Any]:
    """What a digest and an urgent message are told."""
    slipped = entry(summary, "slipped", "supervise", came_by=INSTEAD, whose=NOBODY, to=INSTEAD)
    first = [entry(summary, came_by=DEPUTY), entry(summary, "new", work_due_at=NOW, came_by=NOT_DEPUTISED), slipped]
    rest = [
        {"section": "soon", "entries": [entry(summary, "soon", "remind")], "more": 3},
        {"section": "slipped", "entries": [slipped, entry(summary, "slipped", "tell", light="yellow")], "more": 0},
    ]
    return {
        "person": "周敏",
        "on": date(2026, 11, 23),
        "now": NOW,
        "zone": "Asia/Shanghai",
        "total": 9,
        "urgent": True,
        "counts": {"overdue": 1, "soon": 4, "new": 1, "slipped": 3},
        "first": first,
        "rest": rest,
    }


def duty(kind: str = "act", **other: Any) -> dict[str, Any]:
    """A duty of an explanation, with steps that fired and steps to come."""
    told = [
        {"action": "remind", "whom": HOLDER, "sent_at": NOW, "moot": False},
        {"action": "tell", "whom": NOBODY, "sent_at": None, "moot": False},
        {"action": "supervise", "whom": INSTEAD, "sent_at": None, "moot": True},
        {"action": "remind", "whom": DEPUTY, "sent_at": None, "moot": True},
        {"action": "tell", "whom": NOT_DEPUTISED, "sent_at": None, "moot": True},
    ]
    return {
        "kind": kind,
        "whose": HOLDER,
        "assigned": True,
        "opened_at": NOW,
        "due_at": NOW,
        "counted": {
            "amount": 3.0,
            "unit": "working_days",
            "start": NOW,
            "outside": "midday",
            "same_time": False,
            "skipped": (date(2026, 11, 21), date(2026, 11, 22)),
            "adjusted": (date(2026, 10, 10),),
            "agrees": False,
        },
        "policy": "2026-01",
        "provisional": True,
        "light": "red",
        "overdue": True,
        "left": {"days": 1, "hours": 0, "minutes": 30, "working": True},
        "immediate": True,
        "fired": [
            {"number": 1, "scheduled_at": NOW, "recorded_at": NOW, "told": []},
            {"number": 2, "scheduled_at": NOW, "recorded_at": NOW, "told": told},
        ],
        "passed_over": 0,
        "coming": [{"number": 3, "at": NOW, "passed": True, "addressed": told[:2]}],
        "held_at": None,
        "basis": "policy",
        "basis_at": None,
        "due_then": None,
        "extended": None,
        "promised_at": None,
        **other,
    }


def explanation(summary: str, **other: Any) -> dict[str, Any]:
    """What `why` is told."""
    return {
        "number": "东街-2026-0001",
        "summary": summary,
        "category": "路灯照明",
        "unit": "东街第1网格",
        "severity": "ordinary",
        "standing": "acting",
        "light": "red",
        "reported_at": NOW,
        "since": NOW,
        "duties": [duty()],
        "returned": {"at": NOW, "person": "周敏", "reason": summary, "closed_at": NOW, "in_time": False},
        "closed": None,
        "ended": None,
        "called_up": True,
        "live_at": NOW,
        "hold": {"at": NOW, "person": "周敏", "reason": summary},
        "held_until": date(2026, 11, 30),
        "suspensions": ({"unit": "东街", "cause": summary, "from_at": NOW, "until_at": NOW, "person": "孙立"},),
        "now": NOW,
        "zone": "Asia/Shanghai",
        **other,
    }


CLOSED = {
    "at": NOW,
    "person": "周敏",
    "due_at": NOW,
    "done_at": NOW,
    "recorded_at": NOW,
    "in_time": False,
    "late": {"days": 0, "hours": 2, "minutes": 0, "working": True},
    "took": {"days": 4, "hours": 2, "minutes": 0, "working": True},
    "steps": 2,
    "steps_after": 1,
    "as_recorded": True,
}
