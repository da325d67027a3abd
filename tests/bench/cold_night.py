"""A process that runs nights through the flow, as a flow run's process does: `python -m tests.bench.cold_night NOW...`.

It says in JSON when each night was done (on the clock all processes share) and how much memory it took at most.
"""

import asyncio
import json
import resource
import sys
import time
from datetime import datetime

from flows.forms import NightForm
from flows.nightly import nightly


async def main(moments: list[str]) -> None:
    done = [time.monotonic()]
    for moment in moments:
        await nightly(NightForm(now=datetime.fromisoformat(moment)))  # raises what a failed run failed of
        done.append(time.monotonic())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps({"done": done, "peak_kb": peak}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
