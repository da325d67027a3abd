"""Closings by a source's word, in bulk, beside what each of them has to come to."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.actions import calling, casework, holding, messages, promises, voiding
from models.actions.closing import Closed, close_as_recorded
from models.actions.stock import take_over_stock
from models.errors import Refused
from models.queries.rulebook import Rulebook
from models.rules.stock import Closing
from models.tables.issues import Issue
from models.vocabulary import MessageKind, RequestKind, Stage
from tests.county import SECRET, at
from tests.models.ledger import everything
from tests.models.mutations import audited
from tests.models.stock_lives import SOURCE, STEPS, live, lives, nights, read

LIVED, WORKED, CLOSING = at("2026-03-14 10:00"), at("2026-03-16 09:00"), at("2026-03-16 15:00")
UNDER_WAY = (Stage.RAISED, Stage.ACTING, Stage.EVALUATING)

ROWS = {
    "issues": "SELECT to_jsonb(t) - 'changed_at' FROM issues t WHERE id = :id",
    "duties": "SELECT to_jsonb(t) - 'changed_at' FROM duties t WHERE issue_id = :id ORDER BY id",
    "requests": "SELECT to_jsonb(t) FROM requests t WHERE issue_id = :id ORDER BY id",
}
LAST = text(
    "SELECT max(happened_at) FROM events WHERE issue_id = :id AND person_id IS NOT NULL AND action <> 'hand_over'"
)


def rows(session: Session, issue: Issue) -> dict[str, list[Any]]:
    session.flush()
    return {name: list(session.scalars(text(each), {"id": issue.id})) for name, each in ROWS.items()}


def busy(session: Session, book: Rulebook, dice: Random) -> Iterator[Issue]:
    """Issues in all states: half of them lived, half come from elsewhere; then held, promised, asked, called up."""
    stock = lives(dice.randrange(1000), 12)
    live(session, book, [doing for each in stock[::2] for doing in each.doings])
    rest = [each.row for each in stock[1::2]]
    assert not take_over_stock(session, book, rest, live_at=at("2026-03-12 00:00"), by="C01", now=LIVED).rejected
    nights(session, book, at("2026-03-16 02:30"))
    found = session.scalars(select(Issue).where(Issue.source == SOURCE).order_by(Issue.id)).all()
    for n, issue in enumerate(found):
        try:
            with session.begin_nested():
                aside(session, book, issue.number, dice.randrange(6), WORKED + timedelta(minutes=n))
        except Refused:
            session.expire_all()
        yield issue


def aside(session: Session, book: Rulebook, number: str, what: int, now: datetime) -> None:
    """Something off the usual course, or nothing."""
    hold, until = RequestKind.HOLD, date(2026, 3, 23)
    if what in (0, 1):
        holding.ask(session, book, number, what=hold, until=until, reason="x", by="P01", now=now)
    if what == 0:
        holding.approve(session, book, number, secret=SECRET, by="C01", now=now)
    if what == 2:
        calling.call_up(session, book, number, unit="works", reason="x", by="S01", now=now)
    if what == 3:
        promises.promise(session, book, number, until=date(2026, 3, 20), by="W01", now=now)


def expected(session: Session, issue: Issue, closed_at: datetime) -> str:
    """What has to become of a closing, and why not."""
    if issue.stage not in UNDER_WAY:
        return "known"
    if closed_at > CLOSING:
        return "later"
    return "closed" if closed_at >= session.scalars(LAST, {"id": issue.id}).one() else "out_of_order"


def close(session: Session, book: Rulebook, closings: list[Closing]) -> Closed:
    done = close_as_recorded(session, book, closings, by="C01", now=CLOSING)
    session.expire_all()
    return done


@pytest.mark.parametrize("seed", [0])
def test_what_a_source_has_closed_is_over_and_can_be_taken_back_or_opened_anew(
    session: Session, book: Rulebook, seed: int
) -> None:
    dice = Random(seed)
    issues = list(busy(session, book, dice))
    at_ = {each.id: CLOSING - dice.choice((1, 1, 1, 30, 120, -1)) * timedelta(hours=1) for each in issues}
    outcome = {each.id: expected(session, each, at_[each.id]) for each in issues}
    before = {each.id: rows(session, each) for each in issues}
    kept = session.begin_nested()
    nights(session, book, at("2026-03-24 02:30"))
    unclosed = {each.id: (rows(session, each), read(session, STEPS, str(each.external_id))) for each in issues}
    kept.rollback()
    session.expire_all()
    closings = [Closing(dice.choice((each.id, each.number)), at_[each.id]) for each in issues]
    closings += [Closing("nowhere-1", CLOSING), Closing(10**6, CLOSING)]
    done = close(session, book, closings)
    assert done.closed == [*outcome.values()].count("closed") > 1
    assert done.known == [*outcome.values()].count("known")
    wrong = {n: outcome[each.id] for n, each in enumerate(issues) if outcome[each.id] in ("later", "out_of_order")}
    assert done.rejected == wrong | {len(issues): "unknown", len(issues) + 1: "unknown"}
    for each in issues:
        after = rows(session, each)
        if outcome[each.id] != "closed":
            assert after == before[each.id]
            continue
        is_over(after, before[each.id], at_[each.id])
    assert audited(session, book, CLOSING) == []
    whole = everything(session)
    again = close(session, book, closings)
    assert (again.closed, again.known, again.rejected) == (0, done.closed + done.known, done.rejected)
    assert everything(session) == whole
    closed = [each for each in issues if outcome[each.id] == "closed"]
    kept = session.begin_nested()
    never_again(session, book, closed)
    kept.rollback()
    session.expire_all()
    kept = session.begin_nested()
    opened_anew(session, book, closed)
    kept.rollback()
    session.expire_all()
    now = CLOSING + timedelta(minutes=1)
    for each in closed:
        voiding.void(session, book, each.number, reason="x", by="C01", now=now)
        session.expire_all()
        assert rows(session, each) == before[each.id]
    assert audited(session, book, now) == []
    nights(session, book, at("2026-03-24 02:30"))
    assert {each.id: (rows(session, each), read(session, STEPS, str(each.external_id))) for each in issues} == unclosed
    assert audited(session, book, "2026-03-24 03:00") == []


def is_over(after: dict[str, list[Any]], before: dict[str, list[Any]], closed_at: datetime) -> None:
    """Struck off; the work done when the source says, anything else no longer owed, no more asked; all else as was."""
    (issue,), (was,) = after["issues"], before["issues"]
    assert datetime.fromisoformat(issue["closed_at"]) == closed_at
    assert {**issue, "closed_at": None} == {**was, "stage": "closed", "held_until": None, "closed_at": None}
    for duty, stood in zip(after["duties"], before["duties"], strict=True):
        if stood["state"] not in ("open", "held"):
            assert duty == stood
            continue
        state, ended = ("fulfilled", closed_at) if stood["kind"] == "act" else ("cancelled", CLOSING)
        assert (duty["state"], datetime.fromisoformat(duty["ended_at"])) == (state, ended)
        ends = ("state", "ended_at", "next_step_at", "held_at", "promised_at")
        assert {**duty, **dict.fromkeys(ends)} == {**stood, **dict.fromkeys(ends)}
        assert [duty[each] for each in ends[2:]] == [None] * 3
    assert all(each["decided_at"] for each in after["requests"])


def never_again(session: Session, book: Rulebook, closed: list[Issue]) -> None:
    """Nothing about them is given, told or written any more."""
    ids = [each.id for each in closed]
    count = text("SELECT count(*) FROM events WHERE issue_id = ANY(:ids)")
    heard = text("SELECT count(*) FROM notices n JOIN duties d ON d.id = n.duty_id WHERE d.issue_id = ANY(:ids)")
    stood = [session.scalar(each, {"ids": ids}) for each in (count, heard)]
    nights(session, book, *(at(f"2026-03-{day} 02:30") for day in (17, 18, 25)), at("2026-04-20 02:30"))
    assert [session.scalar(each, {"ids": ids}) for each in (count, heard)] == stood
    messages.compose(session, book, at("2026-04-20 07:45"), MessageKind.DIGEST)
    told = text(
        "SELECT count(*) FROM notices n JOIN duties d ON d.id = n.duty_id WHERE d.issue_id = ANY(:ids)"
        " AND n.message_id IS NOT NULL"
    )
    assert session.scalar(told, {"ids": ids}) == 0
    assert audited(session, book, "2026-04-20 08:00") == []


def opened_anew(session: Session, book: Rulebook, closed: list[Issue]) -> None:
    """Reopened, the work is owed again, from then on."""
    now = CLOSING + timedelta(minutes=1)
    for each in closed:
        casework.reopen(session, book, each.number, reason="x", by="C01", now=now)
        owed = [duty for duty in rows(session, each)["duties"] if duty["state"] in ("open", "held")]
        assert [(duty["kind"], duty["step"]) for duty in owed] == [("act", 0)]
        assert datetime.fromisoformat(owed[0]["opened_at"]) == now
        assert owed[0]["post_id"] is not None
    assert audited(session, book, now) == []
    nights(session, book, at("2026-03-17 02:30"), at("2026-04-20 02:30"))
    assert audited(session, book, "2026-04-20 03:00") == []
