"""A ledger written by the version before is brought up to date, and back, with nothing lost."""

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, make_url, text

from models.database import engine
from models.migrations.schema import alembic_config, migrate
from tests.conftest import fresh_database

OLD = """
INSERT INTO counties (id, key, name, zone, locale, tiers, calendar, quiet_hours)
VALUES (1, 'river', '河县', 'Asia/Shanghai', 'zh_CN', '[]', '{}', '21:00-08:00');
INSERT INTO units (id, county_id, community_id, key, name, depth, path, answering)
VALUES (1, 1, 1, 'east', '东街', 0, '{1}', '{1}');
INSERT INTO posts (id, unit_id, role, seat) VALUES (1, 1, 'first_secretary', 1), (2, 1, 'grid_worker', 1);
INSERT INTO people (id, county_id, code, name) VALUES
    (1, 1, 'S01', '周敏'), (2, 1, 'W01', '李青'), (3, 1, 'W02', '王芳');
INSERT INTO postings (id, post_id, person_id, from_on, until_on) VALUES
    (1, 1, 1, '2025-01-01', NULL), (2, 2, 2, '2025-01-01', '2199-01-01'), (3, 2, 3, '2199-01-01', NULL);
INSERT INTO categories (id, county_id, key, name) VALUES (1, 1, 'lighting', '路灯');
INSERT INTO policy_versions (id, county_id, version, content, loaded_at) VALUES (1, 1, '1', '{}', '2025-01-01Z');
INSERT INTO escalation_policies (id, policy_version_id, key, immediate) VALUES (1, 1, 'acting', false);
INSERT INTO service_levels (id, policy_version_id, escalation_policy_id, number, key, duty_kind, allowance)
VALUES (1, 1, 1, 1, 'act', 'act', '3 working_days');
INSERT INTO issues (id, county_id, community_id, unit_id, number, source, category_id, severity, lane, stage, summary,
    happened_at, recorded_at, reopenings, closed_at) VALUES
    (1, 1, 1, 1, '1', 'x', 1, 'ordinary', 'simple', 'closed', '灯', '2026-03-01Z', '2026-03-02Z', 0, '2026-03-05Z'),
    (2, 1, 1, 1, '2', 'x', 1, 'ordinary', 'simple', 'evaluating', '灯', '2026-03-01Z', '2026-03-02Z', 0, NULL);
INSERT INTO duties (id, community_id, issue_id, unit_id, post_id, service_level_id, escalation_policy_id, kind, state,
    opened_at, due_at, steps_at, step, provisional, ended_at) VALUES
    (1, 1, 1, 1, 2, 1, 1, 'act', 'fulfilled', '2026-03-01Z', '2026-03-04Z', '{2026-03-04Z}', 1, false, '2026-03-05Z'),
    (2, 1, 2, 1, 2, 1, 1, 'act', 'fulfilled', '2026-03-01Z', '2026-03-04Z', '{2026-03-04Z}', 0, false, '2026-03-03Z'),
    (3, 1, 2, 1, 1, 1, 1, 'evaluate', 'open', '2026-03-03Z', '2026-03-04Z', '{2026-03-04Z}', 0, false, NULL);
INSERT INTO events (id, county_id, issue_id, duty_id, action, stage_from, stage_to, step, person_id, post_id,
    happened_at, recorded_at) VALUES
    (1, 1, 1, NULL, 'report', NULL, 'raised', NULL, 2, 2, '2026-03-01Z', '2026-03-02Z'),
    (2, 1, 1, 1, 'step', NULL, NULL, 1, NULL, NULL, '2026-03-04Z', '2026-03-04Z');
INSERT INTO notices (id, county_id, duty_id, step, post_id, action, immediate, recorded_at)
VALUES (1, 1, 1, 1, 2, 'remind', false, '2026-03-04Z');
"""


@pytest.fixture
def old(server_url: str) -> Engine:
    """A filled ledger of the first version."""
    url = fresh_database(server_url, "wangge_upgrade")
    command.downgrade(alembic_config(url), "0001")
    with engine(url).begin() as connection:
        connection.execute(text(OLD))
    return engine(url)


def url_of(database: Engine) -> str:
    return make_url(database.url).render_as_string(hide_password=False)


def rows(connection: Connection) -> dict[str, list[str]]:
    """Every row of every table but the version's."""
    tables = connection.scalars(
        text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    ).all()
    return {
        name: sorted(str(row) for row in connection.scalars(text(f"SELECT to_jsonb(t) FROM {name} t")))
        for name in tables
        if name != "alembic_version"
    }


def test_there_and_back_nothing_is_lost(old: Engine) -> None:
    with old.connect() as connection:
        before = rows(connection)
    migrate(url_of(old))
    command.check(alembic_config(url_of(old)))
    command.downgrade(alembic_config(url_of(old)), "0001")
    with old.connect() as connection:
        assert rows(connection) == before


def test_every_row_has_a_revision_of_when_it_could_be_known(old: Engine) -> None:
    migrate(url_of(old))
    with old.connect() as connection:
        found = connection.execute(text("SELECT kind, row_id, recorded_at FROM revisions WHERE recorded_at <= now()"))
        known = {(kind, row_id): recorded_at for kind, row_id, recorded_at in found}
    assert known.keys() == {
        *(("issues", n) for n in (1, 2)),
        *(("duties", n) for n in (1, 2, 3)),
        *(("postings", n) for n in (1, 2, 3)),
    }
    assert known["issues", 1] == known["duties", 1] == datetime(2026, 3, 5, tzinfo=UTC)
    assert known["duties", 3] == datetime(2026, 3, 3, tzinfo=UTC)  # not before it was opened
    assert known["postings", 2] < datetime(2026, 1, 1, tzinfo=UTC)  # held by then, whenever it ends
