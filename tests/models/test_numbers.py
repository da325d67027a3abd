from sqlalchemy.orm import Session

from models.actions.reporting import Report, report_all
from models.queries.rulebook import Rulebook
from models.vocabulary import Severity
from tests.county import at


def batch(*grids: str | None) -> list[Report]:
    return [Report(grid, "lighting", Severity.ORDINARY, "灯不亮", at("2026-03-02 09:00"), by="W01") for grid in grids]


def test_a_batch_over_several_communities_counts_each_by_itself(session: Session, book: Rulebook) -> None:
    issues = report_all(session, book, batch("west-1", "east-1", None, "east-2", "west-1"), now=at("2026-03-02 10:00"))
    assert [issue.number for issue in issues] == [
        "西街-2026-0001",
        "东街-2026-0001",
        "河县-2026-0001",
        "东街-2026-0002",
        "西街-2026-0002",
    ]


def test_the_year_of_a_number_is_the_local_year_of_recording(session: Session, book: Rulebook) -> None:
    new_year = at("2027-01-01 00:30")  # still 2026 in UTC
    assert report_all(session, book, batch("east-1"), now=new_year)[0].number == "东街-2027-0001"
