"""What the people of the demonstration county do to its issues on a working day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import select

from deployments.demonstration import asides, deciding
from deployments.demonstration.asides import HANDLERS, VERIFIERS
from deployments.demonstration.day import CLOSES, Day, Happening, days_after
from models.actions import casework
from models.rules.lifecycle import UNDER_WAY
from models.tables.issues import Issue
from models.vocabulary import Rating, Severity, Stage

LATER, SOON = timedelta(hours=1), timedelta(minutes=20)
REMEMBERED = 14  # days after which nobody comes back to what was struck off


def under_way(day: Day) -> list[Issue]:
    """The issues people may do something about: those under way and those struck off lately."""
    lately = day.book.calendar.midnight(days_after(day.date, -REMEMBERED))
    wanted = Issue.stage.in_(UNDER_WAY) | ((Issue.stage == Stage.CLOSED) & (Issue.closed_at >= lately))
    own = select(Issue).where(Issue.county_id == day.book.county.id, wanted)
    return list(day.session.scalars(own.order_by(Issue.id)))


def worked(day: Day, issues: Sequence[Issue]) -> Iterator[Happening]:
    """One thing a day to an issue, if its people get round to it; two to an urgent one."""
    asked, called = deciding.asked(day), deciding.called(day)
    same = asides.first_of_each(issues)
    for issue in issues:
        first = day.some_time()
        if issue.id in asked:
            yield first, partial(deciding.decide, day, issue, asked[issue.id])
        elif issue.id in called:
            yield first, partial(deciding.answer, day, issue, called[issue.id])
        elif issue.held_until is not None:
            yield first, partial(deciding.resume, day, issue)
        elif issue.stage is not Stage.CLOSED:
            yield from _at_work(day, issue, same, first)
        elif day.happens("reopen"):
            yield first, partial(_reopen, day, issue)


def _at_work(day: Day, issue: Issue, same: asides.Same, first: datetime) -> Iterator[Happening]:
    yield first, partial(_work, day, issue, same)
    if issue.severity is Severity.URGENT and first + LATER < day.at(time(CLOSES // 60)):
        yield first + LATER, partial(_work, day, issue, same)
    elif day.happens("void"):
        yield first + SOON, partial(asides.void, day, issue, first)


def heeded(day: Day, raised: Sequence[Issue], at: datetime) -> Iterator[Happening]:
    """Somebody minds something urgent at once, day off or not."""
    hours = day.dice.randint(2, 6)
    yield at + SOON, partial(_heed, day, raised, casework.sign)
    yield at + hours * LATER, partial(_heed, day, raised, partial(casework.done, evidence=day.plan["evidence"]))


def _heed(day: Day, raised: Sequence[Issue], do: Callable[..., object], now: datetime) -> None:
    for issue in raised:
        by = day.cast.acting(day.cast.units[issue.unit_id], HANDLERS)
        if by is not None:
            asides.done(day, partial(do, day.session, day.book, issue.number, by=by, now=now))


def _work(day: Day, issue: Issue, same: asides.Same, now: datetime) -> None:
    """Something off the usual course, or the next step on it."""
    if issue.held_until is None and issue.stage in UNDER_WAY and not asides.tried(day, issue, same, now):
        STEPS[issue.stage](day, issue, now)


def _sign(day: Day, issue: Issue, now: datetime) -> None:
    unit = day.cast.units[issue.unit_id]
    if unit.depth != day.book.lowest:
        _assign(day, issue, now)
    elif day.happens("sign") and (by := day.cast.acting(unit, HANDLERS)):
        casework.sign(day.session, day.book, issue.number, by=by, now=now)


def _assign(day: Day, issue: Issue, now: datetime) -> None:
    """What was nobody's is found a grid."""
    by = day.cast.acting(day.cast.units[issue.unit_id], VERIFIERS)
    if by and day.happens("assign"):
        grid = day.dice.choice(list(day.cast.grids.values()))
        casework.assign(day.session, day.book, issue.number, grid=grid.key, by=by, now=now)


def _finish(day: Day, issue: Issue, now: datetime) -> None:
    by = day.cast.acting(day.cast.units[issue.unit_id], HANDLERS)
    if by and day.happens("done"):
        casework.done(day.session, day.book, issue.number, evidence=day.plan["evidence"], by=by, now=now)


def _evaluate_or_close(day: Day, issue: Issue, now: datetime) -> None:
    if issue.rating is None and day.happens("evaluate"):
        _evaluate(day, issue, now)
    elif issue.rating is not None and day.happens("close"):
        handler = day.cast.people[issue.handler_id] if issue.handler_id else ""
        unit = day.cast.units[issue.unit_id]
        if by := day.cast.acting(unit, VERIFIERS, depth=day.book.lowest - 1, but=handler):
            casework.close(day.session, day.book, issue.number, by=by, now=now)


def _evaluate(day: Day, issue: Issue, now: datetime) -> None:
    content = day.dice.random() >= day.plan["dissatisfied_share"]
    rating = day.dice.choice([Rating.SATISFIED, Rating.FAIRLY_SATISFIED]) if content else Rating.DISSATISFIED
    if by := day.cast.cadre(day.cast.units[issue.unit_id]):
        casework.evaluate(day.session, day.book, issue.number, rating=rating, by=by, now=now)


def _reopen(day: Day, issue: Issue, now: datetime) -> None:
    if by := day.cast.cadre(day.cast.units[issue.unit_id]):
        casework.reopen(day.session, day.book, issue.number, reason=day.reason("reopen"), by=by, now=now)


STEPS: Mapping[Stage, Callable[[Day, Issue, datetime], None]] = {
    Stage.RAISED: _sign,
    Stage.ACTING: _finish,
    Stage.EVALUATING: _evaluate_or_close,
}
