"""What became of a replay, counted: everything that came in accounted for, then what was told to whom."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from deployments.replay.living import Life
from models.actions import auditing
from models.queries import audit, replayed, units
from models.queries.replayed import Repeated
from models.queries.rulebook import Rulebook
from models.rules.replaying import Figures, LivedIssue, figures
from models.tables.findings import Finding
from models.tables.places import Unit
from models.vocabulary import MessageKind


@dataclass(frozen=True)
class Equation:
    """Every row of the file, and every issue, counted once.

    The counts of the file stand beside those of the ledger: ``came_in`` and ``closed`` are the ledger's.

    :param later: raised after the last night.
    :param closed_after: came in and was closed, but not before the last night was over.
    :param on_no_grid: of those that came in.
    """

    rows: int
    came_in: int
    rejected: int
    repeated: int
    later: int
    closed_in_time: int
    closed_late: int
    open: int
    closed_after: int
    never_closed: int
    on_no_grid: int

    @property
    def closed(self) -> int:
        """All closings as recorded until the last night."""
        return self.closed_in_time + self.closed_late

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing and nothing too much."""
        return (
            self.rows == self.came_in + self.rejected + self.repeated + self.later
            and self.came_in == self.closed + self.open
            and self.open == self.closed_after + self.never_closed
        )


@dataclass(frozen=True)
class Account:
    """The whole account: facts for the page and the files beside it."""

    equation: Equation
    figures: Figures
    units: Sequence[Unit]
    repeated: Sequence[tuple[Repeated, ...]]
    messages: dict[MessageKind, int]
    findings: Sequence[Finding]
    agrees: bool

    def of_tree(self, top: Unit) -> Counter[str]:
        """A unit and all below it."""
        return self.figures.of_units(unit.id for unit in self.units if top.id in unit.path)


def account(session: Session, book: Rulebook, life: Life) -> Account:
    """Count what the ledger of a replay holds."""
    county = book.county.id
    issues, places = list(replayed.lived_issues(session, county)), replayed.places(session, county)
    counted = figures(life.nights, issues, replayed.told(session, county), replayed.given(session, county))
    standing = [(each["open"], each["overdue"]) for each in counted.by_night]
    return Account(
        _equation(life, issues, places),
        counted,
        places,
        replayed.repeated(session, county),
        replayed.withheld(session, county),
        _audited(session, book, life.nights[-1]),
        agrees=standing == replayed.as_the_nights_counted(session, county),
    )


def _audited(session: Session, book: Rulebook, now: datetime) -> Sequence[Finding]:
    """What the auditor finds, who looks at every issue and weighs the counts after the last night."""
    for community in units.communities(session, book.county.id):
        auditing.audit(session, book, community.id, now, everything=True)
    auditing.weigh(session, book, now)
    return session.scalars(audit.open_findings(book)).all()


def _equation(life: Life, issues: Sequence[LivedIssue], places: Iterable[Unit]) -> Equation:
    """The file's side from the rows as they were read, the ledger's from the issues as they stand."""
    top = next(unit.id for unit in places if unit.depth == 0)
    struck = [each for each in issues if each.struck_at is not None]
    in_time, last = sum(each.in_time for each in struck), life.nights[-1]
    closings = [closed for raised, closed in life.agenda.learnt if raised <= last]
    return Equation(
        rows=life.history.rows,
        came_in=len(issues),
        rejected=len(life.history.turned),
        repeated=len(life.history.repeated),
        later=len(life.history.lived) - len(closings),
        closed_in_time=in_time,
        closed_late=len(struck) - in_time,
        open=len(issues) - len(struck),
        closed_after=sum(each is not None and each > last for each in closings),
        never_closed=closings.count(None),
        on_no_grid=sum(each.unit_id == top for each in issues),
    )
