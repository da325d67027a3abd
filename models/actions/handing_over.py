"""Handing over: whoever takes a post takes what it owes and hears so, and nobody leaves work behind unsaid."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from models.actions import authority, guards
from models.errors import ClockBehind, InvalidInput
from models.queries import people, posts
from models.queries.named import statement
from models.queries.posts import Change
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.people import Absence, Posting
from models.tables.places import County, Post
from models.vocabulary import OWED


@dataclass(frozen=True)
class Succession:
    """A person (None: nobody) holds a post from a day up to, not including, another (None: until further notice)."""

    post_id: int
    person_id: int | None
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True)
class HandedOver:
    """What passed on: posts and, of those that change hands by now, what they owe."""

    posts: int = 0
    duties: int = 0


def succeed(
    session: Session, county: County, successions: Sequence[Succession], *, by: int | None = None, now: datetime
) -> HandedOver:
    """Let posts change hands. What they owe passes on at once where the day has come, else in the night of that day.

    :param by: the person who ordered it.
    :raises ClockBehind: `now` lies before what is recorded.
    """
    guards.check_clock(session, county.id, now)
    today = now.astimezone(ZoneInfo(county.zone)).date()
    taken = {each.post_id for each in successions}
    session.execute(select(Post.id).where(Post.id.in_(taken)).order_by(Post.id).with_for_update(key_share=True))
    known = posts.postings(session, taken)
    begun = [
        Change(each.post_id, before, each.person_id, each.from_on)
        for each in successions
        if (before := posts.holder(known[each.post_id], today)) != each.person_id and each.from_on <= today
    ]
    _hold_issues(session, {each.post_id for each in begun}, now)
    for each in successions:
        _enter(session, each, now)
    return HandedOver(len(successions), _pass_on(session, county.id, begun, by=by, now=now))


def _hold_issues(session: Session, post_ids: Collection[int], now: datetime) -> None:
    """Keep nights and casework away from the issues about which some posts owe something."""
    owed = select(Issue.id).join(Duty, Duty.issue_id == Issue.id)
    owed = owed.where(Duty.post_id.in_(post_ids), Duty.state.in_(OWED))
    guards.hold_casework(session, set(session.scalars(owed.with_only_columns(Duty.community_id).distinct())))
    session.execute(owed.order_by(Issue.id).with_for_update(key_share=True, of=Issue))
    last = session.scalar(select(func.max(Event.recorded_at)).where(Event.issue_id.in_(owed)))
    if last is not None and now < last:
        raise ClockBehind(now=now, last=last)


def _enter(session: Session, wanted: Succession, now: datetime) -> None:
    """Write a succession down: whoever held the post in that time leaves it."""
    overlapping = or_(Posting.until_on.is_(None), Posting.until_on > wanted.from_on)
    if wanted.until_on is not None:
        overlapping &= Posting.from_on < wanted.until_on
    session.execute(
        update(Posting)
        .where(Posting.post_id == wanted.post_id, overlapping)
        .values(until_on=func.greatest(Posting.from_on, wanted.from_on), changed_at=now)
    )
    if wanted.person_id is not None:
        session.add(
            Posting(
                post_id=wanted.post_id,
                person_id=wanted.person_id,
                from_on=wanted.from_on,
                until_on=wanted.until_on,
                changed_at=now,
            )
        )
        session.flush()


def _pass_on(
    session: Session,
    county_id: int,
    changes: Sequence[Change],
    *,
    now: datetime,
    by: int | None = None,
    community_id: int | None = None,
    began: Sequence[datetime | None] = (),
) -> int:
    """What the posts owe passes on, as ``hand_over_duties.sql`` says.

    :param began: the instants at which the changes took place, where only what was owed by then passes on.
    :return: how many duties.
    """
    facts: dict[str, object] = {
        "county": county_id,
        "community": community_id,
        "by": by,
        "now": now,
        "posts": [each.post_id for each in changes],
        "before": [each.before for each in changes],
        "after": [each.after for each in changes],
        "days": [each.on for each in changes],
        "as_of": list(began) or [None] * len(changes),
    }
    return int(session.execute(statement("hand_over_duties"), facts).scalar_one()) if changes else 0


def take_over_due(session: Session, book: Rulebook, community_id: int, now: datetime) -> int:
    """Pass on what is owed in a community by posts that changed hands on the days since its last night.

    :return: how many duties.
    """
    changes = posts.changed_hands(session, book.county.id, community_id, book.local_date(now))
    began = [book.calendar.midnight(each.on) for each in changes]
    return _pass_on(session, book.county.id, changes, community_id=community_id, began=began, now=now)


def hand_over(
    session: Session, book: Rulebook, code: str, *, to: str | None, on: date | None = None, by: str, now: datetime
) -> HandedOver:
    """Hand over all that a leaving person holds: their posts with what these owe, and whom they are to stand in for.

    :param to: who takes it, by staff number; None: nobody, the tier above answers.
    :param on: from which day on; today, if not told.
    :raises NotFound: there is no such person.
    :raises InvalidInput: to themselves.
    :raises NotAbove: whoever orders it is neither the leaving person nor answers above one of their posts.
    """
    if to == code:
        raise InvalidInput(why="hand_over_itself", code=code)
    leaving, orders = authority.over_person(session, book, code, by=by, now=now)
    successor = people.person(session, book.county.id, to).id if to is not None else None
    day = on or book.local_date(now)
    successions = [
        Succession(each.post_id, successor, max(each.from_on, day), each.until_on)
        for each in posts.held_from(session, leaving.id, day)
    ]
    _replace_deputy(session, leaving.id, successor, max(day, book.local_date(now)), now)
    return succeed(session, book.county, successions, by=orders.id, now=now)


def _replace_deputy(session: Session, leaving_id: int, successor_id: int | None, day: date, now: datetime) -> None:
    """Whom somebody is to stand in for from a day on, the successor stands in for; nobody stands in for themselves."""
    coming = Absence.deputy_id == leaving_id, ~Absence.cancelled, Absence.until_on > day
    for each in session.scalars(select(Absence).where(*coming).order_by(Absence.id).with_for_update()):
        deputy = successor_id if successor_id != each.person_id else None
        if each.from_on >= day:
            each.deputy_id, each.changed_at = deputy, now
            continue
        session.add(
            Absence(
                person_id=each.person_id,
                deputy_id=deputy,
                from_on=day,
                until_on=each.until_on,
                reason=each.reason,
                changed_at=now,
            )
        )
        each.until_on, each.changed_at = day, now
    session.flush()
