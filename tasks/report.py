"""The report of a night as text."""

from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE

from models.database import transaction
from models.queries.night import night_facts
from models.settings import settings
from notifications.render import render
from tasks.county import current_book


@task(cache_policy=NO_CACHE)
def night_report(now: datetime) -> str:
    """The report of the night `now` lies in, as Markdown."""
    with transaction() as session:
        book = current_book(session)
        return render("night_report", settings().locale, night_facts(session, book, book.local_date(now), now))
