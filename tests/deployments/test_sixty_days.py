"""The days the demonstration county lives through before it is shown: all that happens in one happens in them."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deployments.county_pack.loading import load_pack
from deployments.demonstration.day import at
from deployments.demonstration.founding import script
from deployments.demonstration.residents import settle
from models.database import transaction
from models.queries import audit
from models.queries.rulebook import Rulebook, rulebook
from models.rules import auditing
from models.rules.findings import Finding
from models.rules.pack import CountyPack
from models.settings import settings
from models.tables.events import Event
from models.tables.issues import Issue
from models.tables.places import Compound, GridPart, Post, Unit
from models.tables.residents import Household, Resident
from models.vocabulary import Role
from tests.deployments.lived_county import COUNTS, FOLDER, MONDAY, SOME, counted, founded, lived
from tests.models.mutations import audited
from tests.residents import ROOM

MORNING = time(8)


@dataclass(frozen=True)
class County:
    """Where its ledger is, where its home is, and what the auditor found on any of its mornings."""

    url: str
    home: Path
    findings: list[Finding]


@pytest.fixture(scope="module")
def pack() -> CountyPack:
    return load_pack(FOLDER)


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    return script(FOLDER)


@pytest.fixture(scope="module")
def county(server_url: str, homes: Path, pack: CountyPack, plan: dict[str, Any]) -> Iterator[County]:
    home, found = homes / "sixty", []
    url = founded(server_url, pack, plan, "wangge_sixty")

    def morning(day: date, done: int, of_all: int) -> None:
        with transaction(url) as session:
            found.extend(looked_at(session, rulebook(session, pack.county.key), day))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANGGE_HOME", str(home))
        settings.cache_clear()
        assert lived(url, pack, plan, told=morning).days == 60
        settle(url, pack, plan, MONDAY, ROOM)
        yield County(url, home, found)
    settings.cache_clear()


def looked_at(session: Session, book: Rulebook, day: date) -> list[Finding]:
    """What the auditor says on a morning of all that changed since the one before."""
    now = at(book, day, MORNING)
    changed = select(Issue.id).where(Issue.changed_at > at(book, date.fromordinal(day.toordinal() - 1), MORNING))
    stepped = select(Event.issue_id).where(Event.recorded_at > at(book, date.fromordinal(day.toordinal() - 1), MORNING))
    ids = sorted({*session.scalars(changed), *session.scalars(stepped)})
    surroundings = audit.surroundings(session, book, now)
    return [each for dossier in audit.dossiers(session, ids) for each in auditing.audit(dossier, surroundings)]


def test_whatever_can_happen_happened(county: County) -> None:
    assert {what: count for what, count in counted(county.url, COUNTS).items() if count < 5} == {}
    assert {what: count for what, count in counted(county.url, SOME).items() if not count} == {}


def test_the_hotlines_files_had_bad_rows_that_nobody_took(county: County) -> None:
    rows = [row for file in (county.home / "rejected").iterdir() for row in rejected(file)]
    assert len(rows) >= 5
    assert all(row[1] for row in rows)  # what is wrong with it
    with transaction(county.url) as session:
        taken = set(session.scalars(select(Issue.external_id).where(Issue.source == "12345")))
    assert taken
    assert taken.isdisjoint(row[2] for row in rows)


def rejected(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig") as lines:
        return list(csv.reader(lines))[1:]


def test_the_county_looks_lived_in(county: County) -> None:
    with transaction(county.url) as session:
        stages = Counter(session.scalars(select(Issue.stage)))
        sources = set(session.scalars(select(Issue.source)))
    assert 400 <= stages.total() <= 600
    assert {str(stage) for stage in stages} == {
        "raised", "acting", "evaluating", "closed", "rejected", "withdrawn", "merged",
    }  # fmt: skip
    assert len(sources) >= 5


def test_the_auditor_found_nothing_on_any_morning(county: County, pack: CountyPack) -> None:
    assert county.findings == []
    with transaction(county.url) as session:
        assert audited(session, rulebook(session, pack.county.key), MONDAY) == []


def test_the_county_is_as_large_as_it_says(county: County, pack: CountyPack) -> None:
    with transaction(county.url) as session:
        tiers = Counter(session.scalars(select(Unit.depth)))
        posts = Counter(session.scalars(select(Post.role)))
        kinds = Counter(session.scalars(select(Compound.kind)))
        covered = select(func.sum(GridPart.households)).group_by(GridPart.grid_id)
        sizes = session.scalars(covered).all()
    assert [tiers[depth] for depth in range(4)] == [1, 1, 13, 111]
    assert (posts[Role.GRID_WORKER], posts[Role.CONTRACTED_CADRE], posts[Role.FIRST_SECRETARY]) == (111, 111, 13)
    assert (kinds.total(), kinds["courtyard"]) == (120, 18)
    assert len(sizes) == 111
    assert all(300 <= size <= 500 for size in sizes)


def test_behind_every_door_the_pack_counts_there_lives_somebody(
    county: County, pack: CountyPack, plan: dict[str, Any]
) -> None:
    with transaction(county.url) as session:
        living = dict(
            session.execute(select(Household.grid_id, func.count()).group_by(Household.grid_id)).tuples().all()
        )
        covered = select(GridPart.grid_id, func.sum(GridPart.households)).group_by(GridPart.grid_id)
        assert living == dict(session.execute(covered).tuples().all())
        assert sum(living.values()) == 44_340
        assert 2 <= session.scalars(select(func.count(Resident.id))).one() / 44_340 <= 3
        key = select(func.count(Household.id)).where(func.cardinality(Household.flags) > 0)
        assert 0.05 <= session.scalars(key).one() / 44_340 <= 0.1
    assert settle(county.url, pack, plan, MONDAY, ROOM) == 0
