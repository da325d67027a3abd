"""A day in the life of a demonstration county: what is raised, signed, done, evaluated and struck off, hour by hour."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.actions import casework, messages, night
from models.actions.reporting import Report, report
from models.queries import people, units
from models.queries.rulebook import Rulebook
from models.rules.assignment import who_answers
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import Post, Unit
from models.vocabulary import MessageKind, Rating, Role, Severity, Stage

WATCHES = (time(10), time(13), time(16), time(22))
NIGHT, MORNING = time(2, 30), time(7, 45)
OPENS, CLOSES = 8 * 60, 19 * 60  # minutes of the day within which people raise and do things


@dataclass(frozen=True)
class Cast:
    """Who is who on a day: staff numbers by person and by post, posts by unit and role, grids by id."""

    staff: Mapping[int, str]
    codes: Mapping[int, str]
    posts: Mapping[tuple[int, Role], int]
    grids: Mapping[int, Unit]
    communities: list[int]

    def answering(self, unit: Unit, depth: int) -> str:
        """The staff number of who answers for the unit above at a depth, or for the next one up that has somebody."""
        above = list(reversed(unit.answering[: depth + 1]))
        answer = who_answers(above[0], above[1:], {post: post for post in self.codes})
        return self.codes[answer.post_id] if answer else ""

    def cadre(self, unit: Unit) -> str:
        """The staff number of the grid's contracted cadre."""
        return self.codes[self.posts[unit.id, Role.CONTRACTED_CADRE]]


@dataclass(frozen=True)
class Day:
    """What everything in a day needs: the open transaction, the rules, the plan, the people, and the dice."""

    session: Session
    book: Rulebook
    plan: Mapping[str, Any]
    date: date
    cast: Cast
    dice: Random

    def at(self, clock: time) -> datetime:
        """The instant of a local clock time of the day."""
        return datetime.combine(self.date, clock, tzinfo=self.book.calendar.office.zone).astimezone(UTC)

    def some_time(self, after: int = OPENS) -> datetime:
        """An instant of the daytime, after so many minutes of the day."""
        minute = self.dice.randrange(after, CLOSES)
        return self.at(time(minute // 60, minute % 60))


Happening = tuple[datetime, Callable[[datetime], object]]


def run_night(session: Session, book: Rulebook, on: date) -> None:
    """The night before a day, and its morning."""
    zone = book.calendar.office.zone
    now, last = datetime.combine(on, NIGHT, tzinfo=zone).astimezone(UTC), _last_recorded(session, book)
    if last is not None and now < last:
        return  # a real night or a real person was there before us
    for community in units.communities(session, book.county.id):
        night.run(session, book, community.id, now)
    messages.compose(session, book, datetime.combine(on, MORNING, tzinfo=zone).astimezone(UTC), MessageKind.DIGEST)


def live_day(session: Session, book: Rulebook, plan: Mapping[str, Any], on: date) -> None:
    """The daytime of a day, in the order of the clock; what would lie before the last record is left out."""
    last = _last_recorded(session, book)
    day = Day(session, book, plan, on, _cast(session, book, on), Random(f"{plan['seed']} {on}"))  # reproducible
    happenings = [*_raised(day), *_watched(day), *(_worked(day) if book.calendar.is_workday(on) else ())]
    for now, happen in sorted(happenings, key=lambda each: each[0]):
        if last is None or now > last:
            happen(now)


def _last_recorded(session: Session, book: Rulebook) -> datetime | None:
    return session.scalar(select(func.max(Event.recorded_at)).where(Event.county_id == book.county.id))


def _cast(session: Session, book: Rulebook, on: date) -> Cast:
    county = book.county.id
    names = {
        row.id: row.code for row in session.execute(select(Person.id, Person.code).where(Person.county_id == county))
    }
    posts = session.scalars(select(Post).join(Unit, Unit.id == Post.unit_id).where(Unit.county_id == county))
    grids = session.scalars(select(Unit).where(Unit.county_id == county, Unit.depth == book.lowest).order_by(Unit.id))
    return Cast(
        names,
        {post: names[person] for post, person in people.holders(session, county, on).items()},
        {(post.unit_id, post.role): post.id for post in posts},
        {unit.id: unit for unit in grids},
        [unit.id for unit in units.communities(session, county)],
    )


def _raised(day: Day) -> Iterator[Happening]:
    for _ in range(day.dice.randint(day.plan["reports_a_day"] // 2, day.plan["reports_a_day"] * 3 // 2)):
        grid = day.dice.choice(list(day.cast.grids.values()))
        category = day.dice.choice(list(day.plan["summaries"]))
        summary = day.dice.choice(day.plan["summaries"][category])
        urgent = day.dice.random() < day.plan["urgent_share"]
        nowhere = day.dice.random() < day.plan["unowned_share"]
        yield day.some_time(), _reporting(day, grid, category, summary, urgent=urgent, nowhere=nowhere)


def _reporting(
    day: Day, grid: Unit, category: str, summary: str, *, urgent: bool, nowhere: bool
) -> Callable[[datetime], object]:
    severity = Severity.URGENT if urgent else Severity.ORDINARY

    def happen(now: datetime) -> object:
        what = Report(None if nowhere else grid.key, category, severity, summary, now, day.cast.cadre(grid), "visit")
        return report(day.session, day.book, what, now=now)

    return happen


def _watched(day: Day) -> Iterator[Happening]:
    def watch(now: datetime) -> None:
        for community in night.due_at_once(day.session, day.cast.communities, now):
            night.watch(day.session, day.book, community, now)
        messages.compose(day.session, day.book, now, MessageKind.URGENT)

    yield from ((day.at(clock), watch) for clock in WATCHES)


def _worked(day: Day) -> Iterator[Happening]:
    """One thing a day to an issue, if its people get round to it; two to an urgent one."""
    open_issues = select(Issue).where(Issue.county_id == day.book.county.id, Issue.unit_id.in_(day.cast.grids))
    for issue in day.session.scalars(open_issues.order_by(Issue.id)):
        if issue.stage is Stage.CLOSED and day.dice.random() >= day.plan["chances"]["reopen"]:
            continue
        first = day.some_time()
        yield first, _working(day, issue)
        if issue.severity is Severity.URGENT and first + timedelta(hours=1) < day.at(time(CLOSES // 60)):
            yield first + timedelta(hours=1), _working(day, issue)


def _working(day: Day, issue: Issue) -> Callable[[datetime], object]:
    return lambda now: STEPS[issue.stage](day, issue, now)


def _get_round_to(day: Day, what: str) -> bool:
    return bool(day.dice.random() < day.plan["chances"][what])


def _sign(day: Day, issue: Issue, now: datetime) -> None:
    if _get_round_to(day, "sign"):
        by = day.cast.answering(day.cast.grids[issue.unit_id], day.book.lowest)
        casework.sign(day.session, day.book, issue.number, by=by, now=now)


def _finish(day: Day, issue: Issue, now: datetime) -> None:
    if _get_round_to(day, "done"):
        by = day.cast.answering(day.cast.grids[issue.unit_id], day.book.lowest)
        casework.done(day.session, day.book, issue.number, evidence=f"photo {issue.number}", by=by, now=now)


def _evaluate_or_close(day: Day, issue: Issue, now: datetime) -> None:
    unit = day.cast.grids[issue.unit_id]
    if issue.rating is None and _get_round_to(day, "evaluate"):
        content = day.dice.random() >= day.plan["dissatisfied_share"]
        rating = day.dice.choice([Rating.SATISFIED, Rating.FAIRLY_SATISFIED]) if content else Rating.DISSATISFIED
        casework.evaluate(day.session, day.book, issue.number, rating=rating, by=day.cast.cadre(unit), now=now)
    elif issue.rating is not None and _get_round_to(day, "close"):
        handler = day.cast.staff[issue.handler_id] if issue.handler_id else ""
        verifiers = (day.cast.answering(unit, depth) for depth in range(day.book.lowest - 1, -1, -1))
        by = next(verifier for verifier in verifiers if verifier != handler)
        casework.close(day.session, day.book, issue.number, by=by, now=now)


def _reopen(day: Day, issue: Issue, now: datetime) -> None:
    by = day.cast.cadre(day.cast.grids[issue.unit_id])
    casework.reopen(day.session, day.book, issue.number, reason=day.plan["reopened_because"], by=by, now=now)


STEPS: Mapping[Stage, Callable[[Day, Issue, datetime], None]] = {
    Stage.RAISED: _sign,
    Stage.ACTING: _finish,
    Stage.EVALUATING: _evaluate_or_close,
    Stage.CLOSED: _reopen,
}
