"""The file another system sends: its rows go through the rules of the intake, and some of them are no good."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import partial

from deployments.demonstration.day import Day, Happening, comes_round
from models.actions.reporting import Report, report_all, told_before
from models.queries.intake import known
from models.rules.intake import IntakeRow, Rejected, read_row
from models.vocabulary import Role

COMES = time(17, 10)


def files(day: Day) -> Iterator[Happening]:
    if comes_round(day.plan, "hotline", day.date):
        yield day.at(COMES), partial(_take_in, day)


def _take_in(day: Day, now: datetime) -> None:
    pass
