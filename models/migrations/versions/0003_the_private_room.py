"""The private room: households, residents, who raised what, and who looked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEEP_LOG = """
CREATE FUNCTION refuse_to_rewrite_room_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'room_events are append-only';
END $$;
CREATE TRIGGER room_events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON room_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_room_events();
"""


def upgrade() -> None:
    op.create_table(
        "households",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "external_id", sa.String(), nullable=False, comment="the register's own; by it the household is known again"
        ),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("compound_id", sa.BigInteger(), nullable=True),
        sa.Column("building", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False, comment="the staircase"),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("in_order", sa.String(), nullable=False, comment="building, unit and room, numbers by their value"),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False, comment="what makes it a key household"),
        sa.Column("moved_out_on", sa.Date(), nullable=True, comment="the first day nobody of it lives there any more"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="the `now` of its last change, persons included",
        ),
        sa.ForeignKeyConstraint(["compound_id"], ["compounds.id"], name=op.f("fk_households_compound_id")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_households_county_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["units.id"], name=op.f("fk_households_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_households")),
        sa.UniqueConstraint("county_id", "external_id", name=op.f("uq_households_county_id_external_id")),
    )
    op.create_index("households_as_one_walks", "households", ["grid_id", "in_order"], unique=False)
    op.create_table(
        "residents",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True, comment="null: erased"),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_mark", sa.LargeBinary(), nullable=True, comment="keyed hash by which a phone is found"),
        sa.Column("id_mark", sa.LargeBinary(), nullable=True, comment="keyed hash by which an ID number is found"),
        sa.Column("phone_tail", sa.String(length=4), nullable=True, comment="the last four"),
        sa.Column("id_tail", sa.String(length=4), nullable=True, comment="the last four"),
        sa.Column(
            "left_at", sa.DateTime(timezone=True), nullable=True, comment="the register no longer names them here"
        ),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="the `now` of its last change"),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_residents_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residents")),
    )
    op.create_index(
        "residents_by_id_number",
        "residents",
        ["id_mark"],
        unique=False,
        postgresql_where=sa.text("id_mark IS NOT NULL"),
    )
    op.create_index(
        "residents_by_phone",
        "residents",
        ["phone_mark"],
        unique=False,
        postgresql_where=sa.text("phone_mark IS NOT NULL"),
    )
    op.create_index("residents_of_a_household", "residents", ["household_id"], unique=False)
    op.create_table(
        "raised_by",
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_mark", sa.LargeBinary(), nullable=True),
        sa.Column("phone_tail", sa.String(length=4), nullable=True, comment="the last four"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_raised_by_issue_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_raised_by_resident_id")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_raised_by")),
    )
    op.create_index(
        "raised_by_phone", "raised_by", ["phone_mark"], unique=False, postgresql_where=sa.text("phone_mark IS NOT NULL")
    )
    op.create_index(
        "raised_by_resident",
        "raised_by",
        ["resident_id"],
        unique=False,
        postgresql_where=sa.text("resident_id IS NOT NULL"),
    )
    op.create_table(
        "room_events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "action",
            sa.Enum(
                "change",
                "come",
                "leave",
                "read",
                "erase",
                "expire",
                "reseal",
                name="roomaction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("household_id", sa.BigInteger(), nullable=True),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.Column("issue_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "columns", postgresql.ARRAY(sa.Text()), nullable=False, comment="the names of what changed or was read"
        ),
        sa.Column("person_id", sa.BigInteger(), nullable=True, comment="null: a register, or by rule"),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_room_events_county_id")),
        sa.ForeignKeyConstraint(["household_id"], ["households.id"], name=op.f("fk_room_events_household_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_room_events_issue_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_room_events_person_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["residents.id"], name=op.f("fk_room_events_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_events")),
    )
    op.create_index("room_events_as_recorded", "room_events", ["county_id", "recorded_at"], unique=False)
    op.create_index("room_events_of_a_household", "room_events", ["household_id", "id"], unique=False)
    op.execute(KEEP_LOG)


def downgrade() -> None:
    op.execute("DROP TRIGGER room_events_are_append_only ON room_events")
    op.execute("DROP FUNCTION refuse_to_rewrite_room_events")
    op.drop_index("room_events_of_a_household", table_name="room_events")
    op.drop_index("room_events_as_recorded", table_name="room_events")
    op.drop_table("room_events")
    op.drop_index("raised_by_resident", table_name="raised_by", postgresql_where=sa.text("resident_id IS NOT NULL"))
    op.drop_index("raised_by_phone", table_name="raised_by", postgresql_where=sa.text("phone_mark IS NOT NULL"))
    op.drop_table("raised_by")
    op.drop_index("residents_of_a_household", table_name="residents")
    op.drop_index("residents_by_phone", table_name="residents", postgresql_where=sa.text("phone_mark IS NOT NULL"))
    op.drop_index("residents_by_id_number", table_name="residents", postgresql_where=sa.text("id_mark IS NOT NULL"))
    op.drop_table("residents")
    op.drop_index("households_as_one_walks", table_name="households")
    op.drop_table("households")
