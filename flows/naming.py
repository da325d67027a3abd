"""Runs are named for people: the flow and the night it belongs to."""

from collections.abc import Callable

from prefect.runtime import flow_run

from flows.forms import Form
from tasks.county import tonight


def named(flow: str) -> Callable[[], str]:
    """A name such as ``nightly 2026-11-23``, by the county's date at the run's `now`."""

    def name() -> str:
        form: Form = flow_run.parameters["form"]
        return f"{flow} {tonight(form.now).night}"

    return name
