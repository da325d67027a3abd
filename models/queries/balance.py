"""The counts that have to balance: of the history and the numbers given out, and of the issues as they stand."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from models.queries import units
from models.queries.rulebook import Rulebook
from models.rules.balance import LEADS_TO, Tally
from models.rules.lifecycle import CLOSINGS
from models.tables.events import Event
from models.tables.issues import Issue, IssueNumber
from models.tables.places import Unit
from models.vocabulary import Action

COUNTED = (Action.REPORT, *CLOSINGS, Action.REOPEN, *LEADS_TO)
MOVES = (Action.ASSIGN, Action.TRANSFER)


def tallies(session: Session, book: Rulebook) -> list[Tally]:
    """A county's communities, and the topmost unit for what lies above them."""
    own = units.communities(session, book.county.id)
    opened = _opened(session)
    left, arrived = _moved(session, book)
    happened, standing = _by_unit(session, _happened(book)), _by_unit(session, _standing(book, on_hold=False))
    on_hold = _by_unit(session, _standing(book, on_hold=True))
    return [
        Tally(
            each.id,
            each.name,
            opened[each.id],
            arrived[each.id],
            left[each.id],
            happened[each.id],
            standing[each.id],
            on_hold[each.id].total(),
        )
        for each in own
    ]


def _opened(session: Session) -> Counter[int]:
    given = select(IssueNumber.community_id, func.sum(IssueNumber.last)).group_by(IssueNumber.community_id)
    return Counter({community_id: int(last) for community_id, last in session.execute(given)})


def _moved(session: Session, book: Rulebook) -> tuple[Counter[int], Counter[int]]:
    """How many transfers led out of each community, and how many into each; those inside one count as neither."""
    ends = (Event.facts[name].astext.cast(BigInteger).label(name) for name in ("from_unit", "to_unit"))
    moves = select(*ends).where(Event.action.in_(MOVES), Event.facts.has_key("from_unit"), *_stands(book)).subquery()
    own = session.execute(select(Unit.id, Unit.community_id).where(Unit.county_id == book.county.id))
    lies_in = {row.id: row.community_id for row in own}
    left, arrived = Counter[int](), Counter[int]()
    for source, target, times in session.execute(select(*moves.c, func.count()).group_by(*moves.c)):
        if lies_in[source] != lies_in[target]:
            left[lies_in[source]] += times
            arrived[lies_in[target]] += times
    return left, arrived


def _happened(book: Rulebook) -> Select[Any]:
    """How often what counts was done to the issues now in each community."""
    done = select(Issue.community_id, Event.action, func.count()).join(Issue, Issue.id == Event.issue_id)
    return done.where(Event.action.in_(COUNTED), *_stands(book)).group_by(Issue.community_id, Event.action)


def _standing(book: Rulebook, *, on_hold: bool) -> Select[Any]:
    """The issues of each community by stage."""
    held = Issue.held_until.is_not(None) if on_hold else Issue.held_until.is_(None)
    counted = select(Issue.community_id, Issue.stage, func.count()).where(Issue.county_id == book.county.id, held)
    return counted.group_by(Issue.community_id, Issue.stage)


def _stands(book: Rulebook) -> tuple[ColumnElement[bool], ...]:
    """The county's events that were not taken back."""
    void = aliased(Event)
    return Event.county_id == book.county.id, ~select(void.id).where(void.voids_id == Event.id).exists()


def _by_unit(session: Session, counted: Select[Any]) -> dict[int, Counter[Any]]:
    found: dict[int, Counter[Any]] = defaultdict(Counter)
    for unit_id, word, count in session.execute(counted):
        found[unit_id][word] = count
    return found
