"""The report of a night: one artifact an administrator understands."""

from prefect import flow
from prefect.artifacts import acreate_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.failures import refusals_in_words
from flows.forms import ReportForm
from flows.naming import named
from tasks.county import tonight
from tasks.report import night_report
from tasks.wording import words


@flow(name="report", flow_run_name=named("report"))
@refusals_in_words
async def report(form: ReportForm) -> State[object]:
    """Write down what the night did, to whom, and what needs a person."""
    at = tonight(form.now)
    await acreate_markdown_artifact(
        key="night-report", markdown=night_report(at.now), description=words("run.report", night=at.night)
    )
    return Completed(message=words("run.report", night=at.night))
