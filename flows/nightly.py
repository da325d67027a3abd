"""The night: for every community assign, climb, catch up, count; then the auditor looks at what has become of it."""

from collections.abc import Iterable
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, wait
from prefect.states import Completed, Failed

from flows.failures import named_reasons, refusals_in_words
from flows.forms import NightForm
from flows.naming import named
from flows.previewing import show_preview
from flows.threads import threads
from tasks.audit import audit_of, open_findings, weigh
from tasks.county import Community, Tonight, tonight
from tasks.night import NightOutcome, night_of, preview_of
from tasks.room import expire
from tasks.wording import reason, words

Futures = dict[str, PrefectFuture[Any]]


@flow(name="nightly", flow_run_name=named("nightly"), task_runner=threads(4))
@refusals_in_words
async def nightly(form: NightForm) -> State[object]:
    """Run the night of each community not yet done, or of those named; one that fails does not stop the others."""
    night = tonight(form.now)
    chosen = night.chosen(form.communities)
    run = preview_of if form.preview else night_of
    nights: Futures = {each.name: run.submit(each, night.now) for each in chosen}
    wait(list(nights.values()))
    outcomes = [future.result() for future in nights.values() if future.state.is_completed()]
    before = sum(each.done for each in night.communities if each not in chosen)
    message = words("run.preview" if form.preview else "run.night", before=before, **_figures(outcomes))
    trouble = _unfinished(nights, outcomes)
    if form.preview:
        await show_preview(night.night, outcomes)
    else:
        trouble += _doubts(night, _ran(night, outcomes, everywhere=not form.communities))
        expired, undone = _expired(night)
        message, trouble = message + expired, trouble + undone
    return Failed(message=message + trouble) if trouble else Completed(message=message)


def _figures(outcomes: Iterable[NightOutcome]) -> dict[str, int]:
    counts = [each.counts for each in outcomes if each.counts]
    return {
        "done": len(counts),
        "assigned": sum(each.assigned for each in counts),
        "reminded": sum(each.reminded for each in counts),
        "escalated": sum(each.told + each.supervised for each in counts),
        "unowned": sum(each.unowned for each in counts),
    }


def _unfinished(nights: Futures, outcomes: Iterable[NightOutcome]) -> str:
    """Which communities another run had, and which failed of what."""
    busy = [each.community for each in outcomes if not each.counts]
    failed = {name: future for name, future in nights.items() if not future.state.is_completed()}
    said = words("run.busy", names=", ".join(busy)) if busy else ""
    return said + (words("run.failed", names=named_reasons(failed)) if failed else "")


def _ran(night: Tonight, outcomes: Iterable[NightOutcome], *, everywhere: bool) -> list[Community]:
    """The communities that have had this night: now, or `everywhere` before."""
    done = {each.community for each in outcomes if each.counts}
    return [each for each in night.communities if each.name in done or (everywhere and each.done)]


def _doubts(night: Tonight, communities: Iterable[Community]) -> str:
    """What the auditor finds, or where it could not look; nothing when all is well."""
    audits: Futures = {each.name: audit_of.submit(each, night.now) for each in communities}
    audits[words("run.county")] = weigh.submit(night.now)
    wait(list(audits.values()))
    failed = {name: future for name, future in audits.items() if not future.state.is_completed()}
    found = open_findings(night.now)
    said = words("run.audit_failed", names=named_reasons(failed)) if failed else ""
    return said + (words("run.findings", count=found.count, first=found.first) if found.count else "")


def _expired(night: Tonight) -> tuple[str, str]:
    """Of how much the policy keeps no longer who it was, where it is anything; and what kept it from being done."""
    expiring = expire.submit(night.now)
    wait([expiring])
    if not expiring.state.is_completed():
        return "", words("run.not_expired", reason=reason(expiring.result(raise_on_failure=False)))
    done = expiring.result()
    return (words("run.expired", **vars(done)) if done else ""), ""
