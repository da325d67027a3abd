"""Who did what another system tells of an issue: the person and the post it is written down with here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions.entering import spot_of
from models.queries import people, units
from models.queries.people import Career, Tenure
from models.queries.rulebook import Rulebook
from models.rules.arriving import Arrival, Done, Spot, assigned_by_rule
from models.rules.intake import Key
from models.rules.lifecycle import AS_RECORDED, HeldPost, Transition, allowing_post, may, nearness, transition
from models.rules.stock import Deed, StockRow, deeds
from models.tables.places import Unit
from models.tables.policies import Category
from models.vocabulary import Action, Lane, Severity, Stage

CLOSED = transition(Stage.EVALUATING, Action.CLOSE)


@dataclass
class Desk:
    """What a stock is read against, looked up once; ``importer`` brings it in, and answers where nobody else can.

    ``strangers``: of each issue the people named for whom the importer stands in.
    """

    book: Rulebook
    units: Mapping[str, Unit]
    top: Unit
    categories: Mapping[str, int]
    careers: Mapping[str, Career]
    importer: int
    held: Sequence[HeldPost]
    now: datetime
    allowing: dict[tuple[Action, str | None, int], list[Tenure]] = field(default_factory=dict)
    above: dict[int, HeldPost] = field(default_factory=dict)
    spots: dict[str | None, Spot] = field(default_factory=dict)
    strangers: dict[Key, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.today = self.book.local_date(self.now)

    @classmethod
    def of(cls, session: Session, book: Rulebook, *, by: str, now: datetime) -> "Desk":
        """Look up what a county knows.

        :param by: the importer's staff number.
        :raises NotFound: there is no such person.
        """
        county_id = book.county.id
        grids = session.scalars(select(Unit).where(Unit.county_id == county_id, Unit.depth == book.lowest)).all()
        categories = session.execute(select(Category.key, Category.id).where(Category.county_id == county_id))
        importer = people.person(session, county_id, by)
        return cls(
            book,
            {called: unit for unit in grids for called in (unit.name, unit.key)},
            units.topmost(session, county_id),
            {row.key: row.id for row in categories},
            people.careers(session, county_id),
            importer.id,
            people.held_posts(session, importer.id, book.local_date(now)),
            now,
        )

    def arrival(self, row: StockRow) -> Arrival:
        """An issue as it enters, up to where it stood; struck off if that was verified by somebody known."""
        spot, done, stage = self.spot(row.grid), list[Done](), None
        self.imported(spot)
        for deed in self.deeds(row):
            way = transition(stage, deed.action, row.rating)
            done.append(self.done(way, deed, spot, row))
            stage = way.target
        urgent = row.severity is Severity.URGENT
        if urgent and spot.on_grid and stage is Stage.RAISED and not row.closed_at:
            done.append(assigned_by_rule(spot, self.now))
        return Arrival(
            spot,
            row.category,
            row.severity,
            Lane.URGENT if urgent else Lane.SIMPLE,
            row.source,
            row.external_id,
            row.summary,
            tuple(done),
            handler_id=self.handler(row) if row.done_at else None,
            evidence=row.shown if row.done_at else None,
            rating=row.rating,
            closed_at=row.closed_at if stage is Stage.CLOSED else None,
        )

    def done(self, way: Transition, deed: Deed, spot: Spot, row: StockRow) -> Done:
        """Something that was done; by the importer, where nobody known is named: the work is then the grid's."""
        known = self.known_actor(way, deed, spot)
        if known is None:
            self.strange(row, deed.by)
        person_id, post = known or self.imported(spot)
        works = (post.post_id, post.unit_id) if known else spot.answers()
        signing = works if deed.action is Action.SIGN else None
        return Done(way, deed.at, person_id, post.post_id, _said(row, deed.action), signing)

    def deeds(self, row: StockRow) -> Iterator[Deed]:
        """What was done; the closing too, if somebody who may has verified it, another one than the known handler."""
        yield from deeds(row)
        if not row.closed_at:
            return
        closing = Deed(Action.CLOSE, row.closed_at, row.closed_by)
        if not self.known_actor(CLOSED, closing, self.spot(row.grid)):
            self.strange(row, closing.by)
        elif row.verified and row.handler in self.careers:
            yield closing

    def handler(self, row: StockRow) -> int:
        """Who did the work: as the source says, if they are known."""
        known = self.careers.get(row.handler or "")
        return known.person_id if known else self.importer

    def strange(self, row: StockRow, named: str | None) -> None:
        """The importer stands in for somebody; where nobody is named, that is as it was agreed."""
        if named is not None:
            self.strangers.setdefault(row.key, set()).add(named)

    def stood_in(self, keys: Sequence[Key]) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """For whom the importer stands in, and in how many of some issues: people not known here, and known ones."""
        named = Counter(code for key in keys for code in self.strangers.get(key, ()))
        unknown = {code: count for code, count in sorted(named.items()) if code not in self.careers}
        return unknown, {code: count for code, count in sorted(named.items()) if code not in unknown}

    def spot(self, grid: str | None) -> Spot:
        """Where an issue lies: on its grid, or at the topmost unit while it lies on none."""
        if grid not in self.spots:
            unit = self.units[grid] if grid is not None else self.top
            self.spots[grid] = spot_of(self.book, unit)
        return self.spots[grid]

    def known_actor(self, way: Transition, deed: Deed, spot: Spot) -> tuple[int, HeldPost] | None:
        """Who a source names, if they hold a post that allows it: that day, or today."""
        career = self.careers.get(deed.by or "")
        if career is None:
            return None
        asked = way.action, deed.by, spot.unit_id
        if asked not in self.allowing:
            self.allowing[asked] = _allowing(way, career, spot)
        tenures = self.allowing[asked]
        if tenures:
            for day in (self.book.local_date(deed.at), self.today):
                for since, until, post in tenures:
                    if since <= day and (until is None or day < until):
                        return career.person_id, post
        return None

    def imported(self, spot: Spot) -> tuple[int, HeldPost]:
        """The importer, by the nearest post that answers above a place.

        :raises NotAllowed: they hold none.
        """
        post = self.above.get(spot.unit_id) or allowing_post(AS_RECORDED, self.held, spot.path)
        self.above[spot.unit_id] = post
        return self.importer, post


def _allowing(way: Transition, career: Career, spot: Spot) -> list[Tenure]:
    """The times at which somebody held a post that allows something at a place, the nearest post first."""
    allowing = [each for each in career.tenures if may(way, each[2], spot.path)]
    return sorted(allowing, key=lambda each: nearness(each[2], spot.path), reverse=True)


def _said(row: StockRow, action: Action) -> Mapping[str, str] | None:
    """What was said with it."""
    if action is Action.DONE and row.shown:
        return {"evidence": row.shown}
    return {"rating": str(row.rating)} if action is Action.EVALUATE else None
