"""What each kind of import asks of a row: its fields, and what a field says."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """What a file is about; reports are issues as they are raised, without anything that was done about them."""

    REPORTS = "reports"
    ISSUES = "issues"
    PEOPLE = "people"
    POSTINGS = "postings"
    ABSENCES = "absences"
    HOUSEHOLDS = "households"


class Says(StrEnum):
    """What a field says: a text, an instant, a day, a word of a list of the vocabulary; flags: any number of words."""

    TEXT = "text"
    INSTANT = "instant"
    DAY = "day"
    SEVERITY = "severity"
    STAGE = "stage"
    RATING = "rating"
    ROLE = "role"
    FLAGS = "key_household"


ROW = "row"
"""Under this name stands what is wrong with a row as a whole."""
WORDS = frozenset({Says.SEVERITY, Says.STAGE, Says.RATING, Says.ROLE, Says.FLAGS})
LONGEST = 8000
LONGEST_KEY = 200
NUL = "\0"  # the one character PostgreSQL does not store


@dataclass(frozen=True)
class Field:
    """A field of a row.

    :param required: every row has to have it.
    :param told: a mapping has to say where it comes from, be it a constant; what it says may be empty.
    :param longest: how many characters it may have.
    :param private: what stands there may be about a person: it is shown to nobody.
    """

    name: str
    says: Says = Says.TEXT
    required: bool = False
    told: bool = False
    longest: int = LONGEST_KEY
    private: bool = False


_RAISED = (
    Field("external_id", required=True),
    Field("happened_at", Says.INSTANT, required=True),
    Field("grid", told=True),
    Field("category", required=True),
    Field("severity", Says.SEVERITY, told=True),
    Field("summary", required=True, longest=LONGEST, private=True),
    Field("source", told=True),
)
_DONE = (
    Field("stage", Says.STAGE),
    Field("signed_at", Says.INSTANT),
    Field("done_at", Says.INSTANT),
    Field("handler"),
    Field("evidence", longest=LONGEST, private=True),
    Field("rating", Says.RATING),
    Field("rated_at", Says.INSTANT),
    Field("closed_at", Says.INSTANT),
    Field("closed_by"),
)
_REPORTER = (Field("reporter_name", private=True), Field("reporter_phone", private=True))

FIELDS: dict[Subject, tuple[Field, ...]] = {
    Subject.REPORTS: (*_RAISED, Field("reported_by", required=True), *_REPORTER),
    Subject.ISSUES: (*_RAISED, Field("reported_by", told=True), *_DONE, *_REPORTER),
    Subject.PEOPLE: (Field("code", required=True), Field("name", required=True, private=True)),
    Subject.POSTINGS: (
        Field("code", required=True),
        Field("unit", required=True),
        Field("role", Says.ROLE, required=True),
        Field("from_on", Says.DAY, required=True),
        Field("until_on", Says.DAY),
    ),
    Subject.ABSENCES: (
        Field("code", required=True),
        Field("from_on", Says.DAY, required=True),
        Field("until_on", Says.DAY, required=True),
        Field("reason", required=True, private=True),
        Field("deputy"),
    ),
    Subject.HOUSEHOLDS: (
        Field("external_id", required=True),
        Field("grid", required=True),
        Field("compound"),
        Field("building", required=True),
        Field("staircase", required=True),
        Field("room", required=True),
        Field("flags", Says.FLAGS),
        Field("moved_out_on", Says.DAY),
        Field("name", private=True),
        Field("phone", private=True),
        Field("id_number", private=True),
    ),
}


_ASKED = {
    subject: ([each.name for each in own if each.required], {each.name: each.longest for each in own})
    for subject, own in FIELDS.items()
}
"""Of each subject the fields every row has to have, and how long each may be: asked of every row."""


def fields(subject: Subject) -> dict[str, Field]:
    """The fields of a kind of import, by name."""
    return {each.name: each for each in FIELDS[subject]}


def shortcomings(subject: Subject, said: Mapping[str, object], unread: Container[str]) -> dict[str, str]:
    """What is wrong with a row's fields whatever they mean: missing, too long, not to be stored; by field the sentence.

    :param unread: the fields that could not be read, which is fault enough.
    """
    required, longest = _ASKED[subject]
    wrong = {}
    if ROW not in unread:
        wrong = {name: "missing" for name in required if said.get(name) is None and name not in unread}
    for name, value in said.items():
        if type(value) is not str:
            continue
        if NUL in value:
            wrong[name] = "unstorable"
        elif len(value) > longest[name]:
            wrong[name] = "long_key" if longest[name] == LONGEST_KEY else "too_long"
    return wrong
