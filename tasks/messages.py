"""Composing and sending as units of work."""

from dataclasses import dataclass
from datetime import datetime

from jinja2 import TemplateError
from prefect import task
from prefect.cache_policies import NO_CACHE

from models.actions import messages
from models.actions.messages import Composed
from models.database import transaction
from models.queries import digest
from models.settings import settings
from models.vocabulary import ChannelKind, DeliveryOutcome, MessageKind
from notifications.channel import DeliveryError
from notifications.registry import channel
from notifications.render import render
from tasks.county import current_book
from tasks.work import unit_of_work


@unit_of_work()
def compose(now: datetime, kind: MessageKind) -> Composed:
    """Compose what is not yet told."""
    with transaction() as session:
        return messages.compose(session, current_book(session), now, kind)


@unit_of_work()
def find_to_send(now: datetime) -> list[int]:
    """The messages whose time has come, as ids."""
    with transaction() as session:
        return messages.to_send(session, current_book(session).county.id, now)


@dataclass(frozen=True)
class Dispatched:
    """How many tries ended how."""

    sent: int = 0
    retry: int = 0
    failed: int = 0


@task(cache_policy=NO_CACHE)  # never again by itself: what it sent before it failed would be sent twice
def dispatch(message_ids: list[int], now: datetime) -> Dispatched:
    """Send messages one after the other; each try is recorded in a transaction of its own."""
    outcomes = [send(message_id, now) for message_id in message_ids]
    ends = (DeliveryOutcome.SENT, DeliveryOutcome.RETRY, DeliveryOutcome.FAILED)
    return Dispatched(*(outcomes.count(each) for each in ends))


def send(message_id: int, now: datetime) -> DeliveryOutcome:
    """Read, say, send, record. Nothing is held open while the channel works."""
    with transaction() as session:
        content = digest.content(session, message_id)
    outcome, detail = DeliveryOutcome.SENT, None
    try:
        subject, body = (render(content["kind"], content["locale"], content, part) for part in ("subject", "body"))
        channel(ChannelKind.FOLDER, settings().home).send(content["address"], subject, body)
    except DeliveryError as error:
        outcome, detail = (DeliveryOutcome.FAILED if error.permanent else DeliveryOutcome.RETRY), str(error)
    except (TemplateError, LookupError, TypeError) as error:  # one that can't be put into words doesn't stop the others
        outcome, detail = DeliveryOutcome.RETRY, f"{type(error).__name__}: {error}"
    with transaction() as session:
        messages.record_delivery(session, message_id, ChannelKind.FOLDER, outcome, detail=detail, now=now)
    return outcome
