"""How posts change hands: who held one, who holds it, from which day on."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, bindparam, func, or_, select
from sqlalchemy.orm import Session

from models.tables.duties import Duty
from models.tables.notices import NightLog
from models.tables.people import Posting
from models.tables.places import Post, Unit
from models.vocabulary import OWED, Role


@dataclass(frozen=True)
class Change:
    """A post changes hands on a day: who held it until then and who holds it from then on; None: nobody."""

    post_id: int
    before: int | None
    after: int | None
    on: date


_UNTIL = bindparam("until", type_=Date)
_AFTER = (
    select(func.coalesce(func.max(NightLog.night), date.min))
    .where(NightLog.community_id == bindparam("community"), NightLog.night < _UNTIL)
    .scalar_subquery()
)
MOVED = (
    select(Posting.post_id, _AFTER.label("after"))
    .join(Post, Post.id == Posting.post_id)
    .join(Unit, Unit.id == Post.unit_id)
    .where(Unit.county_id == bindparam("county"))
    .where(
        or_(
            (Posting.from_on > _AFTER) & (Posting.from_on <= _UNTIL),
            (Posting.until_on > _AFTER) & (Posting.until_on <= _UNTIL),
        )
    )
    .distinct()
)


def changed_hands(session: Session, county_id: int, community_id: int, until: date) -> list[Change]:
    """The changes of a county's posts on the days since a community's last night up to one, by post and day."""
    rows = session.execute(MOVED, {"county": county_id, "community": community_id, "until": until}).all()
    if not rows:
        return []
    after = rows[0].after
    changes = [each for own in postings(session, [row.post_id for row in rows]).values() for each in _changes(own)]
    return [each for each in changes if after < each.on <= until]


def postings(session: Session, post_ids: Collection[int]) -> dict[int, list[Posting]]:
    """Who held some posts, holds them and will, by post, the earliest first; a posting that never began is none."""
    found: dict[int, list[Posting]] = defaultdict(list)
    wanted = select(Posting).where(Posting.post_id.in_(post_ids)).order_by(Posting.post_id, Posting.from_on, Posting.id)
    for each in session.scalars(wanted.execution_options(populate_existing=True)):
        if each.until_on is None or each.until_on > each.from_on:
            found[each.post_id].append(each)
    return found


def post_id(session: Session, unit_id: int, role: Role) -> int:
    """The post of a role on a unit."""
    return session.scalars(select(Post.id).where(Post.unit_id == unit_id, Post.role == role)).one()


def owed(session: Session, post_ids: Collection[int]) -> dict[int, int]:
    """How many duties some posts owe, held ones too, by post."""
    count = select(Duty.post_id, func.count()).where(Duty.post_id.in_(post_ids), Duty.state.in_(OWED))
    return {post_id or 0: number for post_id, number in session.execute(count.group_by(Duty.post_id))}


def held_from(session: Session, person_id: int, day: date) -> list[Posting]:
    """What a person holds on a day or will later, the lowest post id first."""
    holds = or_(Posting.until_on.is_(None), Posting.until_on > func.greatest(Posting.from_on, day))
    wanted = select(Posting).where(Posting.person_id == person_id, holds).order_by(Posting.post_id, Posting.from_on)
    return list(session.scalars(wanted.execution_options(populate_existing=True)))


def answering_above(session: Session, person_id: int, day: date) -> set[int]:
    """The posts that answer for the units above those where a person holds a post from a day on, or once held one."""
    own = {each.post_id for each in held_from(session, person_id, day) or held_from(session, person_id, date.min)}
    rows = select(Unit.answering).join(Post, Post.unit_id == Unit.id).where(Post.id.in_(own))
    return {post_id for answering in session.scalars(rows) for post_id in answering[:-1]}


def holder(own: Sequence[Posting], day: date) -> int | None:
    """Who holds a post on a day."""
    held = (each for each in own if each.from_on <= day and (each.until_on is None or each.until_on > day))
    return next((each.person_id for each in held), None)


def _changes(own: Sequence[Posting]) -> list[Change]:
    """All changes of one post."""
    days = sorted({day for each in own for day in (each.from_on, each.until_on) if day is not None})
    eves = [date.fromordinal(day.toordinal() - 1) for day in days]
    found = [
        Change(own[0].post_id, holder(own, eve), holder(own, day), day) for eve, day in zip(eves, days, strict=True)
    ]
    return [each for each in found if each.before != each.after]
