"""What is done off an issue's usual course: holds and more time asked for, promises, transfers, merging, mistakes."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import TypeAlias

from deployments.demonstration.day import Day, days_after
from models.actions import calling, duties, holding, promises, side_exits, taking, voiding
from models.errors import InvalidInput, NotFound, Refused
from models.rules.lifecycle import ABOVE, COMMUNITY, WORKERS
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import Action, DutyKind, RequestKind, Stage

Same: TypeAlias = Mapping[tuple[int, int, str], Issue]
"""The first issue somebody works on, of each place, category and wording."""

HANDLERS, VERIFIERS = WORKERS | COMMUNITY, COMMUNITY | ABOVE
MISTAKEN = (Action.SIGN, Action.DONE, Action.EVALUATE, Action.CLOSE)


def first_of_each(issues: Iterable[Issue]) -> Same:
    """Of issues that say the same of the same place, the one that came first, if somebody works on it."""
    found: dict[tuple[int, int, str], Issue] = {}
    for each in issues:
        if each.stage is Stage.ACTING:
            found.setdefault(_alike(each), each)
    return found


def _alike(issue: Issue) -> tuple[int, int, str]:
    return issue.unit_id, issue.category_id, issue.summary


def tried(day: Day, issue: Issue, same: Same, now: datetime) -> bool:
    """Whether somebody did something off the usual course; what the rules forbid leaves no trace."""
    twin = same.get(_alike(issue))
    if twin is not None and twin is not issue and issue.stage is Stage.RAISED and day.happens("merge"):
        return done(day, partial(_merge, day, issue, twin, now))
    draw = day.dice.random()
    for what, do in WAYS[issue.stage].items():
        draw -= day.plan["chances"].get(what, 0)
        if draw < 0:
            return done(day, partial(do, day, issue, now))
    return False


def done(day: Day, do: Callable[[], object]) -> bool:
    """Whether something could be done: people try things, and are refused, or find nobody who could."""
    with suppress(Refused, InvalidInput, NotFound), day.session.begin_nested():
        do()
        return True
    return False


def _handler(day: Day, issue: Issue) -> str:
    return day.cast.acting(day.cast.units[issue.unit_id], HANDLERS) or ""


def _secretary(day: Day, issue: Issue) -> str:
    return day.cast.acting(day.cast.units[issue.unit_id], VERIFIERS, depth=day.book.lowest - 1) or ""


def _merge(day: Day, issue: Issue, twin: Issue, now: datetime) -> None:
    reason, by = day.reason("merge"), _secretary(day, issue)
    side_exits.merge(day.session, day.book, issue.number, into=twin.number, reason=reason, by=by, now=now)


def _transfer(day: Day, issue: Issue, now: datetime) -> None:
    """To another grid, of the community mostly: it was put on the wrong one."""
    unit = day.cast.units[issue.unit_id]
    near = [each for each in day.cast.grids.values() if each.community_id == unit.community_id and each is not unit]
    far = not near or day.happens("far")
    to = day.dice.choice(list(day.cast.grids.values()) if far else near)
    by = day.cast.acting(unit, VERIFIERS, depth=max(day.book.lowest - 2, 0)) if far else _secretary(day, issue)
    reason = day.reason("transfer")
    side_exits.transfer(day.session, day.book, issue.number, to=to.key, reason=reason, by=by or "", now=now)


def _reject(day: Day, issue: Issue, now: datetime) -> None:
    by = _secretary(day, issue)
    side_exits.reject(day.session, day.book, issue.number, reason=day.reason("reject"), by=by, now=now)


def _withdraw(day: Day, issue: Issue, now: datetime) -> None:
    by = _handler(day, issue)
    side_exits.withdraw(day.session, day.book, issue.number, reason=day.reason("withdraw"), by=by, now=now)


def _hold(day: Day, issue: Issue, now: datetime) -> None:
    _ask(day, issue, RequestKind.HOLD, days_after(day.date, day.dice.randint(4, 12)), now)


def _extension(day: Day, issue: Issue, now: datetime) -> None:
    work = duties.owed_duty(day.session, issue.id, DutyKind.ACT)
    if work is not None:
        until = days_after(day.book.local_date(work.due_at), day.dice.randint(2, 5))
        _ask(day, issue, RequestKind.EXTENSION, until, now)


def _ask(day: Day, issue: Issue, what: RequestKind, until: date, now: datetime) -> None:
    reason, by = day.reason(what), _handler(day, issue)
    holding.ask(day.session, day.book, issue.number, what=what, until=until, reason=reason, by=by, now=now)


def _promise(day: Day, issue: Issue, now: datetime) -> None:
    until = days_after(day.date, day.dice.randint(1, 4))
    promises.promise(day.session, day.book, issue.number, until=until, by=_handler(day, issue), now=now)


def _call_up(day: Day, issue: Issue, now: datetime) -> None:
    """Another community is asked for help, or the unit above all communities."""
    own = day.cast.units[issue.unit_id]
    others: list[Unit] = [
        each
        for each in day.cast.units.values()
        if each.id not in own.path and 0 < each.depth < day.book.lowest and each.id == each.community_id
    ]
    unit = day.dice.choice(others or [day.cast.units[own.path[0]]])
    reason, by = day.reason("call_up"), _handler(day, issue)
    calling.call_up(day.session, day.book, issue.number, unit=unit.key, reason=reason, by=by, now=now)


def void(day: Day, issue: Issue, since: datetime, now: datetime) -> None:
    """What was written down a while ago was a mistake, if anything was."""
    last = taking.latest(day.session, issue.id)
    if last is not None and last.recorded_at == since and last.action in MISTAKEN:
        by, reason = _secretary(day, issue), day.reason("void")
        done(day, partial(voiding.void, day.session, day.book, issue.number, reason=reason, by=by, now=now))


WAYS: Mapping[Stage, Mapping[str, Callable[[Day, Issue, datetime], None]]] = {
    Stage.RAISED: {"transfer": _transfer, "reject": _reject, "withdraw": _withdraw},
    Stage.ACTING: {"hold": _hold, "extension": _extension, "promise": _promise, "call_up": _call_up},
    Stage.EVALUATING: {},
}
