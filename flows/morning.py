"""The morning: one message a person, with all they owe."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed

from flows.failures import refusals_in_words
from flows.forms import MorningForm
from flows.naming import named
from flows.watch import COMPOSED
from models.vocabulary import MessageKind
from tasks.county import tonight
from tasks.messages import compose
from tasks.wording import words


@flow(name="morning", flow_run_name=named("morning"))
@refusals_in_words
async def morning(form: MorningForm) -> State[object]:
    """Resolve persons as of now and compose what they have not been told."""
    composed = compose(tonight(form.now).now, MessageKind.DIGEST)
    if composed.messages:
        emit_event(COMPOSED, resource={"prefect.resource.id": "wangge.messages"})
    facts = {"messages": composed.messages, "notices": composed.notices, "untold": composed.untold}
    return Completed(message=words("run.morning", **facts))
