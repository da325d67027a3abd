"""The night: for every community assign, climb, catch up, count."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture, wait
from prefect.states import Completed, Failed

from flows.failures import named_reasons, refusals_in_words
from flows.forms import NightForm
from flows.naming import named
from flows.threads import threads
from tasks.county import tonight
from tasks.night import NightOutcome, night_of
from tasks.wording import words


@flow(name="nightly", flow_run_name=named("nightly"), task_runner=threads(4))
@refusals_in_words
async def nightly(form: NightForm) -> State[object]:
    """Run the night of each community not yet done, or of those named; one that fails does not stop the others."""
    night = tonight(form.now)
    chosen = night.chosen(form.communities)
    nights = {each.name: night_of.submit(each, night.now, preview=form.preview) for each in chosen}
    wait(list(nights.values()))
    before = sum(each.done for each in night.communities if each not in chosen)
    return _verdict(nights, before, "run.preview" if form.preview else "run.night")


def _verdict(nights: dict[str, PrefectFuture[NightOutcome]], before: int, sentence: str) -> State[object]:
    failed = {name: future for name, future in nights.items() if not future.state.is_completed()}
    outcomes = [future.result() for name, future in nights.items() if name not in failed]
    counts = [each.counts for each in outcomes if each.counts]
    busy = [each.community for each in outcomes if not each.counts]
    facts = {
        "done": len(counts),
        "before": before,
        "assigned": sum(each.assigned for each in counts),
        "reminded": sum(each.reminded for each in counts),
        "escalated": sum(each.told + each.supervised for each in counts),
        "unowned": sum(each.unowned for each in counts),
    }
    message = words(sentence, **facts)
    if busy:
        message += words("run.busy", names=", ".join(busy))
    if failed:
        message += words("run.failed", names=named_reasons(failed))
    return Failed(message=message) if busy or failed else Completed(message=message)
