"""An issue on its way, for tests that care about a later stage; and what refusing it means."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.orm import Session

from models.actions import casework, night
from models.errors import WanggeError
from models.queries.rulebook import Rulebook
from models.tables.issues import Issue
from models.vocabulary import Rating
from tests.county import at
from tests.models.ledger import everything, unit_id

MONDAY = "2026-03-02 09:00"


class Case:
    """An issue on its way: what was done to it so far, each at a later time."""

    def __init__(self, session: Session, book: Rulebook, issue: Issue) -> None:
        self.session, self.book, self.issue = session, book, issue

    def assigned(self, when: str = "2026-03-02 10:00", community: str = "east") -> "Case":
        night.run(self.session, self.book, unit_id(self.session, community), at(when))
        return self

    def signed(self, when: str = "2026-03-02 11:00", by: str = "W01") -> "Case":
        casework.sign(self.session, self.book, self.issue.number, by=by, now=at(when))
        return self

    def done(self, when: str = "2026-03-03 10:00", by: str = "W01", evidence: str = "photo-17") -> "Case":
        casework.done(self.session, self.book, self.issue.number, evidence=evidence, by=by, now=at(when))
        return self

    def rated(self, rating: Rating, when: str = "2026-03-04 10:00", by: str = "S01") -> "Case":
        casework.evaluate(self.session, self.book, self.issue.number, rating=rating, by=by, now=at(when))
        return self

    def closed(self, when: str = "2026-03-04 16:00", by: str = "S01") -> "Case":
        casework.close(self.session, self.book, self.issue.number, by=by, now=at(when))
        return self

    def reopened(self, when: str = "2026-03-09 10:00", by: str = "S01") -> "Case":
        casework.reopen(self.session, self.book, self.issue.number, reason="又灭了", by=by, now=at(when))
        return self


@contextmanager
def refused(session: Session, error: type[WanggeError], **facts: object) -> Iterator[None]:
    """Whatever happens inside is refused with these facts and leaves every table as it was."""
    before = everything(session)
    with pytest.raises(error) as refusal:
        yield
    assert {name: refusal.value.facts.get(name) for name in facts} == facts
    assert everything(session) == before
