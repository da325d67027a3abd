"""What is wrong with a pack, told to people: all faults at once, each with file, line and field."""

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from models.rules.pack import POLICY
from tasks.faults import Faulty, shape_finding
from tasks.written import Finding, Place

COUNTY = "county.yaml"


class PackInvalid(Faulty):
    """A county pack can't be used."""

    @property
    def key(self) -> str:
        """The locale key of the sentence above the faults."""
        return "pack.refused"


def shape_findings(error: ValidationError, files: Mapping[str, Place]) -> Iterator[Finding]:
    """What pydantic found in the policy under its file's name and the county's fields around it, each at its place.

    :param files: the files by name; one that could not be read is missing and passed over.
    """
    for each in error.errors(include_url=False):
        file, *path = each["loc"] if each["loc"][0] == POLICY else (COUNTY, *each["loc"])
        if file in files:
            yield shape_finding(each, files[str(file)], tuple(path))
