"""Tasks side by side: threads, since each waits for the database and none computes for long."""

from typing import Any

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner


def threads(count: int) -> TaskRunner[PrefectFuture[Any]]:
    """A runner of at most so many tasks at once."""
    return ThreadPoolTaskRunner(max_workers=count)  # type: ignore[return-value]
