"""Dispatch: send what is composed and whose time has come."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.failures import refusals_in_words
from flows.forms import DispatchForm
from flows.naming import named
from tasks.county import tonight
from tasks.messages import dispatch as send_all
from tasks.messages import find_to_send
from tasks.wording import words


@flow(name="dispatch", flow_run_name=named("dispatch"))
@refusals_in_words
async def dispatch(form: DispatchForm) -> State[object]:
    """Send; a message that could not be sent is tried again by the next run."""
    now = tonight(form.now).now
    tries = send_all(find_to_send(now), now)
    message = words("run.dispatch", sent=tries.sent, retry=tries.retry, failed=tries.failed)
    nothing_went_out = tries.retry and not tries.sent
    return Failed(message=message) if tries.failed or nothing_went_out else Completed(message=message)
