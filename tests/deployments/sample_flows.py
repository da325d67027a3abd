"""Flows of the tests' own: they run in the worker's processes."""

from prefect import flow
from pydantic import BaseModel, Field


class SampleForm(BaseModel):
    note: str = Field(default="", title="备注")


@flow(name="sample")
async def sample(form: SampleForm) -> str:
    return form.note


@flow(name="urgent")
async def urgent(form: SampleForm) -> str:
    return form.note
