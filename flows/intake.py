"""Intake: the files in the drop folder become issues."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.futures import wait
from prefect.states import Completed, Failed

from flows.failures import named_reasons, refusals_in_words
from flows.forms import IntakeForm
from flows.naming import named
from flows.threads import threads
from notifications.wording import masked
from tasks.county import tonight
from tasks.intake import mapping_for, take_in, waiting_files
from tasks.wording import locale, words

URGENT = "wangge.issue.urgent"


@flow(name="intake", flow_run_name=named("intake"), task_runner=threads(1))
@refusals_in_words
async def intake(form: IntakeForm) -> State[object]:
    """Take each file by itself; one that can't be read does not stop the others."""
    now = tonight(form.now).now
    mapping = mapping_for(form.folder, form.mapping)
    files = {file.name: take_in.submit(file, now, mapping) for file in waiting_files(form.folder, mapping)}
    wait(list(files.values()))
    failed = {name: future for name, future in files.items() if not future.state.is_completed()}
    taken = [future.result() for name, future in files.items() if name not in failed]
    if any(each.urgent for each in taken):
        emit_event(URGENT, resource={"prefect.resource.id": "wangge.issues"})
    message = words(
        "run.intake",
        files=len(files),
        taken=sum(each.taken for each in taken),
        known=sum(each.known for each in taken),
        rejected=sum(each.rejected for each in taken),
    )
    if failed:
        return Failed(message=message + words("run.not_taken", names=masked(named_reasons(failed), locale())))
    return Completed(message=message)
