"""Which county ``wangge up`` shows: the pack named, else the county the database has, else the one that comes along."""

from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console
from sqlalchemy import func, select

from deployments import show
from deployments.county_pack.calendar_days import calendar_days
from deployments.county_pack.loading import load_pack
from deployments.runs import Finished
from deployments.show import Show
from models.actions import packs
from models.database import transaction
from models.errors import NotConfigured
from models.settings import Settings
from models.tables.issues import Issue
from models.tables.people import Person
from models.tables.places import County
from tests.conftest import fresh_database
from tests.county import START
from tests.deployments.packs import COUNTY, write_pack

MINE = COUNTY.replace("key: hill", "key: vale").replace("山县", "谷县")
SCRIPT = """\
seed: 7
days: 2
reports_a_day: 4
urgent_share: 0
unowned_share: 0
vacant: []
chances: {sign: 1, done: 1, evaluate: 1, close: 1, reopen: 0}
dissatisfied_share: 0
summaries: {lighting: [灯不亮]}
"""


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pack that comes along: a county with a demonstration."""
    folder = write_pack(tmp_path / "shipped")
    (folder / "demonstration.yaml").write_text(SCRIPT, encoding="utf-8")
    monkeypatch.setattr(show, "first_pack", lambda: folder)
    return folder


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "mine", county=MINE)


@pytest.fixture
def url(server_url: str) -> str:
    return fresh_database(server_url, "wangge_show")


def showing(url: str, named: Path | None = None, county: str | None = None) -> Show:
    """What an administrator sees who starts the system on a database."""
    shown = Show(Settings(locale="zh_CN", county=county), Console(file=StringIO(), width=200), named)
    assert shown.load(url, lambda _: None).county == shown.county
    return shown


def counties(url: str) -> dict[str, tuple[int, int]]:
    """How many people and issues each county of a database has."""

    def own(table: type[Person | Issue]) -> object:
        return select(func.count()).select_from(table).where(table.county_id == County.id).scalar_subquery()

    with transaction(url) as session:
        rows = session.execute(select(County.key, own(Person), own(Issue)))  # type: ignore[call-overload]
        return {key: (people, issues) for key, people, issues in rows}


@pytest.mark.usefixtures("shipped")
def test_an_empty_database_gets_the_pack_that_comes_along_and_its_people_live_in_it(url: str) -> None:
    first = showing(url)
    people, issues = counties(url)["hill"]
    assert people
    assert first.lived
    assert (first.lived.days, first.lived.issues) == (2, issues)
    again = showing(url)
    assert again.lived
    assert (again.lived.days, again.lived.issues) == (0, issues)
    assert counties(url) == {"hill": (people, issues)}


@pytest.mark.usefixtures("shipped")
def test_a_countys_own_database_goes_on_without_the_demonstration(url: str, mine: Path) -> None:
    assert showing(url, mine).lived is None
    gone_on = showing(url)
    assert (gone_on.county, gone_on.lived) == ("vale", None)
    assert counties(url) == {"vale": (0, 0)}


def test_nobody_is_invented_in_a_county_the_demonstration_did_not_found(url: str, shipped: Path) -> None:
    with transaction(url) as session:
        pack = load_pack(shipped)
        packs.load(session, pack, calendar_days(pack, START.year), now=START)
    for named in (None, shipped):
        shown = showing(url, named)
        assert (shown.county, shown.lived) == ("hill", None)
    assert counties(url) == {"hill": (0, 0)}


def test_of_several_counties_the_setting_says_which_goes_on(url: str, shipped: Path, mine: Path) -> None:
    showing(url, shipped)
    showing(url, mine)
    assert showing(url, county="vale").lived is None
    demonstration = showing(url, county="hill")
    assert demonstration.lived
    with pytest.raises(NotConfigured):
        showing(url)


def test_the_night_told_is_that_of_the_county_shown(url: str, shipped: Path, mine: Path) -> None:
    showing(url, shipped)
    shown = showing(url, mine)
    shown.summarise(Finished(uuid4(), "night", completed=True, message="ok"))
    assert isinstance(shown.console.file, StringIO)
    told = shown.console.file.getvalue()
    assert "谷县" in told
    assert "山县" not in told


def test_the_report_in_a_narrow_terminal_breaks_neither_numbers_nor_instants() -> None:
    rows = "| Waterfront-2026-0012 | a street lamp | the grid by the river | Ma Chao, grid worker | Sun 8 Nov 11:30 |\n"
    told = StringIO()
    head = "| Number | Category | Where | Escalated to | Due |\n| --- | --- | --- | --- | --- |\n"
    Console(file=told, width=80).print(show._Report(head + rows))
    assert "Waterfront-2026-0012" in told.getvalue()
    assert "Sun 8 Nov 11:30" in told.getvalue()
