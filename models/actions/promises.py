"""What the holder of the work promises: no reminders until then; broken, the reminder comes again."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.actions import duties
from models.actions.taking import conclude, take
from models.errors import GateClosed, InvalidInput
from models.queries.named import statement
from models.queries.rulebook import Rulebook
from models.tables.issues import Issue
from models.vocabulary import Action, DutyKind


def promise(session: Session, book: Rulebook, number: str, *, until: date, by: str, now: datetime) -> Issue:
    """Promise the work by the end of a day: its holder is not reminded until then; escalation goes on.

    :raises InvalidInput: the office closes before `now` on that day.
    :raises GateClosed: no work is owed.
    """
    case = take(session, book, number, Action.PROMISE, by=by, now=now)
    promised_at = book.calendar.closes_on(until)
    if promised_at <= now:
        raise InvalidInput(why="promised_past", until=until)
    duty = duties.owed_duty(session, case.issue.id, DutyKind.ACT)
    if duty is None:
        raise GateClosed(why="nothing_to_promise", number=number)
    duty.promised_at, duty.promises, duty.changed_at = promised_at, duty.promises + 1, now
    return conclude(session, book, case, now, until=until.isoformat())


def break_promises(session: Session, book: Rulebook, community_id: int, now: datetime) -> int:
    """Note the promises of a community that were not kept, and remind again where the duty stands.

    :return: how many.
    """
    facts = {"county": book.county.id, "community": community_id, "now": now}
    return int(session.execute(statement("broken_promises"), facts).scalar_one())
