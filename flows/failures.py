"""What tasks failed, and why, for the one sentence a run ends with."""

from collections.abc import Mapping
from typing import Any

from prefect.futures import PrefectFuture

from tasks.wording import reason


def named_reasons(failed: Mapping[str, PrefectFuture[Any]]) -> str:
    """The failed by name, each with its reason; a reason they share is said once."""
    by_reason: dict[str, list[str]] = {}
    for name, future in failed.items():
        by_reason.setdefault(reason(future.result(raise_on_failure=False)), []).append(name)
    return "; ".join(f"{', '.join(names)} ({why})" for why, names in by_reason.items())
