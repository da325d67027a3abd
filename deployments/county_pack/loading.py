"""A county pack: the folder of ``county.yaml`` and ``policy.yaml`` that makes a county out of the product.

Read as a whole: what is wrong with it is told all at once, each fault with file, line and field.
"""

from pathlib import Path

from pydantic import ValidationError

from deployments.county_pack.checks import county_findings
from deployments.county_pack.faults import COUNTY, PackInvalid, shape_findings
from deployments.county_pack.policy_checks import policy_findings
from models.rules.pack import POLICY, CountyPack
from models.settings import settings
from tasks.written import Finding, Place, read


def load_pack(folder: Path, locale: str | None = None) -> CountyPack:
    """Read and check the pack in a folder.

    :param locale: the language faults are told in; by default that of the settings.
    :raises PackInvalid: with all its faults at once.
    """
    county, unread = read(folder / COUNTY)
    policy, unread_policy = read(folder / POLICY)
    unread += unread_policy
    pack, wrong = _shaped(county, policy)
    wrong += county_findings(county) if county else ()
    wrong += policy_findings(policy, county) if policy else ()
    faults = unread + [each for each in wrong if not _follows(each, unread)]
    if pack is None or faults:
        raise PackInvalid(folder, faults, locale or settings().locale)
    return pack


def _shaped(county: Place | None, policy: Place | None) -> tuple[CountyPack | None, list[Finding]]:
    files = {place.file: place for place in (county, policy) if place}
    written = {**(county.plain() if county else {}), POLICY: policy.plain() if policy else None}
    try:
        return CountyPack.model_validate(written), []
    except ValidationError as error:
        return None, list(shape_findings(error, files))


def _follows(finding: Finding, unread: list[Finding]) -> bool:
    """Whether a finding is about what an alias in a circle was cut out of: then it need not be a fault at all."""
    circles = (each for each in unread if each.kind == "cycle" and each.file == finding.file)
    return any(f"{finding.field}." in each.field or f"{finding.field}[" in each.field for each in circles)
