"""The watch: every ten minutes over the clocks that do not wait for the night."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed

from flows.forms import WatchForm
from flows.naming import named
from models.vocabulary import MessageKind
from tasks.county import tonight, watched
from tasks.messages import compose
from tasks.night import watch_of
from tasks.wording import words

COMPOSED = "wangge.messages.composed"


@flow(name="watch", flow_run_name=named("watch"))
async def watch(form: WatchForm) -> State[object]:
    """Climb what is minded at once, tell it at once."""
    at = tonight(form.now)
    counts = [watch_of(each, at.now).counts for each in watched(at)]
    composed = compose(at.now, MessageKind.URGENT)
    if composed.messages:
        emit_event(COMPOSED, resource={"prefect.resource.id": "wangge.messages"})
    return Completed(
        message=words("run.watch", steps=sum(each.steps for each in counts if each), messages=composed.messages)
    )
