"""Living a history: the body of every flow at its hour, in the order of the schedules; nobody is told anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from deployments.interrupts import INTERRUPTS
from deployments.replay.agenda import INTAKE, MORNING, NIGHTLY, REPORT, Agenda, Run
from deployments.replay.history import History
from models.actions import messages, night
from models.actions.closing import close_as_recorded
from models.actions.reporting import report_all
from models.database import transaction
from models.queries import units
from models.queries.at_once import first_at_once, next_at_once
from models.queries.night import night_facts
from models.queries.rulebook import Rulebook, rulebook
from models.rules.stock import Closing
from models.vocabulary import MessageKind, Severity
from notifications.render import render

INSTANT = timedelta(microseconds=1)


@dataclass
class Life:
    """A county, in a database of its own, that lives a history.

    :ivar by: the staff number of who takes in what the source says.
    :ivar nights: the instants of the nights it has had.
    :ivar watches: how often the watch found something.
    """

    url: str
    county: str
    history: History
    agenda: Agenda
    by: str
    nights: list[datetime] = field(default_factory=list, init=False)
    watches: int = field(default=0, init=False)
    _book: Rulebook = field(init=False)
    _communities: list[int] = field(init=False)
    _ids: dict[int, int] = field(default_factory=dict, init=False)
    _due: datetime | None = field(default=None, init=False)
    _past: datetime = field(default=datetime.min.replace(tzinfo=UTC), init=False)

    def __post_init__(self) -> None:
        with transaction(self.url) as session:
            self._book = rulebook(session, self.county)
            self._communities = [unit.id for unit in units.communities(session, self._book.county.id)]

    def live(self, nights: Sequence[datetime], told: Callable[[date, int, int], None]) -> None:
        """Live from the first arrival to the last of some nights, and not a moment longer.

        :param told: called before each day with the day, how many are done, and how many there are.
        """
        first, days = min(self.agenda.arrivals), self.agenda.days(nights[-1])
        for done, day in enumerate(days):
            told(day, done, len(days))
            for run in self.agenda.runs(day):
                if first <= run.at <= nights[-1]:
                    with INTERRUPTS.held():  # amid a statement an interrupt would leave the connection in the lurch
                        self._watch_until(run)
                        BODIES[run.flow](self, run.at)
                        self._past = run.at

    def _watch_until(self, run: Run) -> None:
        """Every run of the watch before another run that has something to do."""
        while self._due and (watch := self.agenda.watch_after(max(self._due, self._past))) < run:
            self._watch(watch.at)
            self._past = watch.at + INSTANT

    def _watch(self, now: datetime) -> None:
        with transaction(self.url) as session:
            for community in sorted(night.due_at_once(session, self._communities, now)):
                night.watch(session, self._book, community, now)
            messages.compose(session, self._book, now, MessageKind.URGENT)
            messages.withhold(session, self._book.county.id)
            self._due = next_at_once(session, self._book.county.id)
        self.watches += 1

    def _take_in(self, now: datetime) -> None:
        """Reports, then closings; what is urgent wakes the watch."""
        arrived = self.agenda.arrivals[now]
        with transaction(self.url) as session:
            reports = [self.history.lived[number].report for number in arrived.raised]
            issues = report_all(session, self._book, reports, now=now) if reports else []
            ids = [issue.id for issue in issues]
            self._ids |= dict(zip(arrived.raised, ids, strict=True))
            fresh = first_at_once(session, ids) if ids else None
            closings = [self._closing(number) for number in arrived.closed]
            if closings:
                close_as_recorded(session, self._book, closings, by=self.by, now=now)
            self._due = min(filter(None, (self._due, fresh)), default=None)
        if any(each.severity is Severity.URGENT for each in reports):
            self._watch(now)

    def _closing(self, number: int) -> Closing:
        row = self.history.lived[number]
        assert row.closed_at is not None  # noqa: S101 -- only rows that were closed arrive as closed
        return Closing(self._ids[number], row.closed_at)

    def _night(self, now: datetime) -> None:
        with transaction(self.url) as session:
            for community in self._communities:
                night.run(session, self._book, community, now)
            self._due = next_at_once(session, self._book.county.id)
        self.nights.append(now)

    def _report(self, now: datetime) -> None:
        """The report is made as it would be; nobody reads it."""
        with transaction(self.url) as session:
            facts = night_facts(session, self._book, self._book.local_date(now), now)
            render("night_report", self._book.county.locale, facts)

    def _morning(self, now: datetime) -> None:
        with transaction(self.url) as session:
            messages.compose(session, self._book, now, MessageKind.DIGEST)
            messages.withhold(session, self._book.county.id)


BODIES: Mapping[str, Callable[[Life, datetime], None]] = {
    INTAKE: Life._take_in,  # noqa: SLF001 -- its own
    NIGHTLY: Life._night,  # noqa: SLF001
    REPORT: Life._report,  # noqa: SLF001
    MORNING: Life._morning,  # noqa: SLF001
}
