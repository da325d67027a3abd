"""Intake: the files in the drop folder become issues."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.futures import wait
from prefect.states import Completed, Failed

from flows.forms import IntakeForm
from flows.naming import named
from flows.threads import threads
from tasks.county import tonight
from tasks.intake import take_in, waiting_files
from tasks.wording import words

URGENT = "wangge.issue.urgent"


@flow(name="intake", flow_run_name=named("intake"), task_runner=threads(1))
async def intake(form: IntakeForm) -> State[object]:
    """Take each file by itself; one that can't be read does not stop the others."""
    now = tonight(form.now).now
    files = [take_in.submit(file, now) for file in waiting_files(form.folder)]
    wait(files)
    taken = [future.result() for future in files if future.state.is_completed()]
    if any(each.urgent for each in taken):
        emit_event(URGENT, resource={"prefect.resource.id": "wangge.issues"})
    message = words(
        "run.intake",
        files=len(files),
        taken=sum(each.taken for each in taken),
        known=sum(each.known for each in taken),
        rejected=sum(each.rejected for each in taken),
    )
    return Completed(message=message) if len(taken) == len(files) else Failed(message=message)
