"""Issues with a history from elsewhere: the moment from which they escalate here, and closings by a source's word."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ACTIONS = (
    *("report", "assign", "sign", "act", "done", "evaluate", "close", "reopen", "step"),
    *("reject", "withdraw", "merge", "transfer", "call_up", "answer", "publish", "ask", "hold", "extend"),
    *("refuse", "resume", "promise", "break", "void", "hand_over", "reschedule"),
)


def _allow(*words: str) -> None:
    """Let events tell of these actions."""
    op.drop_constraint(op.f("ck_events_action"), "events", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(op.f("ck_events_action"), "events", f"action IN ({listed})")


def upgrade() -> None:
    op.add_column(
        "issues",
        sa.Column(
            "live_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="taken over from elsewhere: steps that fall by then are passed over",
        ),
    )
    op.create_index(
        "issues_taken_over", "issues", ["community_id"], unique=False, postgresql_where=sa.text("live_at IS NOT NULL")
    )
    _allow(*ACTIONS, "close_as_recorded")


def downgrade() -> None:
    _allow(*ACTIONS)
    op.drop_index("issues_taken_over", table_name="issues", postgresql_where=sa.text("live_at IS NOT NULL"))
    op.drop_column("issues", "live_at")
