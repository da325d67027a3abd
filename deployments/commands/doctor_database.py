"""What the doctor checks in the database: schema, county, calendar, last night, who can be told, what went out."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from alembic.script import ScriptDirectory
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session

from deployments.commands.doctor_room import private_room
from deployments.commands.findings import Finding, failed, fine, warning
from deployments.commands.output import safe
from deployments.commands.rows import post
from deployments.commands.words import joined, moment, say
from models.database import transaction
from models.errors import NotConfigured
from models.migrations.schema import alembic_config
from models.queries import audit, doctor, suspensions
from models.queries.rulebook import Rulebook, rulebook
from models.settings import database_url, settings

FEWEST_DAYS = 30
"""Confirmed working days ahead, below which the next year's are to be entered."""
CALENDAR_DAYS = 60
"""Days before the calendar's last one, from when on the longest limits soon can't be counted any more."""
NEAR = 10
"""Days within which nothing may fall due on a day that is not confirmed."""
STALE_HOURS = 30
"""Hours after which a night is not the last one: a day, and time for it to have been late."""
PATIENCE = timedelta(hours=1)
"""How long a message may be tried in vain."""
LATELY = 7
"""Days for which messages given up are told."""


def findings() -> Iterator[Finding]:
    """All of it, as far as each check can be made."""
    try:
        url = database_url(settings())
        where = make_url(url).render_as_string(hide_password=True)
        with transaction(url) as session:
            version = doctor.schema_version(session)
            yield fine("database", url=where)
            yield (schema := _schema(version, url))
            if schema.outcome == "fine":
                yield from _county(session)
    except NotConfigured:
        yield failed("database", "unknown", home=settings().home)
    except (ArgumentError, NoSuchModuleError):
        yield failed("database", "unreadable")
    except (OperationalError, InterfaceError):
        yield failed("database", "unreachable", url=where)


def _schema(version: str | None, url: str) -> Finding:
    head = ScriptDirectory.from_config(alembic_config(url)).get_current_head()
    if version is None:
        return failed("schema", "missing")
    return fine("schema", version=version) if version == head else failed("schema", "other", version=version, head=head)


def _county(session: Session) -> Iterator[Finding]:
    try:
        book = rulebook(session, settings().county)
    except NotConfigured as error:
        loaded = error.facts["loaded"]
        yield failed("county", "several" if loaded else "missing", county=error.facts["county"])
        return
    except ValueError:  # a calendar without days
        yield failed("county", "missing", county="")
        return
    yield fine("county", county=book.county.name, known_as=book.county.key)
    now = datetime.now(UTC)
    for check in CHECKS:
        yield check(session, book, now)


def calendar(session: Session, book: Rulebook, now: datetime) -> Finding:
    """Whether the days to come are known at all, and confirmed."""
    today, last = book.local_date(now).toordinal(), book.calendar.last
    if last.toordinal() - today < CALENDAR_DAYS:
        return failed("calendar", "ends", last=last)
    ahead = doctor.horizon(book, now)
    unsure, first = doctor.unsure_dues(session, book, now)
    if first is not None and first.toordinal() - today < NEAR:
        return failed("calendar", "unsure", count=unsure, first=first, until=ahead.until)
    if ahead.days < FEWEST_DAYS:
        return warning("calendar", "short", days=ahead.days, until=ahead.until)
    return fine("calendar", days=ahead.days, until=ahead.until)


def night(session: Session, book: Rulebook, now: datetime) -> Finding:
    """Whether every community had its last night."""
    nights = doctor.last_nights(session, book)
    if not any(nights.values()):
        return failed("night", "never")
    late = [name for name, ran in nights.items() if ran is None or (now - ran).total_seconds() > STALE_HOURS * 3600]
    if late:
        return failed("night", "missing", names=joined(late), count=len(late), of_all=len(nights))
    return fine("night", count=len(nights))


def notices(session: Session, book: Rulebook, now: datetime) -> Finding:
    """Whether there is somebody to tell whatever is to be told."""
    unheard = doctor.unheard(session, book, now)
    if unheard:
        return failed("notices", "unheard", count=unheard.total(), posts=joined(map(post, unheard)))
    return fine("notices")


def messages(session: Session, book: Rulebook, now: datetime) -> Finding:
    """Whether what was to be told went out."""
    since = date.fromordinal(book.local_date(now).toordinal() - LATELY)
    found = doctor.unsent(session, book, now, since=since, patience=PATIENCE)
    facts = {"reason": found.reason, "days": LATELY, "given_up": found.given_up, "in_vain": found.in_vain}
    if found.in_vain:
        return failed("messages", "in_vain", **facts)
    return warning("messages", "given_up", **facts) if found.given_up else fine("messages")


def suspended(session: Session, book: Rulebook, now: datetime) -> Finding:
    """Whether clocks stand still somewhere because a unit is suspended."""
    found = suspensions.current(session, book.county.id, now)
    if not found:
        return fine("suspensions")
    zone = book.county.zone
    told = (
        say("doctor.suspensions.unit", unit=each.unit, cause=safe(each.cause), at=moment(each.until_at, zone, now))
        for each in found
    )
    return warning("suspensions", "standing", units=joined(told), count=len(found))


def ledger(session: Session, book: Rulebook, now: datetime) -> Finding:
    """Whether the auditor found the ledger as it should be."""
    del now
    found = audit.count_open(session, book)
    return failed("ledger", "doubtful", count=found) if found else fine("ledger")


CHECKS: tuple[Callable[[Session, Rulebook, datetime], Finding], ...] = (
    *(calendar, night, notices, messages),
    *(suspended, ledger, private_room),
)
