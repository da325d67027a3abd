"""Flows of the tests' own: they run in the worker's processes."""

import time

from prefect import flow
from pydantic import BaseModel, Field


class SampleForm(BaseModel):
    seconds: float = Field(default=0, title="歇多久")


@flow(name="sample")
async def sample(form: SampleForm) -> str:
    time.sleep(form.seconds)  # noqa: ASYNC251 - like a long statement: nothing else runs meanwhile
    return "完成"


@flow(name="urgent")
async def urgent(form: SampleForm) -> str:
    return f"{form.seconds}"
