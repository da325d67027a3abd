"""Runs are named for people: the flow and the night it belongs to."""

from collections.abc import Callable
from datetime import datetime

from prefect.runtime import flow_run

from tasks.county import tonight


def named(flow: str) -> Callable[[], str]:
    """A name such as ``nightly 2026-11-23``, by the county's date at the run's `now`."""

    def name() -> str:
        form = flow_run.parameters.get("form")
        now: datetime | None = form.get("now") if isinstance(form, dict) else getattr(form, "now", None)
        return f"{flow} {tonight(now).night}"

    return name
