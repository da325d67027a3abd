"""The report of a night as text."""

from datetime import datetime

from models.database import transaction
from models.queries.night import night_facts
from models.settings import settings
from notifications.render import render
from tasks.county import current_book
from tasks.work import unit_of_work


@unit_of_work()
def night_report(now: datetime) -> str:
    """The report of the night `now` lies in, as Markdown."""
    with transaction() as session:
        book = current_book(session)
        return render("night_report", settings().locale, night_facts(session, book, book.local_date(now), now))
