"""The summary of a conversation's older messages, and `turn_open_3`.

It gives the summary, cuts the history at a number of tokens, and refuses a turn of a user whose tokens
of the day are spent. `turn_open_2` stays for servers that have not been replaced yet.

Revision ID: 0008
Revises: 0007
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FUNCTION = Path(__file__).parent.parent / "functions" / "turn_open_3.sql"


def upgrade() -> None:
    """Make room for summaries."""
    op.add_column("conversations", sa.Column("summary", sa.Text))
    op.add_column(
        "conversations", sa.Column("summary_seq", sa.Integer, nullable=False, server_default="0")
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Drop all summaries."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION turn_open_3")
    op.drop_column("conversations", "summary_seq")
    op.drop_column("conversations", "summary")
