"""Findings: the same when found again, settled when gone, open when they change; who may say why one may stand."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.actions import auditing, night
from models.errors import InvalidInput, NotFound, Refused
from models.queries import audit
from models.queries.rulebook import Rulebook
from models.tables.findings import Finding
from models.tables.issues import Issue
from models.vocabulary import Role
from tests.county import at, reported
from tests.models.cases import Case
from tests.models.ledger import post_id, unit_id
from tests.models.mutations import audited, duty_id, mutate, open_keys

FIRST, LATER, LAST = "2026-03-06 03:00", "2026-03-07 03:00", "2026-03-08 03:00"


@pytest.fixture
def found(session: Session, book: Rulebook) -> Finding:
    """A holder of another grid."""
    case = Case(session, book, reported(session, book, "2026-03-02 09:00")).assigned().signed()
    give(session, case.issue, "west-1")
    (finding,) = audited(session, book, FIRST)
    return finding


def give(session: Session, issue: Issue, unit: str) -> None:
    """The work becomes the post of some unit's worker, past all rules."""
    work = {"duty": duty_id(session, issue, "act"), "post": post_id(session, unit, Role.GRID_WORKER)}
    mutate(session, "UPDATE duties SET post_id = :post WHERE id = :duty", **work)


def of(session: Session, finding: Finding) -> Issue:
    return session.get_one(Issue, finding.facts["issue"])


def test_found_again_it_is_the_same_row(session: Session, book: Rulebook, found: Finding) -> None:
    (again,) = audited(session, book, LATER)
    assert (again.id, again.found_at, again.last_seen_at) == (found.id, at(FIRST), at(LATER))


def test_what_is_found_no_more_is_settled_by_itself(session: Session, book: Rulebook, found: Finding) -> None:
    give(session, of(session, found), "east-1")
    assert audited(session, book, LATER) == []
    assert (found.acknowledged_at, found.acknowledged_by, found.reason) == (at(LATER), None, None)
    assert found.last_seen_at == at(FIRST)


def test_what_comes_back_after_it_was_settled_is_open_again(session: Session, book: Rulebook, found: Finding) -> None:
    give(session, of(session, found), "east-1")
    audited(session, book, LATER)
    give(session, of(session, found), "west-1")
    (again,) = audited(session, book, LAST)
    assert (again.id, again.found_at, again.last_seen_at) == (found.id, at(FIRST), at(LAST))


def test_what_was_allowed_stays_so_as_long_as_it_is_the_same(session: Session, book: Rulebook, found: Finding) -> None:
    allowed(session, book, found, by="S01")
    assert audited(session, book, LATER) == []
    assert (found.acknowledged_at, found.reason, found.last_seen_at) == (at(FIRST), "临时借调", at(LATER))
    give(session, of(session, found), "east-2")
    (again,) = audited(session, book, LAST)
    assert (again.id, again.reason, again.acknowledged_by) == (found.id, None, None)
    assert again.facts["post"]["unit"] == "东街第2网格"


def allowed(session: Session, book: Rulebook, found: Finding, by: str, reason: str = " 临时借调 ") -> None:
    auditing.acknowledge(session, book, found.key, reason=reason, by=by, now=at(FIRST))


@pytest.mark.parametrize("by", ["S01", "P01", "C01"])
def test_whoever_answers_for_the_community_or_above_may_allow_it(
    session: Session, book: Rulebook, found: Finding, by: str
) -> None:
    allowed(session, book, found, by)
    assert open_keys(session) == set()


@pytest.mark.parametrize("by", ["W01", "K01", "S02"])
def test_nobody_else_may(session: Session, book: Rulebook, found: Finding, by: str) -> None:
    with pytest.raises(Refused) as refusal:
        allowed(session, book, found, by)
    assert refusal.value.facts["why"] == "acknowledge"
    assert open_keys(session) == {found.key}


def test_a_reason_is_asked_for_and_the_key_of_an_open_finding(session: Session, book: Rulebook, found: Finding) -> None:
    with pytest.raises(InvalidInput):
        allowed(session, book, found, "S01", reason="  ")
    allowed(session, book, found, "S01")
    with pytest.raises(NotFound):
        allowed(session, book, found, "S01")


def test_counts_of_the_county_are_for_its_own_posts(session: Session, book: Rulebook) -> None:
    reported(session, book, "2026-03-02 09:00")
    mutate(session, "UPDATE issue_numbers SET last = 3")
    assert [each.facts["unit"] for each in audited(session, book, FIRST)] == ["东街", "河县"]
    community, county = audited(session, book, FIRST)
    allowed(session, book, community, "S01")
    with pytest.raises(Refused):
        allowed(session, book, county, "S01")
    allowed(session, book, county, "C01")
    assert audited(session, book, LATER) == []
    mutate(session, "UPDATE issue_numbers SET last = 1")
    assert audited(session, book, LAST) == []


def test_a_night_looks_at_what_changed_what_was_found_and_a_thirtieth(session: Session, book: Rulebook) -> None:
    east = unit_id(session, "east")
    old = [reported(session, book, "2026-03-02 09:00") for _ in range(60)]
    night.run(session, book, east, at("2026-03-05 02:30"))
    new = reported(session, book, "2026-03-05 13:00")
    since, after = at("2026-03-05 12:00"), at("2026-03-05 14:00")
    turn = (new.id + 1) % 30
    looked_at = audit.to_look_at(session, book, east, since, turn)
    assert looked_at == [*(each.id for each in old if each.id % 30 == turn), new.id]
    every = [audit.to_look_at(session, book, east, after, turn) for turn in range(30)]
    assert sorted(each for turn in every for each in turn) == [*(each.id for each in old), new.id]
    mutate(session, "UPDATE issues SET stage = 'closed' WHERE id = :issue", issue=old[0].id)
    auditing.audit(session, book, east, after, everything=True)
    assert old[0].id in audit.to_look_at(session, book, east, after, (old[0].id + 1) % 30)


def test_the_audit_of_a_night_goes_back_to_the_night_before(session: Session, book: Rulebook) -> None:
    east = unit_id(session, "east")
    assert audit.last_night_but_one(session, east) is None
    for day in (3, 4, 6):
        night.run(session, book, east, at(f"2026-03-{day:02} 02:30"))
    assert audit.last_night_but_one(session, east) == at("2026-03-04 02:30")


def test_nothing_private_is_in_a_finding(session: Session, book: Rulebook, found: Finding) -> None:
    names = session.scalars(text("SELECT name FROM people")).all()
    written = session.scalars(text("SELECT facts::text FROM findings")).one()
    assert [name for name in names if name in written] == []
    assert "楼道灯不亮" not in written
