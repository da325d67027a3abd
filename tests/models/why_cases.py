"""Six issues of the small county, each brought by the real actions to where its explanation is wanted."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, messages, night
from models.actions.people import leave
from models.queries.rulebook import Rulebook
from models.queries.why import explain
from models.tables.issues import Issue
from models.tables.places import Post, Unit
from models.vocabulary import ChannelKind, DeliveryOutcome, MessageKind, Rating, Role, Severity
from notifications.render import render
from tests.county import START, at, reported


def told(session: Session, book: Rulebook, issue: Issue, now: str, locale: str) -> str:
    """The explanation of an issue at a local time, as a command shows it."""
    return render("why", locale, explain(session, book, issue.number, at(now)).facts())


def vacate(session: Session, unit: str, role: Role, on: date, now: datetime = START) -> None:
    """Nobody holds a post from a day on; what it owes is left to the tier above."""
    wanted = select(Post.id).join(Unit, Unit.id == Post.unit_id).where(Unit.key == unit, Post.role == role)
    leave(session, session.scalars(wanted).one(), on, now=now, to_the_tier_above=True)


def tell(session: Session, book: Rulebook, kind: MessageKind, when: datetime) -> None:
    """Compose and send what is not yet told."""
    messages.compose(session, book, when, kind)
    for message_id in messages.to_send(session, book.county.id, when):
        messages.record_delivery(session, message_id, ChannelKind.FOLDER, DeliveryOutcome.SENT, detail=None, now=when)


def after_close(session: Session, book: Rulebook) -> Issue:
    """Reported on a Friday after the office closed, assigned in the night, not yet signed for."""
    issue = reported(session, book, "2026-11-20 18:05")
    night.run(session, book, issue.community_id, at("2026-11-21 02:00"))
    return issue


def over_national_day(session: Session, book: Rulebook) -> Issue:
    """Being acted on over the holiday of seven days and the Saturday worked for it."""
    issue = reported(session, book, "2026-09-29 15:20", category="drainage")
    night.run(session, book, issue.community_id, at("2026-09-30 02:00"))
    casework.sign(session, book, issue.number, by="W01", now=at("2026-09-30 09:10"))
    return issue


def past_a_vacancy(session: Session, book: Rulebook) -> Issue:
    """Overdue, three steps fired, while nobody is first secretary of the community."""
    vacate(session, "east", Role.FIRST_SECRETARY, date(2026, 11, 1))
    issue = reported(session, book, "2026-11-16 10:00")
    night.run(session, book, issue.community_id, at("2026-11-17 02:00"))
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-17 09:10"))
    for day in (19, 20, 21):
        night.run(session, book, issue.community_id, at(f"2026-11-{day} 02:00"))
        tell(session, book, MessageKind.DIGEST, at(f"2026-11-{day} 08:00"))
    return issue


def day_and_night(session: Session, book: Rulebook) -> Issue:
    """Urgent, raised on a Saturday evening; half of its time is gone on Sunday morning."""
    issue = reported(session, book, "2026-11-21 21:40", severity=Severity.URGENT, category="utilities")
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-21 22:05"))
    night.watch(session, book, issue.community_id, at("2026-11-22 09:50"))
    tell(session, book, MessageKind.URGENT, at("2026-11-22 09:51"))
    return issue


def on_no_grid(session: Session, book: Rulebook) -> Issue:
    """Raised for a place that lies on no grid."""
    return reported(session, book, "2026-11-20 09:30", grid=None)


def struck_off(session: Session, book: Rulebook) -> Issue:
    """Done in time, rated and struck off."""
    issue = reported(session, book, "2026-11-02 09:00")
    casework.sign(session, book, issue.number, by="W01", now=at("2026-11-02 10:00"))
    casework.done(session, book, issue.number, evidence="photo 12", by="W01", now=at("2026-11-04 16:00"))
    casework.evaluate(session, book, issue.number, rating=Rating.SATISFIED, by="S01", now=at("2026-11-05 10:00"))
    casework.close(session, book, issue.number, by="S01", now=at("2026-11-06 11:30"))
    return issue


def reopened(session: Session, book: Rulebook) -> Issue:
    """Struck off, and opened again when the lamp went out again."""
    issue = struck_off(session, book)
    casework.reopen(session, book, issue.number, reason="灯又不亮了", by="S01", now=at("2026-11-10 15:00"))
    return issue
