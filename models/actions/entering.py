"""Many issues entering the ledger at once, with whatever was done to them before: made in bulk, written by COPY."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import numpy as np
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from models.actions.copying import copy_in, new_ids
from models.queries.named import statement
from models.queries.rulebook import Rulebook
from models.rules.arriving import Arrival, Owing, Spot, owing
from models.rules.bulk import Instants, freeze_all
from models.rules.clock import passed_over
from models.rules.escalation import ServiceLevel, freeze
from models.rules.segments import micros
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.notices import Notice
from models.tables.places import Unit
from models.vocabulary import Action, Basis, DutyKind, DutyState, Lane, Severity

AT_ONCE = 10_000
"""So many issues are made and written together: more would only take memory."""

FEW = 40
"""Below so many of a service level, clocks are counted one by one: getting ready for more takes longer."""
NEVER = np.iinfo(np.int64).min
UNSIGNED = (Action.REPORT, Action.ASSIGN)
"""What was done last to an issue that nobody has taken on."""

ISSUE = (
    *("id", "county_id", "community_id", "unit_id", "number", "source", "external_id", "category_id", "severity"),
    *("lane", "stage", "summary", "happened_at", "recorded_at", "handler_id", "evidence", "rating", "closed_at"),
    *("reopenings", "called_up", "live_at", "changed_at"),
)
EVENT = (
    *("county_id", "issue_id", "action", "stage_from", "stage_to", "person_id", "post_id", "facts", "happened_at"),
    "recorded_at",
)
DUTY = (
    *("id", "community_id", "issue_id", "unit_id", "post_id", "service_level_id", "escalation_policy_id", "kind"),
    *("state", "opened_at", "due_at", "steps_at", "step", "next_step_at", "provisional", "ended_at", "basis"),
    *("promises", "parent_id", "changed_at"),
)
NOTICE = ("county_id", "duty_id", "step", "post_id", "arming", "immediate", "recorded_at")


@dataclass(frozen=True)
class Entry:
    """How issues enter: by which rules and when, and the go-live moment of those that come from another system.

    :param categories: the ids of the categories, by key.
    :param still_since: since when clocks stand still in suspended units, by their ids.
    :param quiet: whether nobody is told of what is newly theirs.
    """

    book: Rulebook
    categories: Mapping[str, int]
    now: datetime
    live_at: datetime | None = None
    still_since: Mapping[int, datetime] = field(default_factory=dict)
    quiet: bool = False

    def passed_by(self, duty: Owing) -> datetime | None:
        """Up to when the steps of a duty are passed over: its go-live, or when its clock stood still before."""
        since = self.still_since.get(duty.unit_id) if duty.state is DutyState.OPEN else None
        if self.live_at is None or since is None:
            return self.live_at
        return min(self.live_at, max(since, duty.opened_at))


@dataclass(frozen=True, slots=True)
class _Times:
    """A duty's frozen times as they are written, and how far it has climbed without a word."""

    level: ServiceLevel
    due_at: str
    steps_at: str
    step: int
    next_step_at: str | None
    provisional: bool


Opened = tuple[int, Arrival, Owing]
"""A duty, with the id and the rest of its issue."""


def enter(session: Session, arrivals: Sequence[Arrival], entry: Entry) -> list[int]:
    """Write issues with their history and their duties, the clocks of which count from when they began.

    The caller has checked the clock and holds the communities.

    :return: the ids of the issues, in the order given.
    :raises CalendarEnds: when the calendar doesn't reach far enough for one of them; nothing is written then.
    """
    issue_ids: list[int] = []
    for first in range(0, len(arrivals), AT_ONCE):
        issue_ids += _enter(session, arrivals[first : first + AT_ONCE], entry)
    return issue_ids


def _enter(session: Session, arrivals: Sequence[Arrival], entry: Entry) -> list[int]:
    ids = new_ids(session, Issue, len(arrivals))
    opened = [(id_, each, duty) for id_, each in zip(ids, arrivals, strict=True) for duty in owing(each, entry.now)]
    times = frozen(opened, entry)
    named = numbers(session, entry.book, [each.spot.community_id for each in arrivals], entry.now)
    copy_in(session, Issue, ISSUE, _issues(ids, named, arrivals, entry))
    copy_in(session, Event, EVENT, _events(ids, arrivals, entry))
    duty_ids = new_ids(session, Duty, len(opened))
    copy_in(session, Duty, DUTY, _duties(duty_ids, opened, times, entry))
    if not entry.quiet:
        copy_in(session, Notice, NOTICE, _notices(duty_ids, opened, entry))
    return ids


def spot_of(book: Rulebook, unit: Unit) -> Spot:
    """A unit as what enters on it sees it."""
    way_up = tuple(unit.path), tuple(unit.answering)
    return Spot(unit.id, unit.community_id, *way_up, unit.depth == book.lowest, book.lowest - 1)


def numbers(session: Session, book: Rulebook, communities: Sequence[int], now: datetime) -> list[str]:
    """Speakable numbers, without gaps: community, year of recording, running number."""
    year = book.local_date(now).year
    given = Counter(communities)
    asked = {"communities": sorted(given), "counts": [given[each] for each in sorted(given)], "year": year}
    following = {row.community_id: (row.name, count(row.first)) for row in session.execute(statement("numbers"), asked)}
    return [f"{name}-{year}-{next(running):04d}" for name, running in map(following.__getitem__, communities)]


def _issues(
    ids: Sequence[int], named: Sequence[str], arrivals: Sequence[Arrival], entry: Entry
) -> Iterator[tuple[object, ...]]:
    for id_, number, each in zip(ids, named, arrivals, strict=True):
        place = entry.book.county.id, each.spot.community_id, each.spot.unit_id
        category_id = entry.categories[each.category]
        what = each.source, each.external_id, category_id, str(each.severity), str(each.lane)
        known = str(each.stage), each.summary, each.happened_at, entry.now
        ended = each.handler_id, each.evidence, each.rating and str(each.rating), each.closed_at
        yield id_, *place, number, *what, *known, *ended, 0, False, entry.live_at, entry.now


def _events(ids: Sequence[int], arrivals: Sequence[Arrival], entry: Entry) -> Iterator[tuple[object, ...]]:
    for id_, each in zip(ids, arrivals, strict=True):
        for deed in each.deeds:
            row = deed.row
            way = str(row.action), row.source and str(row.source), str(row.target)
            facts = Jsonb(deed.facts) if deed.facts else None
            yield entry.book.county.id, id_, *way, deed.person_id, deed.post_id, facts, deed.at, entry.now


def frozen(opened: Sequence[Opened], entry: Entry) -> list[_Times]:
    """The times of duties, counted a service level at a time; steps up to the go-live moment are passed over.

    :raises CalendarEnds: when the calendar doesn't reach far enough for one of them.
    """
    found: list[_Times | None] = [None] * len(opened)
    for level, places in _by_level(entry.book, opened):
        count_them = _one_by_one if len(places) < FEW else _in_bulk
        duties = [opened[place][2] for place in places]
        for place, times in zip(places, count_them(level, duties, entry), strict=True):
            found[place] = times
    return [each for each in found if each is not None]


def _one_by_one(level: ServiceLevel, duties: Sequence[Owing], entry: Entry) -> Iterator[_Times]:
    for duty in duties:
        times = freeze(level, duty.opened_at, entry.book.calendar)
        steps = [at.isoformat() for at in times.steps_at]
        passed = passed_over(times.steps_at, entry.passed_by(duty))
        yield _times(level, times.due_at.isoformat(), steps, passed, provisional=times.provisional)


def _in_bulk(level: ServiceLevel, duties: Sequence[Owing], entry: Entry) -> Iterator[_Times]:
    schedules = freeze_all(level, [micros(each.opened_at) for each in duties], entry.book.calendar)
    by = np.array([micros(at) if (at := entry.passed_by(each)) else NEVER for each in duties], dtype=np.int64)
    passed = (schedules.steps_at <= by[:, None]).sum(axis=1).tolist()
    rows = zip(_written(schedules.due_at), _written(schedules.steps_at), passed, schedules.provisional, strict=True)
    for due_at, steps, step, provisional in rows:
        yield _times(level, due_at, steps, step, provisional=bool(provisional))


def _times(level: ServiceLevel, due_at: str, steps: Sequence[str], step: int, *, provisional: bool) -> _Times:
    ahead = steps[step] if step < len(steps) else None
    return _Times(level, due_at, "{" + ",".join(steps) + "}", step, ahead, provisional)


def _by_level(book: Rulebook, opened: Sequence[Opened]) -> Iterator[tuple[ServiceLevel, list[int]]]:
    """Which of some duties fall under which service level."""
    places: dict[tuple[DutyKind, str, Severity, Lane], list[int]] = defaultdict(list)
    for place, (_, of, duty) in enumerate(opened):
        places[duty.kind, of.category, of.severity, of.lane].append(place)
    for asked, own in places.items():
        yield book.level(*asked), own


def _written(instants: Instants) -> list[Any]:
    """Instants, or rows of them, as the database reads them."""
    return list(np.datetime_as_string(instants.astype("datetime64[us]"), timezone="UTC").tolist())


def _duties(
    ids: Sequence[int], opened: Sequence[Opened], times: Sequence[_Times], entry: Entry
) -> Iterator[tuple[object, ...]]:
    for n, (id_, (issue_id, of, duty), at) in enumerate(zip(ids, opened, times, strict=True)):
        place = of.spot.community_id, issue_id, duty.unit_id, duty.post_id
        level = at.level.id, at.level.escalation.id, str(duty.kind), str(duty.state)
        ahead = at.next_step_at if duty.state is DutyState.OPEN else None
        clock = duty.opened_at, at.due_at, at.steps_at, at.step, ahead, at.provisional, duty.ended_at
        parent = ids[n - duty.part_of] if duty.part_of else None
        yield id_, *place, *level, *clock, str(Basis.POLICY), 0, parent, entry.now


def _notices(ids: Sequence[int], opened: Sequence[Opened], entry: Entry) -> Iterator[tuple[object, ...]]:
    """Whoever owes something hears that it is theirs; of what is not signed for yet, that they are to sign.

    Of what is urgent they hear at once, as long as nobody has taken it on.
    """
    for id_, (_, of, duty) in zip(ids, opened, strict=True):
        given = of.deeds[-1].row.action in UNSIGNED
        if duty.post_id is not None and duty.state is DutyState.OPEN and not (given and duty.kind is DutyKind.ACT):
            urgent = given and of.severity is Severity.URGENT
            yield entry.book.county.id, id_, 0, duty.post_id, 0, urgent, entry.now
