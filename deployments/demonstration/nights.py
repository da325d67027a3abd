"""The nights of the demonstration county, those that did not run left out."""

from collections.abc import Mapping
from datetime import date, datetime, time
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from deployments.demonstration.day import Day, at, comes_round, last_recorded
from models.actions import messages, night
from models.queries import units
from models.queries.rulebook import Rulebook
from models.vocabulary import MessageKind

NIGHT, MORNING = time(2, 30), time(7, 45)


def run_night(session: Session, book: Rulebook, plan: Mapping[str, Any], on: date) -> None:
    """The night before a day, and its morning. Where it does not run, the next one catches up."""
    now, last = at(book, on, NIGHT), last_recorded(session, book)
    if last is not None and now < last:
        return  # a real night or a real person was there before us
    missed = _missed(session, book, plan, on)
    for community in units.communities(session, book.county.id):
        if community.id not in missed:
            night.run(session, book, community.id, now)
    messages.compose(session, book, at(book, on, MORNING), MessageKind.DIGEST)


def _missed(session: Session, book: Rulebook, plan: Mapping[str, Any], on: date) -> set[int]:
    """Where a night does not run: the machine stood still, or something was wrong in one community."""
    communities = [unit.id for unit in units.communities(session, book.county.id)]
    if comes_round(plan, "missed_everywhere", on):
        return set(communities)
    dice = Random(f"{plan['seed']} night {on}")  # reproducible
    return {dice.choice(communities)} if comes_round(plan, "missed_night", on) else set()


def watch(day: Day, now: datetime) -> None:
    """What cannot wait for the night, as it stands during the day."""
    for community in sorted(night.due_at_once(day.session, day.cast.communities, now)):
        night.watch(day.session, day.book, community, now)
    messages.compose(day.session, day.book, now, MessageKind.URGENT)
