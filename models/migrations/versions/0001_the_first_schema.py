"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


KEEP_HISTORY = """
CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only';
END $$;
CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history();
"""


def upgrade() -> None:
    op.create_table(
        "counties",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False, comment="IANA time zone in which working time is counted"),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column(
            "tiers",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="from the top down: key, name, answers (role), posts (roles)",
        ),
        sa.Column(
            "calendar",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="office windows and what a report outside them counts from",
        ),
        sa.Column(
            "quiet_hours",
            sa.String(),
            nullable=False,
            comment="local times between which messages wait, as 21:00-08:00",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counties")),
        sa.UniqueConstraint("key", name=op.f("uq_counties_key")),
    )
    op.create_table(
        "calendar_days",
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False, comment="false: expected, not yet announced"),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_calendar_days_county_id")),
        sa.PrimaryKeyConstraint("county_id", "day", name=op.f("pk_calendar_days")),
    )
    op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_categories_county_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("county_id", "key", name=op.f("uq_categories_county_id_key")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "code", sa.String(), nullable=False, comment="the staff number they are known by in commands and files"
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_people_county_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("county_id", "code", name=op.f("uq_people_county_id_code")),
    )
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_policy_versions_county_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("county_id", "version", name=op.f("uq_policy_versions_county_id_version")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "community_id",
            sa.BigInteger(),
            nullable=False,
            comment="whose night minds it: its community, or the topmost unit for what lies above",
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "depth", sa.SmallInteger(), nullable=False, comment="0 is the topmost; the index into the county's tiers"
        ),
        sa.Column(
            "path",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="unit ids from the topmost to itself, by depth",
        ),
        sa.Column(
            "answering",
            postgresql.ARRAY(sa.BigInteger()),
            nullable=False,
            comment="the answering post's id of each unit of the path",
        ),
        sa.ForeignKeyConstraint(["community_id"], ["units.id"], name=op.f("fk_units_community_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_units_county_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("county_id", "key", name=op.f("uq_units_county_id_key")),
    )
    op.create_table(
        "compounds",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["units.id"], name=op.f("fk_compounds_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compounds")),
        sa.UniqueConstraint("community_id", "key", name=op.f("uq_compounds_community_id_key")),
    )
    op.create_table(
        "escalation_policies",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("immediate", sa.Boolean(), nullable=False, comment="minded every ten minutes, told at once"),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_versions.id"], name=op.f("fk_escalation_policies_policy_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_policies")),
        sa.UniqueConstraint("policy_version_id", "key", name=op.f("uq_escalation_policies_policy_version_id_key")),
    )
    op.create_table(
        "issue_numbers",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["units.id"], name=op.f("fk_issue_numbers_community_id")),
        sa.PrimaryKeyConstraint("community_id", "year", name=op.f("pk_issue_numbers")),
    )
    op.create_table(
        "issues",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False, comment="whose night minds it"),
        sa.Column(
            "unit_id", sa.BigInteger(), nullable=False, comment="the grid; the topmost unit while it lies on none"
        ),
        sa.Column("number", sa.String(), nullable=False, comment="speakable: community, year, running number"),
        sa.Column(
            "source",
            sa.String(),
            nullable=False,
            comment="where it came from; with external_id the key that keeps it from coming twice",
        ),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "ordinary", "major", "urgent", name="severity", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "lane",
            sa.Enum("simple", "complex", "urgent", name="lane", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "raised",
                "acting",
                "evaluating",
                "closed",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column(
            "happened_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it was raised; clocks count from here",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handler_id", sa.BigInteger(), nullable=True, comment="who said it was done"),
        sa.Column("evidence", sa.String(), nullable=True, comment="what shows that it was done, by reference"),
        sa.Column(
            "rating",
            sa.Enum(
                "satisfied",
                "fairly_satisfied",
                "dissatisfied",
                "unreachable",
                name="rating",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopenings", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_issues_category_id")),
        sa.ForeignKeyConstraint(["community_id"], ["units.id"], name=op.f("fk_issues_community_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_issues_county_id")),
        sa.ForeignKeyConstraint(["handler_id"], ["people.id"], name=op.f("fk_issues_handler_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_issues_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
        sa.UniqueConstraint("county_id", "number", name=op.f("uq_issues_county_id_number")),
        sa.UniqueConstraint("county_id", "source", "external_id", name=op.f("uq_issues_county_id_source_external_id")),
    )
    op.create_index("issues_of_a_community", "issues", ["community_id", "stage"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("digest", "urgent", name="messagekind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False, comment="quiet hours hold it until then"),
        sa.Column(
            "outcome",
            sa.Enum(
                "sent", "retry", "failed", name="deliveryoutcome", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
            comment="of the last try; null: not tried",
        ),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_messages_county_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_messages_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("person_id", "on_date", "part", name=op.f("uq_messages_person_id_on_date_part")),
    )
    op.create_index(
        "messages_to_send",
        "messages",
        ["county_id"],
        unique=False,
        postgresql_where=sa.text("outcome IS NULL OR outcome = 'retry'"),
    )
    op.create_table(
        "night_log",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False, comment="the local date it belongs to"),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False, comment="the last time it ran"),
        sa.Column(
            "runs",
            postgresql.ARRAY(sa.DateTime(timezone=True)),
            nullable=False,
            comment="all the times it ran: what it told then bears this time",
        ),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["units.id"], name=op.f("fk_night_log_community_id")),
        sa.PrimaryKeyConstraint("community_id", "night", name=op.f("pk_night_log")),
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "county_commander",
                "committee_secretary",
                "first_secretary",
                "grid_worker",
                "part_time_grid_worker",
                "contracted_cadre",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seat", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_posts_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("unit_id", "role", "seat", name=op.f("uq_posts_unit_id_role_seat")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("folder", name="channelkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "sent", "retry", "failed", name="deliveryoutcome", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_deliveries_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index("deliveries_of_a_message", "deliveries", ["message_id"], unique=False)
    op.create_table(
        "escalation_steps",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.String(), nullable=False, comment="as the pack writes it: 75%, due, +1 working_days"),
        sa.Column(
            "action",
            sa.Enum(
                "remind", "tell", "supervise", name="stepaction", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("depth", sa.SmallInteger(), nullable=True, comment="the tier addressed; null is the duty's own post"),
        sa.ForeignKeyConstraint(["policy_id"], ["escalation_policies.id"], name=op.f("fk_escalation_steps_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_steps")),
        sa.UniqueConstraint(
            "policy_id",
            "number",
            "depth",
            name=op.f("uq_escalation_steps_policy_id_number_depth"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "grid_parts",
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=False),
        sa.Column("buildings", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["compound_id"], ["compounds.id"], name=op.f("fk_grid_parts_compound_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["units.id"], name=op.f("fk_grid_parts_grid_id")),
        sa.PrimaryKeyConstraint("grid_id", "compound_id", name=op.f("pk_grid_parts")),
    )
    op.create_table(
        "postings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_postings_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_postings_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
    )
    op.create_index(
        "one_holder_a_post", "postings", ["post_id"], unique=True, postgresql_where=sa.text("until_on IS NULL")
    )
    op.create_index("postings_of_a_person", "postings", ["person_id"], unique=False)
    op.create_table(
        "service_levels",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("policy_version_id", sa.BigInteger(), nullable=False),
        sa.Column("escalation_policy_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "duty_kind",
            sa.Enum(
                "dispatch",
                "sign",
                "act",
                "evaluate",
                "close",
                name="dutykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column(
            "severity",
            sa.Enum(
                "ordinary", "major", "urgent", name="severity", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column(
            "lane",
            sa.Enum("simple", "complex", "urgent", name="lane", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("allowance", sa.String(), nullable=False, comment="as the pack writes it: 3 working_days"),
        sa.ForeignKeyConstraint(
            ["escalation_policy_id"], ["escalation_policies.id"], name=op.f("fk_service_levels_escalation_policy_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_version_id"], ["policy_versions.id"], name=op.f("fk_service_levels_policy_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_levels")),
        sa.UniqueConstraint("policy_version_id", "number", name=op.f("uq_service_levels_policy_version_id_number")),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False, comment="whose night minds it"),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True, comment="whose it is; null while nobody was assigned"),
        sa.Column("service_level_id", sa.BigInteger(), nullable=False),
        sa.Column("escalation_policy_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "dispatch",
                "sign",
                "act",
                "evaluate",
                "close",
                name="dutykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open", "fulfilled", "cancelled", name="dutystate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False, comment="from when its clock counts"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "steps_at",
            postgresql.ARRAY(sa.DateTime(timezone=True)),
            nullable=False,
            comment="the instants of its steps, frozen; step n at position n",
        ),
        sa.Column("step", sa.SmallInteger(), nullable=False, comment="the last step that fired"),
        sa.Column(
            "next_step_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null when no step is left or its clock stands still",
        ),
        sa.Column(
            "provisional", sa.Boolean(), nullable=False, comment="some day it was counted over is not yet announced"
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["units.id"], name=op.f("fk_duties_community_id")),
        sa.ForeignKeyConstraint(
            ["escalation_policy_id"], ["escalation_policies.id"], name=op.f("fk_duties_escalation_policy_id")
        ),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_duties_issue_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_duties_post_id")),
        sa.ForeignKeyConstraint(["service_level_id"], ["service_levels.id"], name=op.f("fk_duties_service_level_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_duties_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index("duties_of_an_issue", "duties", ["issue_id"], unique=False)
    op.create_index(
        "duties_to_climb",
        "duties",
        ["community_id", "next_step_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "one_open_duty_a_kind", "duties", ["issue_id", "kind"], unique=True, postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("duty_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "report",
                "assign",
                "sign",
                "act",
                "done",
                "evaluate",
                "close",
                "reopen",
                "step",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage_from",
            sa.Enum(
                "raised",
                "acting",
                "evaluating",
                "closed",
                name="stage_from",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "stage_to",
            sa.Enum(
                "raised",
                "acting",
                "evaluating",
                "closed",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("step", sa.SmallInteger(), nullable=True, comment="the escalation step, for action step"),
        sa.Column("person_id", sa.BigInteger(), nullable=True, comment="null: by rule, in the night"),
        sa.Column("post_id", sa.BigInteger(), nullable=True, comment="the post that allowed it, or was assigned"),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "happened_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it happened; clocks and figures use it",
        ),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when it became known; what was known then is rebuilt by it",
        ),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_events_county_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_events_duty_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_events_issue_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_events_person_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_events_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("events_as_recorded", "events", ["county_id", "recorded_at"], unique=False)
    op.create_index("events_of_an_issue", "events", ["issue_id", "id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("duty_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "remind", "tell", "supervise", name="stepaction", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
            comment="null for step 0",
        ),
        sa.Column("immediate", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "settled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="told in a message, or moot because the duty ended first",
        ),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_notices_county_id")),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_notices_duty_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_notices_message_id")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_notices_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("duty_id", "step", "post_id", name=op.f("uq_notices_duty_id_step_post_id")),
    )
    op.create_index(
        "notices_to_tell", "notices", ["county_id"], unique=False, postgresql_where=sa.text("settled_at IS NULL")
    )
    op.create_index(
        "notices_of_a_message",
        "notices",
        ["message_id"],
        unique=False,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.execute(KEEP_HISTORY)


def downgrade() -> None:
    op.execute("DROP TRIGGER events_are_append_only ON events")
    op.execute("DROP FUNCTION refuse_to_rewrite_history")
    op.drop_index("notices_of_a_message", table_name="notices", postgresql_where=sa.text("message_id IS NOT NULL"))
    op.drop_index("notices_to_tell", table_name="notices", postgresql_where=sa.text("settled_at IS NULL"))
    op.drop_table("notices")
    op.drop_index("events_of_an_issue", table_name="events")
    op.drop_index("events_as_recorded", table_name="events")
    op.drop_table("events")
    op.drop_index("one_open_duty_a_kind", table_name="duties", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("duties_to_climb", table_name="duties", postgresql_where=sa.text("state = 'open'"))
    op.drop_index("duties_of_an_issue", table_name="duties")
    op.drop_table("duties")
    op.drop_table("service_levels")
    op.drop_index("postings_of_a_person", table_name="postings")
    op.drop_index("one_holder_a_post", table_name="postings", postgresql_where=sa.text("until_on IS NULL"))
    op.drop_table("postings")
    op.drop_table("grid_parts")
    op.drop_table("escalation_steps")
    op.drop_index("deliveries_of_a_message", table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("posts")
    op.drop_table("night_log")
    op.drop_index(
        "messages_to_send", table_name="messages", postgresql_where=sa.text("outcome IS NULL OR outcome = 'retry'")
    )
    op.drop_table("messages")
    op.drop_index("issues_of_a_community", table_name="issues")
    op.drop_table("issues")
    op.drop_table("issue_numbers")
    op.drop_table("escalation_policies")
    op.drop_table("compounds")
    op.drop_table("units")
    op.drop_table("policy_versions")
    op.drop_table("people")
    op.drop_table("categories")
    op.drop_table("calendar_days")
    op.drop_table("counties")
