"""Taking over what another system has of the county's issues: with its dates, its stages and who did what."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.actions import guards, suspending
from models.actions.attributing import Desk
from models.actions.closing import close_as_recorded
from models.actions.entering import Entry, Opened, enter, frozen
from models.actions.reporting import told_before
from models.errors import CalendarEnds, InvalidInput
from models.queries import intake
from models.queries.rulebook import Rulebook
from models.rules.arriving import Arrival, owing
from models.rules.fields import NUL
from models.rules.intake import Content, Key, Known, clashing
from models.rules.stock import Closing, StockRow, faults
from models.vocabulary import Stage


@dataclass(frozen=True)
class StockTaken:
    """What became of the rows of a stock.

    :param issues: the ids of the new issues, by their row's place in the order given.
    :param known: how many rows came before.
    :param rejected: what was wrong with the others, by place: of each field the key of the sentence that says it.
    :param as_recorded: how many of the new ones were struck off by their source's word alone.
    :param unknown: how many of the new ones name somebody who is not known here, by staff number; whoever brings the
        stock in stands in for them.
    :param unentitled: the same of people who are known, but held no post there that allows what they did.
    """

    issues: Mapping[int, int] = field(default_factory=dict)
    known: int = 0
    rejected: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    as_recorded: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)
    unentitled: Mapping[str, int] = field(default_factory=dict)


def take_over_stock(
    session: Session, book: Rulebook, rows: Sequence[StockRow], *, live_at: datetime, by: str, now: datetime
) -> StockTaken:
    """Put issues into the ledger as another system has them; a row that came before is left alone.

    Clocks count from the dates there. Steps that fall by `live_at` are passed over: nobody is told of them, ever. Where
    a suspended unit's clock stood still before them, they have not come, and will when it goes on.

    What people did there is theirs, if they are known here and hold a post that allows it, that day or today; else it
    is recorded as by whoever brings the stock in.

    :param by: the staff number of that person, who answers above all the issues.
    :raises NotAllowed: they don't.
    :raises InvalidInput: the go-live moment is still to come: clocks would have to wait for it.
    :raises ClockBehind: `now` lies before what is recorded.
    """
    guards.check_clock(session, book.county.id, now)
    if live_at > now:
        raise InvalidInput(why="live_later", live_at=live_at.isoformat())
    told = told_before(session, book, {row.key for row in rows if NUL not in "".join(row.key)})
    rejected = _faulty(rows, told, intake.known(session, book, now))
    desk = Desk.of(session, book, by=by, now=now)
    arrivals = {place: desk.arrival(rows[place]) for place in _fresh(rows, told, rejected)}
    entry = Entry(book, desk.categories, now, live_at, suspending.still_since(session, book, now))
    for place in _beyond_calendar(arrivals, entry):
        rejected[place] = {"happened_at": "calendar"}
        del arrivals[place]
    ended = {place: at for place, each in arrivals.items() if (at := _closed_at(rows[place], each))}
    issues = _enter(session, arrivals, ended.keys(), entry)
    closings = [Closing(issues[place], at) for place, at in ended.items()]
    struck = close_as_recorded(session, book, closings, by=by, now=now).closed
    suspending.follow(session, book, list(issues.values()), now=now)
    before = len(rows) - len(rejected) - len(issues)
    unknown, unentitled = desk.stood_in([rows[place].key for place in issues])
    return StockTaken(issues, before, rejected, struck, unknown, unentitled)


def _faulty(rows: Sequence[StockRow], told: Mapping[Key, Content], known: Known) -> dict[int, Mapping[str, str]]:
    """What is wrong with rows, by their place: in themselves, or that they say otherwise what was said before."""
    odd = clashing(rows, told)
    found = ((place, faults(row, known)) for place, row in enumerate(rows))
    return {
        place: {**wrong, **({"external_id": "clash"} if odd[place] else {})}
        for place, wrong in found
        if wrong or odd[place]
    }


def _fresh(rows: Sequence[StockRow], told: Mapping[Key, Content], rejected: Collection[int]) -> list[int]:
    """The places of the rows that are new, each issue once."""
    first: dict[Key, int] = {}
    for place, row in enumerate(rows):
        if place not in rejected and row.key not in told:
            first.setdefault(row.key, place)
    return list(first.values())


def _beyond_calendar(arrivals: Mapping[int, Arrival], entry: Entry) -> list[int]:
    """The places of the issues of which a clock runs out of the calendar.

    No clock that begins later ends earlier: where the first and the last of a kind can be counted, so can all.
    """
    ends: dict[tuple[object, ...], list[Opened]] = {}
    every = [(place, each, duty) for place, each in arrivals.items() for duty in owing(each, entry.now)]
    for opened in every:
        _, of, duty = opened
        known = ends.setdefault((duty.kind, of.category, of.severity, of.lane), [opened, opened])
        if duty.opened_at < known[0][2].opened_at:
            known[0] = opened
        elif duty.opened_at > known[1][2].opened_at:
            known[1] = opened
    if _counts(entry, [opened for known in ends.values() for opened in known]):
        return []
    return sorted({opened[0] for opened in every if not _counts(entry, [opened])})


def _counts(entry: Entry, opened: Sequence[Opened]) -> bool:
    try:
        frozen(opened, entry)
    except CalendarEnds:
        return False
    return True


def _closed_at(row: StockRow, arrival: Arrival) -> datetime | None:
    """When the source closed an issue of which nobody known has verified it."""
    return row.closed_at if arrival.stage is not Stage.CLOSED else None


def _enter(session: Session, arrivals: Mapping[int, Arrival], ended: Collection[int], entry: Entry) -> dict[int, int]:
    """Write the issues; of those about to be closed by their source's word nobody hears.

    :return: their ids, by place.
    """
    guards.hold_casework(session, {each.spot.community_id for each in arrivals.values()})
    found: dict[int, int] = {}
    closing = replace(entry, quiet=True, still_since={})
    for terms in (entry, closing):
        own = [place for place in arrivals if (place in ended) is terms.quiet]
        found |= zip(own, enter(session, [arrivals[place] for place in own], terms), strict=True)
    return dict(sorted(found.items()))
