"""Striking off what another system says is closed: in bulk, without the steps between, marked as such."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Select, Text, all_, any_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from models.actions import guards
from models.errors import ClockBehind, StaleIssue
from models.queries import people
from models.queries.named import statement
from models.queries.rulebook import Rulebook
from models.rules.lifecycle import AS_RECORDED, UNDER_WAY, HeldPost, allowing_post
from models.rules.stock import Closing
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.places import Unit
from models.vocabulary import Action, Stage

AT_ONCE = 10_000
"""So many issues are struck off in one statement."""


@dataclass(frozen=True)
class Closed:
    """What became of closings: how many issues were struck off, how many had ended before, and by their place in the
    order given why the others can't be so.
    """

    closed: int = 0
    known: int = 0
    rejected: Mapping[int, str] = field(default_factory=dict)


class _Importer(NamedTuple):
    """Who brings closings in, by which rules and when."""

    book: Rulebook
    person_id: int
    held: Sequence[HeldPost]
    now: datetime


class _Standing(NamedTuple):
    """An issue as a closing finds it, with the units from the topmost to its own."""

    id: int
    stage: Stage
    path: tuple[int, ...]
    last_at: datetime
    known_at: datetime


def close_as_recorded(
    session: Session, book: Rulebook, closings: Sequence[Closing], *, by: str, now: datetime
) -> Closed:
    """Strike issues off because their source says so; again, nothing changes.

    The work counts as done when the source closed it. Nobody here has verified it, so it is counted apart.

    :param by: the staff number of the person who brings the closings in.
    :return: with the rejected: ``unknown`` issue, ``later`` than `now`, ``out_of_order`` with what was done before.
    :raises NotAllowed: the person does not answer above one of the issues.
    :raises ClockBehind: `now` lies before what is recorded.
    """
    guards.check_clock(session, book.county.id, now)
    person = people.person(session, book.county.id, by)
    held = people.held_posts(session, person.id, book.local_date(now))
    importer, done = _Importer(book, person.id, held, now), Closed()
    for first in range(0, len(closings), AT_ONCE):
        more = _close(session, importer, closings[first : first + AT_ONCE])
        rejected = {first + place: why for place, why in more.rejected.items()}
        done = Closed(done.closed + more.closed, done.known + more.known, {**done.rejected, **rejected})
    return done


def _close(session: Session, importer: _Importer, closings: Sequence[Closing]) -> Closed:
    found = _hold(session, importer.book, closings)
    rejected: dict[int, str] = {}
    closing: dict[int, tuple[_Standing, datetime]] = {}
    for place, each in enumerate(closings):
        issue = found.get(each.issue)
        if issue is None:
            rejected[place] = "unknown"
        elif issue.stage not in UNDER_WAY or issue.id in closing:
            continue
        elif issue.known_at > importer.now:
            raise ClockBehind(now=importer.now, last=issue.known_at)
        elif each.closed_at > importer.now:
            rejected[place] = "later"
        elif each.closed_at < issue.last_at:
            rejected[place] = "out_of_order"
        else:
            closing[issue.id] = issue, each.closed_at
    known = len(closings) - len(rejected) - len(closing)
    return Closed(_strike(session, importer, closing) if closing else 0, known, rejected)


def _hold(session: Session, book: Rulebook, closings: Sequence[Closing]) -> dict[int | str, _Standing]:
    """The issues, locked, by how the closings name them, the nights of their communities kept out.

    :raises StaleIssue: one was put on another community's grid while this waited.
    """
    wanted = _named(book, closings)
    lie_in = {row.id: row.community_id for row in session.execute(wanted)}
    guards.hold_casework(session, set(lie_in.values()))
    found: dict[int | str, _Standing] = {}
    for row in session.execute(wanted.order_by(Issue.id).with_for_update(key_share=True, of=Issue)):
        if row.community_id != lie_in.get(row.id):
            raise StaleIssue(number=row.number)
        found[row.id] = found[row.number] = _Standing(row.id, row.stage, tuple(row.path), row.last_at, row.known_at)
    return found


def _named(book: Rulebook, closings: Sequence[Closing]) -> Select[Any]:
    """The issues that closings name, when what people did last happened, and when anything was recorded last."""
    void = aliased(Event)  # looked up by the issue, not by the event: a join may be planned badly in a fresh ledger
    taken_back = select(void.voids_id).where(void.issue_id == Issue.id, void.voids_id.is_not(None)).correlate(Issue)
    last = select(func.max(Event.happened_at)).where(
        Event.issue_id == Issue.id,
        Event.person_id.is_not(None),
        Event.voids_id.is_(None),
        Event.action != Action.HAND_OVER,
        Event.id != all_(func.array(taken_back.scalar_subquery(), type_=ARRAY(BigInteger))),
    )
    ids = [each.issue for each in closings if isinstance(each.issue, int)]
    numbers = [each.issue for each in closings if isinstance(each.issue, str)]
    by_id = Issue.id == any_(literal(ids, ARRAY(BigInteger)))
    by_number = Issue.number == any_(literal(numbers, ARRAY(Text)))
    named = or_(by_id, by_number) if ids and numbers else by_id if ids else by_number
    columns = (Issue.id, Issue.number, Issue.stage, Issue.community_id, Unit.path)
    known = select(func.max(Event.recorded_at)).where(Event.issue_id == Issue.id)
    times = last.scalar_subquery().label("last_at"), known.scalar_subquery().label("known_at")
    own = select(*columns, *times).join(Unit, Unit.id == Issue.unit_id)
    return own.where(Issue.county_id == book.county.id, named)


def _strike(session: Session, importer: _Importer, closing: Mapping[int, tuple[_Standing, datetime]]) -> int:
    """Write it: each by the nearest of the importer's posts that answer above the issue."""
    paths = {issue.path for issue, _ in closing.values()}
    posts = {path: allowing_post(AS_RECORDED, importer.held, path).post_id for path in paths}
    facts = {
        "county": importer.book.county.id,
        "person": importer.person_id,
        "now": importer.now,
        "issues": list(closing),
        "posts": [posts[issue.path] for issue, _ in closing.values()],
        "closed": [at for _, at in closing.values()],
        "fulfils": list(map(str, AS_RECORDED.fulfils)),
    }
    struck: int = session.execute(statement("close_as_recorded"), facts).scalar_one()
    session.expire_all()  # whoever holds one of them sees it closed
    return struck
