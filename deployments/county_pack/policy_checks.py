"""Whether what ``policy.yaml`` says makes sense, by itself and beside the county's tiers. Reads the text as written."""

from collections.abc import Iterator

from deployments.county_pack.ladder_checks import ladder_findings
from models.vocabulary import DutyKind
from tasks.written import Finding, Place, repeated

CONDITIONS = ("category", "severity", "lane", "called_up")


def policy_findings(policy: Place, county: Place | None) -> Iterator[Finding]:
    """What makes no sense in the policy's file; without a county, what it says of tiers is not looked at."""
    levels = policy.get("service_levels").items()
    categories = policy.get("categories").items()
    yield from repeated(category.get("key") for category in categories)
    yield from repeated(category.get("name") for category in categories)
    yield from repeated(level.get("key") for level in levels)
    yield from _reference_findings(policy, levels)
    yield from _fallback_findings(policy.get("service_levels"))
    yield from _unreachable_findings(levels)
    yield from repeated(policy.get("disclosure").items())
    yield from ladder_findings(policy, county)


def _reference_findings(policy: Place, levels: list[Place]) -> Iterator[Finding]:
    categories = [category.value for each in policy.get("categories").items() if (category := each.get("key"))]
    ladders = list(policy.get("escalation_policies").entries())
    for level in levels:
        for category in _listed(level.get("category")):
            yield from _unknown(category, "unknown_category", categories)
        yield from _unknown(level.get("escalation"), "unknown_escalation", ladders)


def _unknown(place: Place, kind: str, known: list[object] | list[str | int]) -> Iterator[Finding]:
    if isinstance(place.value, str) and place.value not in known:
        yield place.found(kind, known=", ".join(map(str, known)))


def _listed(place: Place) -> list[Place]:
    return place.items() if isinstance(place.value, list) else [place]


def _fallback_findings(levels: Place) -> Iterator[Finding]:
    """Every duty has a row that matches when no other does."""
    covered = {level.text("duty") for level in levels.items() if not _conditions(level)}
    for kind in DutyKind:
        if kind not in covered:
            yield levels.found("no_fallback", duty=kind)


def _conditions(level: Place) -> dict[str, set[str]]:
    """What the row asks for; a condition it doesn't name is left out."""
    named = {name: level.get(name) for name in CONDITIONS if level.get(name).value is not None}
    return {name: {str(each.plain()) for each in _listed(place)} for name, place in named.items()}


def _unreachable_findings(levels: list[Place]) -> Iterator[Finding]:
    """Rows for which an earlier one always matches first."""
    for number, level in enumerate(levels):
        for before in levels[:number]:
            if before.text("duty") == level.text("duty") and _matches_all(_conditions(before), _conditions(level)):
                yield level.found("unreachable", before=before.text("key"), line=before.line)
                break


def _matches_all(before: dict[str, set[str]], later: dict[str, set[str]]) -> bool:
    return all(name in later and later[name] <= asked for name, asked in before.items())
