"""Rows of postings that contradict themselves."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.queries.rulebook import Rulebook
from tasks.sources import Line
from tasks.staff import take_postings
from tests.county import at


def test_a_posting_that_ends_before_it_begins_is_rejected_in_a_vacant_post_too(
    session: Session, book: Rulebook
) -> None:
    session.execute(text("DELETE FROM postings"))
    day = at("2026-03-10 00:00").date()
    said = {"code": "W01", "unit": "east-2", "role": "grid_worker", "from_on": day, "until_on": day}
    took = take_postings(session, book, [Line(2, [], said, {})], at("2026-03-04 12:00"))
    assert [each.faults for each in took.rejected] == [{"until_on": "ends_first"}]
    assert session.scalar(text("SELECT count(*) FROM postings")) == 0
