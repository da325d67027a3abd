"""Any depth: an issue of a grid in a province of six tiers climbs to the top, through every tier by name."""

from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actions import casework, messages, night
from models.actions.people import leave
from models.actions.reporting import Report, report
from models.queries import units
from models.queries.digest import content
from models.queries.ledger import entries
from models.queries.rulebook import Rulebook, rulebook
from models.queries.why import explain
from models.tables.issues import Issue
from models.tables.notices import Message
from models.tables.places import Post, Unit
from models.vocabulary import DutyKind, MessageKind, Rating, Severity, Stage, StepAction
from notifications.render import render
from tests.county import at
from tests.models.ledger import Heard, heard, history, owed, still_owed, unit_id
from tests.models.province import KEY, load_province

GRID, COMMUNITY, STREET, COUNTY, CITY = "eeeee", "eeee", "eee", "ee", "e"
MONDAY = "2026-03-02 09:00"


@pytest.fixture
def book(session: Session) -> Rulebook:
    load_province(session)
    return rulebook(session, KEY)


def raised(session: Session, book: Rulebook, grid: str | None = GRID, severity: Severity = Severity.ORDINARY) -> Issue:
    what = Report(grid, "lighting", severity, "灯不亮", at(MONDAY), by=GRID.upper())
    return report(session, book, what, now=at(MONDAY))


def run_night(session: Session, book: Rulebook, when: str, community: str = COMMUNITY) -> night.NightCounts:
    counts = night.run(session, book, unit_id(session, community), at(when))
    session.expire_all()
    return counts


def test_the_tree_is_six_tiers_deep_and_each_community_has_its_night(session: Session, book: Rulebook) -> None:
    own = select(Unit).where(Unit.county_id == book.county.id)
    tree = {unit.key: unit for unit in session.scalars(own)}
    assert Counter(unit.depth for unit in tree.values()) == {0: 1, 1: 2, 2: 4, 3: 8, 4: 16, 5: 32}
    assert [tree[key].id for key in (KEY, CITY, COUNTY, STREET, COMMUNITY, GRID)] == tree[GRID].path
    assert len(tree[GRID].answering) == 6
    nights = [unit.key for unit in units.communities(session, book.county.id)]
    assert (len(nights), nights[-1]) == (17, KEY)
    assert {tree[key].community_id for key in (KEY, CITY, COUNTY, STREET)} == {tree[KEY].id}


def test_an_issue_left_undone_climbs_tier_by_tier_to_the_top(session: Session, book: Rulebook) -> None:
    issue = raised(session, book)
    run_night(session, book, "2026-03-02 10:00")
    casework.sign(session, book, issue.number, by=GRID.upper(), now=at("2026-03-02 10:30"))
    for day in ("04", "05", "06", "10", "12", "16", "18"):
        run_night(session, book, f"2026-03-{day} 18:00")
    told = [each for each in heard(session, issue) if each.kind is DutyKind.ACT and each.step]
    holder = [Heard(DutyKind.ACT, step, GRID, StepAction.REMIND) for step in (1, 2)]
    supervising = enumerate((COMMUNITY, STREET, COUNTY, CITY, KEY), 3)
    above = [Heard(DutyKind.ACT, step, unit, StepAction.SUPERVISE) for step, unit in supervising]
    assert told == [*holder, Heard(DutyKind.ACT, 2, COMMUNITY, StepAction.TELL), *above]
    assert still_owed(session, issue)[DutyKind.ACT].step == 7


def test_why_names_every_tier_there_is_to_climb(session: Session, book: Rulebook) -> None:
    issue = raised(session, book)
    run_night(session, book, "2026-03-02 10:00")
    told = render("why", "zh_CN", explain(session, book, issue.number, at("2026-03-02 11:00")).facts())
    for name in ("东东东东社区", "东东东街道", "东东县", "东市", "玉省"):
        assert f"{name}的人督办" in told.replace(" ", ""), name


def test_where_tiers_are_vacant_the_next_one_above_is_told(session: Session, book: Rulebook) -> None:
    issue = raised(session, book)
    run_night(session, book, "2026-03-02 10:00")
    for key in (COMMUNITY, STREET, COUNTY):
        post = session.scalars(select(Post.id).join(Unit, Unit.id == Post.unit_id).where(Unit.key == key)).one()
        leave(session, post, at("2026-03-04 00:00").date(), now=at("2026-03-03 10:00"))
    run_night(session, book, "2026-03-06 02:00")
    messages.compose(session, book, at("2026-03-06 07:45"), MessageKind.DIGEST)
    told = {content(session, each)["person"] for each in session.scalars(select(Message.id).order_by(Message.id))}
    assert told == {"东东东东东网格的人", "东市的人"}
    assert "东市" in render("why", "zh_CN", explain(session, book, issue.number, at("2026-03-06 08:00")).facts())


def test_what_lies_on_no_grid_is_the_top_ones_until_it_is_given_to_one(session: Session, book: Rulebook) -> None:
    issue = raised(session, book, grid=None)
    assert still_owed(session, issue)[DutyKind.DISPATCH].post == KEY
    casework.assign(session, book, issue.number, grid=GRID, by=KEY.upper(), now=at("2026-03-02 10:00"))
    assert {kind: duty.post for kind, duty in still_owed(session, issue).items()} == {
        DutyKind.ACT: GRID,
        DutyKind.SIGN: GRID,
    }
    assert session.get_one(Unit, issue.community_id).key == COMMUNITY


def test_the_night_of_a_community_leaves_all_others_alone(session: Session, book: Rulebook) -> None:
    here, there = raised(session, book), raised(session, book, grid="wwwww")
    assert run_night(session, book, "2026-03-12 02:00").assigned == 1
    assert [duty.step for duty in owed(session, there)] == [0]
    assert all(each.kind is DutyKind.ACT for each in owed(session, there))
    assert run_night(session, book, "2026-03-12 02:00", "wwww").assigned == 1
    assert [duty.step for duty in owed(session, here)] == [duty.step for duty in owed(session, there)]


def test_it_is_lived_through_to_the_end(session: Session, book: Rulebook) -> None:
    issue = raised(session, book)
    run_night(session, book, "2026-03-02 10:00")
    worker, secretary = GRID.upper(), COMMUNITY.upper()
    casework.sign(session, book, issue.number, by=worker, now=at("2026-03-02 11:00"))
    casework.done(session, book, issue.number, evidence="photo-1", by=worker, now=at("2026-03-03 10:00"))
    casework.evaluate(session, book, issue.number, rating=Rating.SATISFIED, by=secretary, now=at("2026-03-04 10:00"))
    casework.close(session, book, issue.number, by=secretary, now=at("2026-03-04 11:00"))
    assert issue.stage is Stage.CLOSED
    assert history(session, issue)[-1].by == secretary
    (row,) = entries(session, book, at("2026-03-05 10:00"))
    assert (row.number, row.community) == (issue.number, "东东东东社区")
