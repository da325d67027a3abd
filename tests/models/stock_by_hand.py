"""What a stock owes and what each night gives of it: read from the policy as written, times walked minute by minute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from models.rules.escalation import Timing
from models.rules.stock import StockRow
from models.rules.worktime import Allowance
from models.vocabulary import Rating, Severity, Stage
from tests.models.changed_packs import as_written
from tests.rules.oracles import clocks
from tests.rules.oracles.working_time import Office

LEADS = {
    "river": "county_commander",
    "works": "committee_secretary",
    "east": "first_secretary",
    "west": "first_secretary",
}
TIERS = ("county", "committee", "community", "grid")
WORKER = "grid_worker"
POSTS = {
    **{f"W0{n}": f"{grid} grid_worker" for n, grid in enumerate(("east-1", "east-2", "west-1"), 1)},
    **{f"K0{n}": f"{grid} contracted_cadre" for n, grid in enumerate(("east-1", "east-2", "west-1"), 1)},
    "S01": "east first_secretary",
    "S02": "west first_secretary",
}


class Fired(NamedTuple):
    """A step that a night gives."""

    kind: str
    opened_at: datetime
    step: int
    at: datetime
    night: datetime


class Told(NamedTuple):
    """What a post hears of it."""

    kind: str
    opened_at: datetime
    step: int
    night: datetime
    post: str
    action: str


@dataclass
class Owed:
    """A duty by hand."""

    kind: str
    post: str | None
    life: clocks.Life
    steps: Sequence[dict[str, Any]]
    ended_at: datetime | None = None
    given: set[int] = field(default_factory=set)


@cache
def policy() -> Any:
    return as_written()["policy.yaml"]


def path(grid: str | None) -> list[str]:
    return ["river", "works", grid.split("-")[0], grid] if grid else ["river"]


def answers(grid: str | None, tier: str) -> str:
    """The post that answers at a tier; where an issue lies on no grid and has no such tier, the topmost."""
    way = path(grid)
    unit = way[TIERS.index(tier)] if TIERS.index(tier) < len(way) else way[-1]
    return f"{unit} {LEADS.get(unit, WORKER)}"


def level(row: StockRow, kind: str) -> dict[str, Any]:
    """The first row that matches."""
    for each in policy()["service_levels"]:
        fits = each["duty"] == kind and each["severity"] in (None, row.severity) and not each["called_up"]
        if fits and row.category in (each["category"] or [row.category]) and each["lane"] is None:
            return dict(each)
    raise AssertionError(kind)


def timing(written: str) -> clocks.Timing:
    read = Timing.parse(written)
    for counted in ("opened", "before", "after"):
        allowance = getattr(read, counted)
        if allowance:
            return clocks.Timing(amount=allowance.amount, unit=allowance.unit, counted=counted)
    return clocks.Timing(share=read.share)


def owes(
    office: Office, row: StockRow, kind: str, post: str | None, at: datetime, *, ended: datetime | None = None
) -> Owed:
    """A duty whose clock counts from an instant."""
    terms = level(row, kind)
    limit, steps = Allowance.parse(terms["limit"]), policy()["escalation_policies"][terms["escalation"]]["steps"]
    said = clocks.Terms(limit.amount, limit.unit, tuple(timing(each["at"]) for each in steps))
    return Owed(kind, post, clocks.opened(office, said, at), steps, ended)


def owed(office: Office, row: StockRow, now: datetime) -> list[Owed]:
    """All that is or was owed, from the row alone."""
    worker, community = answers(row.grid, "grid"), answers(row.grid, "community")
    handler = POSTS[row.handler] if row.handler else None
    if row.stage is Stage.RAISED and row.grid is None:
        return [
            owes(office, row, "act", None, row.happened_at),
            owes(office, row, "dispatch", "river county_commander", now),
        ]
    if row.stage is Stage.RAISED:
        urgent = row.severity is Severity.URGENT
        work = owes(office, row, "act", worker if urgent else None, row.happened_at)
        return [work, owes(office, row, "sign", worker, now)] if urgent else [work]
    found = [owes(office, row, "act", handler, row.happened_at, ended=row.done_at)]
    if row.done_at:
        found.append(owes(office, row, "evaluate", community, row.done_at, ended=row.rated_at))
    if row.rated_at and row.rating is Rating.DISSATISFIED:
        found.append(owes(office, row, "act", handler, row.rated_at))
    elif row.rated_at:
        found.append(owes(office, row, "close", community, row.rated_at, ended=row.closed_at))
    return found


@dataclass
class Hands:
    """Somebody who works through the nights of one issue with a pencil."""

    office: Office
    row: StockRow
    live_at: datetime
    owed: list[Owed]
    fired: list[Fired] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def night(self, now: datetime) -> None:
        """What one night does."""
        work = self.owed[0]
        if self.row.stage is Stage.RAISED and self.row.grid and work.post is None:
            work.post = answers(self.row.grid, "grid")
            self.owed.append(owes(self.office, self.row, "sign", work.post, now))
        silent = self._escalated(work)
        for duty in self.owed:
            if duty.ended_at is None:
                self._climb(duty, now, silent=duty.kind == "sign" and silent)

    def _escalated(self, work: Owed) -> bool:
        return any(work.steps[n - 1]["tell"] or work.steps[n - 1]["supervise"] for n in work.given)

    def _climb(self, duty: Owed, now: datetime, *, silent: bool) -> None:
        heard: dict[str, tuple[int, str]] = {}
        for n, (step, at) in enumerate(zip(duty.steps, duty.life.steps_at, strict=True), 1):
            if not self.live_at < at <= now or n in duty.given:
                continue
            duty.given.add(n)
            self.fired.append(Fired(duty.kind, duty.life.opened_at, n, at, now))
            this = list(self._addressed(duty, step))
            for post, action in reversed(this):  # as the holder, if as both
                if not (silent and action == "remind"):
                    heard[post] = (n, action)
        self.told += [Told(duty.kind, duty.life.opened_at, n, now, post, action) for post, (n, action) in heard.items()]

    def _addressed(self, duty: Owed, step: dict[str, Any]) -> Iterator[tuple[str, str]]:
        holder = duty.post or answers(self.row.grid, "grid")
        for action in ("remind", "tell", "supervise"):
            for who in step.get(action, ()):
                if who == "holder":
                    yield holder, action
        for action in ("remind", "tell", "supervise"):
            for who in step.get(action, ()):
                if who != "holder":
                    yield answers(self.row.grid, who), action


def worked(office: Office, row: StockRow, live_at: datetime, now: datetime, nights: Sequence[datetime]) -> Hands:
    """The nights worked through."""
    hands = Hands(office, row, live_at, owed(office, row, now))
    for night in nights:
        hands.night(night)
    return hands
