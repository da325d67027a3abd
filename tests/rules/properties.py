"""How property tests run here: so many examples, no limit on one, nothing left on disk."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings


def quick(examples: int) -> Callable[..., Any]:
    """The settings of a property test of so many examples."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
