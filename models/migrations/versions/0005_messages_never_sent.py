"""Messages that are never to be sent: composed in a replay."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("messages", "deliveries")
BEFORE, MORE = ("sent", "retry", "failed"), ("withheld",)


def upgrade() -> None:
    """Know how a message ends that nobody gets."""
    _words((*BEFORE, *MORE))


def downgrade() -> None:
    """Without it, such a message was never tried."""
    op.execute("UPDATE messages SET outcome = 'failed' WHERE outcome = 'withheld'")  # not null: it would be sent
    _words(BEFORE)


def _words(words: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{word}'" for word in words)
    for table in TABLES:
        op.drop_constraint(op.f(f"ck_{table}_deliveryoutcome"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_deliveryoutcome"), table, f"outcome IN ({listed})")
