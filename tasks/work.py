"""What every task is: a unit of work with one rule of trying again."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task
from sqlalchemy.exc import InterfaceError, OperationalError

P = ParamSpec("P")
R = TypeVar("R")


def unit_of_work(name: str | Callable[[], str] | None = None) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a function a task that is tried again only while the database is out of reach, never when it is refused.

    :param name: how its runs are called, with the arguments in braces; or what says so.
    """
    return task(
        task_run_name=name,
        cache_policy=NO_CACHE,
        retries=2,
        retry_delay_seconds=[1, 10],
        retry_condition_fn=_connection_failed,
    )


async def _connection_failed(_task: Task[..., object], _run: TaskRun, state: State[object]) -> bool:
    failure = await state.aresult(raise_on_failure=False)
    return isinstance(failure, OperationalError | InterfaceError)
