"""How issues are shown: one after an action, one whole, many in a list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from deployments.commands import output, remarks, rows
from deployments.commands.desk import Desk
from deployments.commands.words import called, day, moment, say
from models.queries import duties, history, ledger
from models.queries.history import Happened
from models.queries.ledger import Entry, Wanted
from models.queries.reach import Reach, reach
from models.vocabulary import Action

LISTED = ("number", "light", "stage", "severity", "category", "due_at", "holder", "summary")
HISTORY = ("at", "action", "who", "stages", "remark")


@dataclass(frozen=True)
class Account:
    """How an issue stands after an action: to be told once that is committed."""

    row: dict[str, Any]
    zone: str
    lines: tuple[str, ...]

    def tell(self, *, as_json: bool) -> None:
        """Say it."""
        if as_json:
            output.as_json(self.row, self.zone)
        for each in () if as_json else self.lines:
            output.console().print(each, soft_wrap=True)


def account(desk: Desk, number: str, action: Action) -> Account:
    """That an action was done, and what is owed next, by whom, by when."""
    desk.session.flush()
    row = ledger.entry(desk.session, desk.book, number, desk.now)
    owed, answering = _owed(desk, number)
    acted = say("cli.acted", number=number, action=called(action), stage=called(row.stage))
    following = (rows.next_step(each, answering, desk) for each in owed)
    return Account(rows.entry(row), desk.zone, (acted, *following))


def _owed(desk: Desk, number: str) -> tuple[list[duties.Owed], Reach]:
    """What is owed about an issue, and who answers for it."""
    owed = duties.owed(desk.session, desk.book, duties.Wanted(number=number), desk.now, as_known=desk.as_known)
    return owed, answering(desk, owed)


def answering(desk: Desk, owed: list[duties.Owed]) -> Reach:
    """Who answers for the posts that owe some duties."""
    posts = {each.post_id for each in owed if each.post_id is not None}
    known_at = desk.now if desk.as_known else None
    return reach(desk.session, desk.book.county.id, posts, desk.book.local_date(desk.now), known_at)


def show(desk: Desk, number: str, *, as_json: bool) -> None:
    """An issue with what is owed about it and its history."""
    row = ledger.entry(desk.session, desk.book, number, desk.now, as_known=desk.as_known)
    owed, reached = _owed(desk, number)
    events = history.history(desk.session, desk.book, number, desk.now if desk.as_known else None)
    if as_json:
        listed = [rows.owed(each, reached) for each in owed]
        happened = [rows.happened(each) for each in events]
        output.as_json({**rows.entry(row), "duties": listed, "history": happened}, desk.zone)
        return
    output.facts(_about(row, desk))
    if owed:
        columns = [name for name in rows.DUTY if name not in {"number", "summary"}]
        cells = (rows.duty_cells(each, reached, desk) for each in owed)
        output.table(columns, ([row[name] for name in columns] for row in cells), wrapped=["duty", "holder"])
    output.table(HISTORY, (_happened(each, desk) for each in events), wrapped=["action", "who", "stages", "remark"])


def _about(row: Entry, desk: Desk) -> list[tuple[str, Any]]:
    """The facts of an issue that say something."""
    told = [
        ("number", row.number),
        ("summary", output.safe(row.summary)),
        ("place", row.grid or say("cli.on_no_grid")),
        ("community", row.community),
        ("category", row.category),
        ("severity", called(row.severity)),
        ("lane", called(row.lane)),
        ("stage", called(row.stage)),
        ("light", output.lamp(row.light)),
        ("source", output.safe(row.source)),
        ("happened_at", _at(row.happened_at, desk)),
        ("recorded_at", _at(row.recorded_at, desk)),
        ("handler", row.handler),
        ("rating", called(row.rating) if row.rating else None),
        ("closed_at", _at(row.closed_at, desk)),
        ("closed_as", called(row.closed_as) if row.closed_as is Action.CLOSE_AS_RECORDED else None),
        ("reopenings", str(row.reopenings) if row.reopenings else None),
        ("held_until", day(row.held_until, desk.zone, desk.now) if row.held_until else None),
        ("merged_into", row.merged_into),
        ("called_up", say("cli.yes") if row.called_up else None),
        ("published", output.safe(row.published) if row.published else None),
        ("exempt", output.safe(row.exempt) if row.exempt else None),
    ]
    return [(name, said) for name, said in told if said]


def _at(at: datetime | None, desk: Desk) -> str | None:
    return moment(at, desk.zone, desk.now) if at else None


def _happened(row: Happened, desk: Desk) -> list[str]:
    stages = [called(each) for each in dict.fromkeys((row.stage_from, row.stage_to)) if each]
    what = remarks.struck(rows.what(row), row)
    at, remark = remarks.times(row, desk), remarks.remark(row, desk)
    return [at, what, rows.who(row), say("cli.arrow").join(stages), remark]


def listed(desk: Desk, wanted: Wanted, limit: int, *, as_json: bool) -> None:
    """Issues, the newest first; how many more there are is not counted, only said."""
    most = limit + 1 if limit else None
    asked = (desk.session, desk.book, desk.now, wanted)
    found = list(ledger.entries(*asked, as_known=desk.as_known, limit=most, newest_first=True))
    shown = found[:limit] if limit else found
    if as_json:
        output.as_json([rows.entry(each) for each in shown], desk.zone)
        return
    if not shown:
        output.line("cli.none")
        return
    table(desk, shown)
    if len(found) > len(shown):
        output.line("cli.more", shown=len(shown))


def table(
    desk: Desk, entries: Iterable[Entry], file: IO[str] | None = None, left_out: Collection[str] = frozenset()
) -> None:
    """A table of issues.

    :param left_out: columns it is not to have.
    """
    columns = [name for name in LISTED if name not in left_out]
    cells = (dict(zip(LISTED, _listed(each, desk), strict=True)) for each in entries)
    shown = ([row[name] for name in columns] for row in cells)
    output.table(columns, shown, wrapped=["holder", "summary", "category"], file=file)


def _due(row: Entry, desk: Desk) -> str:
    """When it is due; of a clock that stands still, since when, for that is no due time to be kept."""
    return say("cli.clock.still", at=_at(row.held_at, desk)) if row.held_at else _at(row.due_at, desk) or ""


def _listed(row: Entry, desk: Desk) -> list[Any]:
    return [
        row.number,
        output.lamp(row.light),
        called(row.stage),
        called(row.severity),
        row.category,
        _due(row, desk) if row.light else "",
        rows.whose(row.holder) if row.light else "",
        output.safe(row.summary),
    ]
