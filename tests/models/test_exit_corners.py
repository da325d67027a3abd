"""Side exits and call-ups in the corners: what is owed can be done by whoever owes it."""

import pytest
from sqlalchemy.orm import Session

from models.actions import calling, side_exits
from models.errors import InvalidInput, NotAllowed
from models.queries.rulebook import Rulebook
from models.vocabulary import DutyKind
from tests.county import at, reported
from tests.models.cases import MONDAY, Case, refused
from tests.models.ledger import still_owed

TUESDAY = at("2026-03-03 10:00")


@pytest.fixture
def case(session: Session, book: Rulebook) -> Case:
    """An issue on east-1 which its worker has signed for."""
    return Case(session, book, reported(session, book, MONDAY)).assigned().signed()


def test_a_grid_that_is_called_up_answers_by_its_worker(case: Case) -> None:
    number = case.issue.number
    calling.call_up(case.session, case.book, number, unit="east-2", reason="借梯子", by="W01", now=TUESDAY)
    assert still_owed(case.session, case.issue)[DutyKind.ANSWER].post == "east-2"
    with refused(case.session, NotAllowed):
        calling.answer(case.session, case.book, number, note="x", by="W01", now=at("2026-03-03 11:00"))
    calling.answer(case.session, case.book, number, note="好", by="W02", now=at("2026-03-03 11:00"))
    assert DutyKind.ANSWER not in still_owed(case.session, case.issue)


@pytest.mark.parametrize(("unit", "name"), [("works", "社区党工委"), ("river", "河县")])
def test_an_issue_is_given_to_nobody_who_may_not_sign_for_it(case: Case, unit: str, name: str) -> None:
    with refused(case.session, InvalidInput, why="nobody_signs", unit=name):
        side_exits.transfer(case.session, case.book, case.issue.number, to=unit, reason="x", by="C01", now=TUESDAY)
