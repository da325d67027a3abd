"""The files another system sends: their rows go through the intake like any file's, and some of them are no good."""

import csv
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import partial
from io import StringIO
from pathlib import Path

from deployments.demonstration.day import Day, Happening, comes_round
from models.rules.fields import Subject
from tasks.rejects import set_aside
from tasks.reports import take_reports
from tasks.sources import opened

COMES = time(17, 10)
SOURCE = "12345"  # the hotline every county has
COLUMNS = ("external_id", "happened_at", "grid", "category", "severity", "summary", "source", "reported_by")
FAULTS = ({"summary": ""}, {"grid": "?"}, {"category": "?"}, {"happened_at": "?"}, {"reported_by": "?"})
"""What may be wrong with a row."""


def files(day: Day) -> Iterator[Happening]:
    """The file of a day on which one comes."""
    if comes_round(day.plan, "hotline", day.date):
        yield day.at(COMES), partial(_take_in, day)


def _take_in(day: Day, now: datetime) -> None:
    """Good rows into the ledger, bad ones into a file of their own."""
    file, written = Path(f"{SOURCE}-{day.date}.csv"), _written(day).encode()
    source = opened(file, Subject.ISSUES, written, zone=day.book.county.zone)
    set_aside(source, written, take_reports(day.session, day.book, source.lines(), now).rejected)


def _written(day: Day) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_row(day, number) for number in range(1, day.dice.randint(6, 11)))
    return out.getvalue()


def _row(day: Day, number: int) -> dict[str, str]:
    grid = day.dice.choice(list(day.cast.grids.values()))
    category = day.dice.choice(list(day.plan["summaries"]))
    row = {
        "external_id": f"{day.date}-{number}",
        "happened_at": (day.at(COMES) - timedelta(minutes=day.dice.randrange(10, 480))).isoformat(),
        "grid": grid.key,
        "category": category,
        "severity": "",
        "summary": day.dice.choice(day.plan["summaries"][category]),
        "source": SOURCE,
        "reported_by": day.cast.cadre(grid) or "",
    }
    return row | (day.dice.choice(FAULTS) if day.happens("bad_row") else {})
