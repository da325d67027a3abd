"""The file another system sends: its rows go through the rules of the intake, and some of them are no good."""

from collections.abc import Iterator
from datetime import datetime, time
from functools import partial

from deployments.demonstration.day import Day, Happening, comes_round

COMES = time(17, 10)


def files(day: Day) -> Iterator[Happening]:
    if comes_round(day.plan, "hotline", day.date):
        yield day.at(COMES), partial(_take_in, day)


def _take_in(day: Day, now: datetime) -> None:
    pass
