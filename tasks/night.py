"""The night of one community as a unit of work: one retry, one commit."""

from dataclasses import asdict, dataclass
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.logging import get_run_logger
from prefect.tasks import Task
from sqlalchemy.exc import OperationalError

from models.actions import night
from models.actions.night import NightCounts
from models.database import transaction
from models.errors import CommunityBusy
from tasks.county import Community, current_book
from tasks.wording import words


@dataclass(frozen=True)
class NightOutcome:
    """What became of a community's night; no counts: another run has the community."""

    community: str
    counts: NightCounts | None


async def connection_failed(_task: Task[..., object], _run: TaskRun, state: State[object]) -> bool:
    """Whether trying again may help: the database was out of reach, not the rules."""
    failure = await state.aresult(raise_on_failure=False)
    return isinstance(failure, OperationalError)


@task(
    task_run_name="{community.name}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=[1, 10],
    retry_condition_fn=connection_failed,
)
def night_of(community: Community, now: datetime, *, preview: bool) -> NightOutcome:
    """Run a community's night in one transaction; a preview rolls it back."""
    try:
        with transaction() as session:
            counts = night.run(session, current_book(session), community.id, now)
            if preview:
                session.rollback()
    except CommunityBusy:
        get_run_logger().warning(words("run.community_busy", name=community.name))
        return NightOutcome(community.name, None)
    get_run_logger().info(words("run.community", name=community.name, **asdict(counts)))
    return NightOutcome(community.name, counts)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=[1, 10])
def watch_of(community: Community, now: datetime) -> NightOutcome:
    """Climb what cannot wait for the night."""
    try:
        with transaction() as session:
            counts = night.watch(session, current_book(session), community.id, now)
    except CommunityBusy:
        return NightOutcome(community.name, None)
    return NightOutcome(community.name, counts)
