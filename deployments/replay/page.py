"""The account of a replay as files: a page for people, JSON with everything, CSV with a row for each night and unit."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from errno import ENOENT
from io import StringIO
from os import strerror
from pathlib import Path
from typing import Any

from deployments.commands.output import plainer
from models.errors import InvalidInput
from models.rules.replaying import FLOWS, STANDING
from models.vocabulary import StepAction
from notifications import charts
from notifications.locale import text
from notifications.render import render

POINTS = 120
"""Points of a chart at most: with more nights each point sums up several."""
LISTED = 50
PAGES = (".html", ".htm")
CLOSED = ("closed_in_time", "closed_late")
"""What goes out is drawn below the line, what comes in above it."""


def demand_place(page: Path) -> None:
    """Make sure, before hours of work, that the page and what lies beside it can be written.

    :raises InvalidInput: when its name is not that of a page, or its folder is not there.
    """
    if page.suffix not in PAGES:
        raise InvalidInput(why="page_name", file=page)
    if not page.parent.is_dir():
        raise InvalidInput(why="file", file=page, problem=strerror(ENOENT))


def write(page: Path, facts: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], locale: str) -> None:
    """Write the page and the two files beside it, each whole or not at all."""
    _put(page, _page(facts, locale))
    _put(
        page.with_suffix(".json"),
        json.dumps(facts, ensure_ascii=False, indent=1, default=plainer(facts["county"]["zone"])),
    )
    _put(page.with_suffix(".csv"), _csv(cells), encoding="utf-8-sig")  # without the mark spreadsheets guess another one


def _page(facts: Mapping[str, Any], locale: str) -> str:
    size = -(-len(facts["nights"]) // POINTS)
    rows = list(_buckets(facts["nights"], size))
    lowest = facts["tiers"][-1]
    ways = [
        {"does": does, "tier": tier["key"], "name": text(f"replay.way_{does}", locale, tier=tier["name"])}
        for does in (StepAction.TELL, StepAction.SUPERVISE)
        for tier in reversed(facts["tiers"])
        if facts["units"][0]["to"][tier["key"]][does]
    ]
    period = {"first": f"{facts['first_night']:%Y-%m-%d}", "last": f"{facts['last_night']:%Y-%m-%d}"}
    more = {"now": facts["last_night_at"], "zone": facts["county"]["zone"], "bucket": size, "rows": rows, "ways": ways}
    named = {"lowest": len(facts["tiers"]) - 1, "lowest_tier": lowest["name"], "listed": LISTED}
    return render("replay", locale, {**facts, **more, **named, **period, "charts": _charts(rows, size, locale)})


def _charts(rows: Sequence[Mapping[str, Any]], size: int, locale: str) -> list[dict[str, Any]]:
    labels = [f"{row['night']:{'%m-%d' if size == 1 else '%Y-%m'}}" for row in rows]

    def series(*below: str, **colours: str) -> dict[str, tuple[str, list[int]]]:
        values = {name: [-row[name] if name in below else row[name] for row in rows] for name in colours}
        return {text(f"replay.{name}", locale): (colour, values[name]) for name, colour in colours.items()}

    drawings = {
        "told": charts.stacked("told", labels, series(remind="calm", tell="warn", supervise="bad")),
        "stock": charts.lines("stock", labels, series(open="calm", overdue="bad")),
        "flow": charts.stacked(
            "flow", labels, series(*CLOSED, came_in="calm", closed_in_time="good", closed_late="warn")
        ),
    }
    return [{"title": text(f"replay.chart_{name}", locale), "drawing": each} for name, each in drawings.items()]


def _buckets(nights: Sequence[Mapping[str, Any]], size: int) -> Iterable[dict[str, Any]]:
    """Nights put together: what happened is summed up, what stands is as of the last."""
    for start in range(0, len(nights), size):
        own = nights[start : start + size]
        summed = {name: sum(each[name] for each in own) for name in FLOWS}
        told = {
            tier: {name: sum(each["to"][tier][name] for each in own) for name in counts}
            for tier, counts in own[-1]["to"].items()
        }
        yield {**{name: own[-1][name] for name in ("night", *STANDING)}, **summed, "to": told}


def _csv(cells: Sequence[Mapping[str, Any]]) -> str:
    out = StringIO()
    writer = csv.DictWriter(out, cells[0] if cells else (), lineterminator="\n")
    writer.writeheader()
    writer.writerows(cells)
    return out.getvalue()


def _put(file: Path, written: str, encoding: str = "utf-8") -> None:
    """A file that appears under its name once it is whole."""
    fresh = file.with_name(f".{file.name}.part")
    try:
        fresh.write_text(written, encoding=encoding, newline="")
        fresh.replace(file)
    except OSError as error:
        raise InvalidInput(why="file", file=file, problem=error.strerror) from error
    finally:
        fresh.unlink(missing_ok=True)
