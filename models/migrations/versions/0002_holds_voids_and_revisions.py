"""Side exits, holds, requests, absences, findings; and revisions: what a row said before its last change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


WORDS = {
    ("issues", "stage"): ("stage", ("raised", "acting", "evaluating", "closed"), ("rejected", "withdrawn", "merged")),
    ("events", "stage"): (
        "stage_to",
        ("raised", "acting", "evaluating", "closed"),
        ("rejected", "withdrawn", "merged"),
    ),
    ("events", "stage_from"): (
        "stage_from",
        ("raised", "acting", "evaluating", "closed"),
        ("rejected", "withdrawn", "merged"),
    ),
    ("events", "action"): (
        "action",
        ("report", "assign", "sign", "act", "done", "evaluate", "close", "reopen", "step"),
        (
            *("reject", "withdraw", "merge", "transfer", "call_up", "answer", "publish", "ask", "hold", "extend"),
            *("refuse", "resume", "promise", "break", "void", "hand_over", "reschedule"),
        ),
    ),
    ("duties", "dutykind"): ("kind", ("dispatch", "sign", "act", "evaluate", "close"), ("approve", "answer")),
    ("service_levels", "dutykind"): (
        "duty_kind",
        ("dispatch", "sign", "act", "evaluate", "close"),
        ("approve", "answer"),
    ),
    ("duties", "dutystate"): ("state", ("open", "fulfilled", "cancelled"), ("held",)),
}
# Whose rows keep their revisions; of duties, the moving of steps is in the events.
REVISED = ("issues", "duties", "postings", "absences")
REVISE = """
CREATE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO revisions (kind, row_id, recorded_at, content)
    VALUES (TG_TABLE_NAME, NEW.id, NEW.changed_at, to_jsonb(NEW) - 'summary');  -- said once, never changed
    RETURN NULL;
END $$;
CREATE FUNCTION refuse_to_rewrite_revisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'revisions are append-only';
END $$;
CREATE TRIGGER revisions_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revisions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_revisions();
"""
CHANGED = {
    "duties": """(OLD.state, OLD.unit_id, OLD.community_id, OLD.post_id, OLD.service_level_id, OLD.due_at, OLD.steps_at,
        OLD.opened_at, OLD.basis, OLD.basis_at, OLD.held_at, OLD.promised_at, OLD.promises, OLD.ended_at,
        OLD.provisional, OLD.changed_at)
        IS DISTINCT FROM
        (NEW.state, NEW.unit_id, NEW.community_id, NEW.post_id, NEW.service_level_id, NEW.due_at, NEW.steps_at,
        NEW.opened_at, NEW.basis, NEW.basis_at, NEW.held_at, NEW.promised_at, NEW.promises, NEW.ended_at,
        NEW.provisional, NEW.changed_at)"""
}


def _allow(*, more: bool) -> None:
    """Let the columns take the new words, or no longer."""
    for (table, name), (column, old, new) in WORDS.items():
        words = (*old, *new) if more else old
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
        listed = ", ".join(f"'{word}'" for word in words)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, f"{column} IN ({listed})")


def _one_open_duty(condition: str) -> None:
    op.drop_index("one_open_duty_a_kind", table_name="duties")
    op.create_index(
        "one_open_duty_a_kind", "duties", ["issue_id", "kind"], unique=True, postgresql_where=sa.text(condition)
    )


def _changed_at(table: str, known_from: str) -> None:
    """When rows that stand already were last changed, as far as it is known."""
    op.add_column(
        table,
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment=COMMENTS.get(table, "the `now` of its last change"),
        ),
    )
    op.execute(f"UPDATE {table} SET changed_at = {known_from}")  # noqa: S608 -- our own words
    op.alter_column(table, "changed_at", nullable=False)


COMMENTS = {"duties": "the `now` of its last change; steps and their next apart"}


def _keep_revisions() -> None:
    op.execute(REVISE)
    for table in REVISED:
        op.execute(f"CREATE TRIGGER keep_new AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION keep_revision()")
        changed = CHANGED.get(table, "OLD.* IS DISTINCT FROM NEW.*")
        op.execute(
            f"CREATE TRIGGER keep_changed AFTER UPDATE ON {table} FOR EACH ROW WHEN ({changed}) "
            "EXECUTE FUNCTION keep_revision()"
        )
        op.execute(
            "INSERT INTO revisions (kind, row_id, recorded_at, content) "  # noqa: S608 -- likewise
            f"SELECT '{table}', id, changed_at, to_jsonb({table}) - 'summary' FROM {table} ORDER BY id"
        )


def upgrade() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="the table"),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the row, but for what a resident said",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index("revisions_of_a_row", "revisions", ["kind", "row_id", "id"], unique=False)
    op.create_table(
        "absences",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=True, comment="null: the tier above answers"),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, comment="the `now` of its last change"),
        sa.ForeignKeyConstraint(["deputy_id"], ["people.id"], name=op.f("fk_absences_deputy_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_absences_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("absences_of_a_person", "absences", ["person_id", "from_on"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("county_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False, comment="what it is about: kind and the rows concerned"),
        sa.Column("kind", sa.String(), nullable=False, comment="its sentence in the locale"),
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="what fills the sentence in; no private data",
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_by", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True, comment="why it may stand"),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["people.id"], name=op.f("fk_findings_acknowledged_by")),
        sa.ForeignKeyConstraint(["county_id"], ["counties.id"], name=op.f("fk_findings_county_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("county_id", "key", name=op.f("uq_findings_county_id_key")),
    )
    op.create_index(
        "findings_open", "findings", ["county_id"], unique=False, postgresql_where=sa.text("acknowledged_at IS NULL")
    )
    op.create_table(
        "suspensions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False, comment="who ordered it"),
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the clocks went on; null: they stand still",
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_suspensions_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_suspensions_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspensions")),
    )
    op.create_index(
        "suspensions_in_force", "suspensions", ["unit_id"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("duty_id", sa.BigInteger(), nullable=False, comment="the duty it is about"),
        sa.Column(
            "what",
            sa.Enum("hold", "extension", name="requestkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "until_on",
            sa.Date(),
            nullable=False,
            comment="the day a hold ends, or the new day on which the duty is due",
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True, comment="null when it lapsed"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["people.id"], name=op.f("fk_requests_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_requests_decided_by")),
        sa.ForeignKeyConstraint(["duty_id"], ["duties.id"], name=op.f("fk_requests_duty_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_requests_issue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(
        "one_pending_request", "requests", ["issue_id"], unique=True, postgresql_where=sa.text("decided_at IS NULL")
    )
    op.add_column(
        "duties",
        sa.Column(
            "basis",
            sa.Enum(
                "policy", "extension", "resumption", name="basis", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
            server_default="policy",
            comment="how its due time came about",
        ),
    )
    op.add_column(
        "duties",
        sa.Column(
            "basis_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when its clock last went on after a hold that moved its times",
        ),
    )
    op.add_column(
        "duties",
        sa.Column(
            "held_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="since when its clock stands still; it is breached as of then",
        ),
    )
    op.add_column(
        "duties",
        sa.Column(
            "promised_at", sa.DateTime(timezone=True), nullable=True, comment="until then its holder is not reminded"
        ),
    )
    op.add_column(
        "duties",
        sa.Column("promises", sa.SmallInteger(), nullable=False, server_default="0", comment="how many were given"),
    )
    op.add_column(
        "duties",
        sa.Column(
            "parent_id",
            sa.BigInteger(),
            nullable=True,
            comment="the duty it is a part of, whose escalation silences its reminders",
        ),
    )
    op.create_index("duties_held", "duties", ["community_id"], unique=False, postgresql_where=sa.text("state = 'held'"))
    op.create_index(
        "duties_promised", "duties", ["community_id"], unique=False, postgresql_where=sa.text("promised_at IS NOT NULL")
    )
    op.create_foreign_key(op.f("fk_duties_parent_id"), "duties", "duties", ["parent_id"], ["id"])
    op.add_column(
        "events", sa.Column("voids_id", sa.BigInteger(), nullable=True, comment="the event that this one takes back")
    )
    op.add_column(
        "events",
        sa.Column(
            "revision_id",
            sa.BigInteger(),
            nullable=True,
            comment="the newest revision of the issue and its duties before it: what taking it back returns to",
        ),
    )
    op.create_index(
        "event_voided_once", "events", ["voids_id"], unique=True, postgresql_where=sa.text("voids_id IS NOT NULL")
    )
    op.create_index(
        "events_rescheduled",
        "events",
        ["county_id", "recorded_at"],
        unique=False,
        postgresql_where=sa.text("action = 'reschedule'"),
    )
    op.create_foreign_key(op.f("fk_events_voids_id"), "events", "events", ["voids_id"], ["id"])
    op.add_column(
        "issues",
        sa.Column(
            "called_up",
            sa.Boolean(),
            nullable=False,
            server_default="false",
            comment="help of another unit was called for",
        ),
    )
    op.add_column("issues", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.add_column("issues", sa.Column("held_until", sa.Date(), nullable=True, comment="on hold until this day begins"))
    op.add_column(
        "issues", sa.Column("published", sa.String(), nullable=True, comment="where residents can read what came of it")
    )
    op.add_column("issues", sa.Column("exempt", sa.String(), nullable=True, comment="why it need not be published"))
    op.create_index(
        "issues_on_hold",
        "issues",
        ["community_id"],
        unique=False,
        postgresql_where=sa.text("held_until IS NOT NULL"),
    )
    op.create_index(op.f("ix_issues_merged_into_id"), "issues", ["merged_into_id"], unique=False)
    op.create_foreign_key(op.f("fk_issues_merged_into_id"), "issues", "issues", ["merged_into_id"], ["id"])
    op.add_column(
        "notices",
        sa.Column(
            "arming",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="how often the step was armed anew: a promise broken, a new holder",
        ),
    )
    op.drop_constraint(op.f("uq_notices_duty_id_step_post_id"), "notices", type_="unique")
    op.create_unique_constraint(
        op.f("uq_notices_duty_id_step_post_id_arming"), "notices", ["duty_id", "step", "post_id", "arming"]
    )
    op.add_column(
        "people",
        sa.Column(
            "code_hash", sa.String(), nullable=True, comment="of the personal code they approve with; null: none set"
        ),
    )
    op.add_column("service_levels", sa.Column("called_up", sa.Boolean(), nullable=True))
    for table, column in (("duties", "basis"), ("duties", "promises"), ("issues", "called_up")):
        op.alter_column(table, column, server_default=None)
    _allow(more=True)
    _one_open_duty("state = 'open' OR state = 'held'")
    _changed_at("issues", "greatest(recorded_at, closed_at)")
    raised = "(SELECT recorded_at FROM issues WHERE issues.id = issue_id)"
    _changed_at("duties", f"coalesce(ended_at, greatest(opened_at, {raised}))")
    _changed_at("postings", "least(from_on::timestamptz, now())")
    _keep_revisions()


def downgrade() -> None:
    for table in REVISED:
        op.execute(f"DROP TRIGGER keep_new ON {table}")
        op.execute(f"DROP TRIGGER keep_changed ON {table}")
    op.execute("DROP TRIGGER revisions_are_append_only ON revisions")
    op.execute("DROP FUNCTION keep_revision")
    op.execute("DROP FUNCTION refuse_to_rewrite_revisions")
    _one_open_duty("state = 'open'")
    _allow(more=False)
    op.drop_column("service_levels", "called_up")
    op.drop_column("postings", "changed_at")
    op.drop_column("people", "code_hash")
    op.drop_constraint(op.f("uq_notices_duty_id_step_post_id_arming"), "notices", type_="unique")
    op.create_unique_constraint(
        op.f("uq_notices_duty_id_step_post_id"),
        "notices",
        ["duty_id", "step", "post_id"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("notices", "arming")
    op.drop_constraint(op.f("fk_issues_merged_into_id"), "issues", type_="foreignkey")
    op.drop_index(op.f("ix_issues_merged_into_id"), table_name="issues")
    op.drop_index("issues_on_hold", table_name="issues", postgresql_where=sa.text("held_until IS NOT NULL"))
    op.drop_column("issues", "changed_at")
    op.drop_column("issues", "exempt")
    op.drop_column("issues", "published")
    op.drop_column("issues", "held_until")
    op.drop_column("issues", "merged_into_id")
    op.drop_column("issues", "called_up")
    op.drop_constraint(op.f("fk_events_voids_id"), "events", type_="foreignkey")
    op.drop_index("event_voided_once", table_name="events", postgresql_where=sa.text("voids_id IS NOT NULL"))
    op.drop_index("events_rescheduled", table_name="events", postgresql_where=sa.text("action = 'reschedule'"))
    op.drop_column("events", "revision_id")
    op.drop_column("events", "voids_id")
    op.drop_constraint(op.f("fk_duties_parent_id"), "duties", type_="foreignkey")
    op.drop_index("duties_promised", table_name="duties", postgresql_where=sa.text("promised_at IS NOT NULL"))
    op.drop_index("duties_held", table_name="duties", postgresql_where=sa.text("state = 'held'"))
    op.drop_column("duties", "changed_at")
    op.drop_column("duties", "parent_id")
    op.drop_column("duties", "promises")
    op.drop_column("duties", "promised_at")
    op.drop_column("duties", "held_at")
    op.drop_column("duties", "basis_at")
    op.drop_column("duties", "basis")
    op.drop_index("one_pending_request", table_name="requests", postgresql_where=sa.text("decided_at IS NULL"))
    op.drop_table("requests")
    op.drop_index("suspensions_in_force", table_name="suspensions", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_table("suspensions")
    op.drop_index("findings_open", table_name="findings", postgresql_where=sa.text("acknowledged_at IS NULL"))
    op.drop_table("findings")
    op.drop_index("absences_of_a_person", table_name="absences")
    op.drop_table("absences")
    op.drop_index("revisions_of_a_row", table_name="revisions")
    op.drop_table("revisions")
