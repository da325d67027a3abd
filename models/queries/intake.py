"""What a county knows, for reading intake files against."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import ARRAY, Integer, Text, any_, func, literal, select
from sqlalchemy.orm import Session

from models.queries import people
from models.queries.rulebook import Rulebook
from models.rules.intake import Content, Key, Known
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import Unit
from models.tables.policies import Category
from models.vocabulary import OWED, Stage

CHUNK = 1000  # keys asked for at once: a long file is not one long statement


def known(session: Session, book: Rulebook, now: datetime) -> Known:
    """The grids and categories of a county, and the people who hold a post."""
    grids, ambiguous = _grids(session, book)
    return Known(
        grids=grids,
        categories=_categories(session, book.county.id),
        reporters=_on_duty(session, book, now),
        since=book.calendar.midnight(book.calendar.first),
        now=now,
        ambiguous=ambiguous,
    )


def _categories(session: Session, county_id: int) -> dict[str, str]:
    """The keys of the categories by what people call them, and by themselves."""
    rows = session.execute(select(Category.name, Category.key).where(Category.county_id == county_id)).all()
    return {row.name: row.key for row in rows} | {row.key: row.key for row in rows}


def told(session: Session, county_id: int, keys: Collection[Key]) -> dict[Key, Content]:
    """What the sources gave under these ids, as far as they gave any."""
    return {
        (source, external_id): (happened_at, summary)
        for source, chunk in _chunks(keys)
        for external_id, happened_at, summary in session.execute(
            select(Issue.external_id, Issue.happened_at, Issue.summary)
            .where(Issue.county_id == county_id, Issue.source == source)
            .where(Issue.external_id == any_(literal(chunk, ARRAY(Text))))
        )
    }


def at_stages(session: Session, issue_ids: Collection[int]) -> dict[Stage, int]:
    """How many of some issues stand at each stage, in the order of the stages."""
    own = Issue.id == any_(literal(list(issue_ids), ARRAY(Integer)))
    found = dict(session.execute(select(Issue.stage, func.count()).where(own).group_by(Issue.stage)).tuples().all())
    return {stage: found[stage] for stage in Stage if stage in found}


def overdue(session: Session, issue_ids: Collection[int], now: datetime) -> int:
    """How many of some issues owe something that is overdue."""
    late = select(func.count(Duty.issue_id.distinct())).where(Duty.state.in_(OWED), Duty.due_at <= now)
    return session.scalar(late.where(Duty.issue_id == any_(literal(list(issue_ids), ARRAY(Integer))))) or 0


def _chunks(keys: Collection[Key]) -> Iterator[tuple[str, list[str]]]:
    """The ids of each source, not too many at once."""
    for source, own in groupby(sorted(keys), lambda key: key[0]):
        ids = [external_id for _, external_id in own]
        yield from ((source, ids[at : at + CHUNK]) for at in range(0, len(ids), CHUNK))


def _grids(session: Session, book: Rulebook) -> tuple[set[str], set[str]]:
    """The keys and names of the grids: those only one unit has, and those it shares with another."""
    units = session.execute(select(Unit.key, Unit.name, Unit.depth).where(Unit.county_id == book.county.id)).all()
    shared = Counter(called for unit in units for called in {unit.key, unit.name})
    grids = {called for unit in units if unit.depth == book.lowest for called in (unit.key, unit.name)}
    ambiguous = {called for called in grids if shared[called] > 1}
    return grids - ambiguous, ambiguous


def _on_duty(session: Session, book: Rulebook, now: datetime) -> set[str]:
    """The staff numbers of all who hold a post today: the only ones who may report."""
    held = people.holding(session, book.county.id, book.local_date(now)).values()
    return set(session.scalars(select(Person.code).where(Person.id.in_(held))))
