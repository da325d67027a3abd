"""What failed, and why, for the one sentence a run ends with."""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.states import Failed

from flows.forms import Form
from models.errors import WanggeError
from tasks.wording import reason

FormT = TypeVar("FormT", bound=Form)
Body = Callable[[FormT], Awaitable[State[object]]]


def refusals_in_words(body: Body[FormT]) -> Body[FormT]:
    """Let a flow that is refused by our own rules end with the sentence that says why."""

    @wraps(body)
    async def guarded(form: FormT) -> State[object]:
        try:
            return await body(form)
        except WanggeError as error:
            return Failed(message=reason(error))

    return guarded


def named_reasons(failed: Mapping[str, PrefectFuture[Any]]) -> str:
    """The failed by name, each with its reason; a reason they share is said once."""
    by_reason: dict[str, list[str]] = {}
    for name, future in failed.items():
        by_reason.setdefault(reason(future.result(raise_on_failure=False)), []).append(name)
    return "; ".join(f"{', '.join(names)} ({why})" for why, names in by_reason.items())
