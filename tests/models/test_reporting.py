"""Putting reports into the ledger: what is refused leaves nothing, what is known is skipped, numbers have no gaps."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from models.actions import casework
from models.actions.people import leave
from models.actions.reporting import Report, report, report_all
from models.database import transaction
from models.errors import InvalidInput, NotAllowed, NotFound, WanggeError
from models.queries.rulebook import Rulebook, rulebook
from models.tables.issues import Issue, IssueNumber
from models.tables.places import Unit
from models.vocabulary import DutyKind, Role, Severity
from tests.conftest import fresh_database
from tests.county import COUNTY, at, load_small_county
from tests.models.ledger import Heard, everything, heard, post_id, still_owed

NOW = at("2026-03-02 12:00")


def said(**otherwise: object) -> Report:
    facts: dict[str, object] = {
        "grid": "east-1",
        "category": "lighting",
        "severity": Severity.ORDINARY,
        "summary": "楼道灯不亮",
        "happened_at": at("2026-03-02 09:00"),
        "by": "W01",
    }
    return Report(**{**facts, **otherwise})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("otherwise", "error", "why"),
    [
        ({"happened_at": at("2026-03-02 12:01")}, InvalidInput, "happened_later"),
        ({"grid": "north-1"}, NotFound, "unit"),
        ({"category": "fireworks"}, NotFound, "category"),
        ({"by": "X99"}, NotFound, "person"),
    ],
)
def test_a_report_that_cannot_be_taken_leaves_no_row(
    session: Session, book: Rulebook, otherwise: dict[str, object], error: type[WanggeError], why: str
) -> None:
    before = everything(session)
    with pytest.raises(error) as refusal, session.begin_nested():
        report(session, book, said(**otherwise), now=NOW)
    assert refusal.value.facts["why"] == why
    session.expire_all()
    assert everything(session) == before
    assert report(session, book, said(), now=NOW).number == "东街-2026-0001"


def test_who_holds_no_post_cannot_report(session: Session, book: Rulebook) -> None:
    leave(session, post_id(session, "east-1", Role.GRID_WORKER), NOW.date(), now=NOW)
    with pytest.raises(NotAllowed):
        report(session, book, said(), now=NOW)


def test_one_bad_report_of_a_batch_leaves_none(session: Session, book: Rulebook) -> None:
    before = everything(session)
    with pytest.raises(NotFound), session.begin_nested():
        report_all(session, book, [said(), said(category="fireworks")], now=NOW)
    session.expire_all()
    assert everything(session) == before


def test_anybody_with_a_post_may_report_for_any_place(session: Session, book: Rulebook) -> None:
    issue = report(session, book, said(grid="west-1", by="K01"), now=NOW)
    assert issue.number == "西街-2026-0001"


def test_a_grid_may_be_called_by_its_name(session: Session, book: Rulebook) -> None:
    assert report(session, book, said(grid="东街第2网格"), now=NOW).number == "东街-2026-0001"


def test_what_a_source_gave_before_is_skipped(session: Session, book: Rulebook) -> None:
    first = [said(source="12345", external_id=each) for each in ("A", "B", "A")]
    assert len(report_all(session, book, first, now=NOW)) == 2
    before = everything(session)
    assert report_all(session, book, first, now=NOW) == []
    assert everything(session) == before
    with pytest.raises(InvalidInput) as refusal:
        report(session, book, first[0], now=NOW)
    assert refusal.value.facts == {"why": "already_reported", "external_id": "A"}
    assert len(report_all(session, book, [said(source="wechat", external_id="A"), *first], now=NOW)) == 1


def test_reports_without_an_external_number_are_each_their_own(session: Session, book: Rulebook) -> None:
    assert len(report_all(session, book, [said(), said()], now=NOW)) == 2


def test_a_report_on_a_community_is_its_secretarys_to_dispatch(session: Session, book: Rulebook) -> None:
    issue = report(session, book, said(grid="west"), now=NOW)
    assert heard(session, issue) == [Heard(DutyKind.DISPATCH, 0, "west", None)]
    casework.assign(session, book, issue.number, grid="west-1", by="S02", now=NOW)
    assert {kind: duty.post for kind, duty in still_owed(session, issue).items()} == {
        DutyKind.ACT: "west-1",
        DutyKind.SIGN: "west-1",
    }


# What follows is committed, by several threads at once, in a database of its own.


@pytest.fixture(scope="module")
def shared(server_url: str) -> str:
    url = fresh_database(server_url, "wangge_writers")
    with transaction(url) as session:
        load_small_county(session)
    return url


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Run jobs in threads of their own; one that fails fails the test."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result() for future in [pool.submit(job) for job in jobs]]


def test_numbers_have_no_gaps_when_many_report_at_once(shared: str) -> None:
    with transaction(shared) as session:
        book = rulebook(session, COUNTY)

    def reporter(seed: int) -> None:
        places = random.Random(seed).choices(["east-1", "east-2", "west-1", None], k=8)
        for n, place in enumerate(places):
            given = said(grid=place, source=f"s{seed}", external_id=str(n))
            with suppress(InterruptedError), transaction(shared) as session:
                report_all(session, book, [given, said(grid="west-1")], now=NOW)
                if n % 3 == 2:
                    raise InterruptedError  # a writer that fails gives its numbers back

    at_once([lambda seed=seed: reporter(seed) for seed in range(8)])  # type: ignore[misc]
    with transaction(shared) as session:
        numbers = Counter(number.split("-")[0] for number in session.scalars(select(Issue.number)))
        last = {session.get_one(Unit, row.community_id).name: row.last for row in session.scalars(select(IssueNumber))}
        found = sorted(session.scalars(select(Issue.number)))
    assert numbers == last
    assert found == sorted(f"{name}-2026-{n:04}" for name, upto in last.items() for n in range(1, upto + 1))
    assert sum(numbers.values()) == 8 * 6 * 2


def test_who_reports_the_same_at_once_waits_and_finds_it_known(shared: str) -> None:
    with transaction(shared) as session:
        book = rulebook(session, COUNTY)
    given = [said(source=source, external_id=str(n)) for source in ("a", "b") for n in range(5)]

    def reporter(seed: int) -> int:
        with transaction(shared) as session:
            return len(report_all(session, book, random.Random(seed).sample(given, len(given)), now=NOW))

    counts = at_once([lambda seed=seed: reporter(seed) for seed in range(6)])  # type: ignore[misc]
    assert sorted(map(str, counts)) == ["0"] * 5 + ["10"]


def test_an_error_of_the_database_does_not_tell_what_was_written(shared: str) -> None:
    with pytest.raises(DataError) as failure, transaction(shared) as session:
        session.execute(text("SELECT CAST(:said AS text), 1 / 0"), {"said": "燃气泄漏"})
    assert "燃气泄漏" not in str(failure.value)
