"""The watch: every ten minutes over the clocks that do not wait for the night."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.futures import wait
from prefect.states import Completed, Failed

from flows.failures import named_reasons, refusals_in_words
from flows.forms import WatchForm
from flows.naming import named
from flows.threads import threads
from models.vocabulary import MessageKind
from tasks.county import tonight, watched
from tasks.messages import compose
from tasks.night import watch_of
from tasks.wording import words

COMPOSED = "wangge.messages.composed"


@flow(name="watch", flow_run_name=named("watch"), task_runner=threads(1))
@refusals_in_words
async def watch(form: WatchForm) -> State[object]:
    """Climb what is minded at once, tell it at once. A community that fails does not silence the others."""
    at = tonight(form.now)
    climbs = {each.name: watch_of.submit(each, at.now) for each in watched(at)}
    wait(list(climbs.values()))
    failed = {name: future for name, future in climbs.items() if not future.state.is_completed()}
    counts = [future.result().counts for name, future in climbs.items() if name not in failed]
    composed = compose(at.now, MessageKind.URGENT)
    if composed.messages:
        emit_event(COMPOSED, resource={"prefect.resource.id": "wangge.messages"})
    message = words("run.watch", steps=sum(each.steps for each in counts if each), messages=composed.messages)
    if failed:
        return Failed(message=message + words("run.watch_failed", names=named_reasons(failed)))
    return Completed(message=message)
