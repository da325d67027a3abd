"""An issue on its way, for tests that care about a later stage; and what refusing it means."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, holding, night, voiding
from models.errors import WanggeError
from models.queries.rulebook import Rulebook
from models.tables.duties import Duty
from models.tables.issues import Issue
from models.vocabulary import DutyKind, Rating, RequestKind
from tests.county import SECRET, at
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

    def asked(self, what: RequestKind, until: date, when: str = "2026-03-03 09:00", by: str = "W01") -> "Case":
        holding.ask(
            self.session, self.book, self.issue.number, what=what, until=until, reason="等材料", by=by, now=at(when)
        )
        return self

    def approved(self, when: str = "2026-03-03 10:00", by: str = "S01", secret: str = SECRET) -> "Case":
        holding.approve(self.session, self.book, self.issue.number, secret=secret, by=by, now=at(when))
        return self

    def held(self, until: date, asked: str = "2026-03-03 09:00", approved: str = "2026-03-03 10:00") -> "Case":
        return self.asked(RequestKind.HOLD, until, asked).approved(approved)

    def resumed(self, when: str, by: str = "S01") -> "Case":
        holding.resume(self.session, self.book, self.issue.number, reason="材料到了", by=by, now=at(when))
        return self

    def voided(self, when: str, by: str = "S01") -> "Case":
        voiding.void(self.session, self.book, self.issue.number, reason="记错了", by=by, now=at(when))
        return self

    def night(self, when: str) -> "Case":
        night.run(self.session, self.book, self.issue.community_id, at(when))
        return self

    @property
    def work(self) -> Duty:
        """The last duty to handle it."""
        wanted = select(Duty).where(Duty.issue_id == self.issue.id, Duty.kind == DutyKind.ACT)
        last = wanted.order_by(Duty.id.desc()).limit(1).execution_options(populate_existing=True)
        return self.session.scalars(last).one()


@contextmanager
def refused(session: Session, error: type[WanggeError], **facts: object) -> Iterator[None]:
    """Whatever happens inside is refused with these facts and leaves every table as it was."""
    before = everything(session)
    with pytest.raises(error) as refusal:
        yield
    assert {name: refusal.value.facts.get(name) for name in facts} == facts
    assert everything(session) == before
