"""When each flow runs on a day: by the schedules of ``prefect.yaml``, on the clock of the county's zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim
from ruamel.yaml import YAML

FILE = Path(__file__).parent.parent / "prefect.yaml"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Hours:
    """The schedules of the flows, in the order of the file: at one instant, flows run in that order."""

    zone: ZoneInfo
    crons: Mapping[str, str]

    @classmethod
    def read(cls, zone: ZoneInfo, file: Path = FILE) -> "Hours":
        """The schedules as they are deployed."""
        entries = YAML(typ="safe").load(file.read_text(encoding="utf-8"))["deployments"]
        return cls(zone, {each["name"]: each["schedules"][0]["cron"] for each in entries if each.get("schedules")})

    def order(self, flow: str) -> int:
        """Which of two flows runs first at one instant: the one of the lower order."""
        return list(self.crons).index(flow)

    def on(self, flow: str, day: date) -> list[datetime]:
        """The instants at which a flow runs on a local day, ascending and in UTC.

        Around a change of the clocks they are Prefect's: what falls into an hour that is skipped runs an hour earlier
        (2:30 at 1:30); in an hour that is repeated a flow runs the first time alone.
        """
        midnight = datetime.combine(day, time())  # naive: the face of the clock
        shown = takewhile(lambda at: at.date() == day, CronSim(self.crons[flow], midnight - SECOND))
        return sorted({self._instant(at) for at in shown})

    def _instant(self, shown: datetime) -> datetime:
        """The instant at which the clock shows a time, or would, had the change come before it."""
        at = shown.replace(tzinfo=self.zone).astimezone(UTC)
        is_shown = at.astimezone(self.zone).replace(tzinfo=None) == shown
        return at if is_shown else shown.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
