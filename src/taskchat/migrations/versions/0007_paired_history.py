"""`turn_open_2`: its history holds no reply without its question, and no ticket blocks for ever.

`turn_open_1` stays for servers that have not been replaced yet.

Revision ID: 0007
Revises: 0006
"""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FUNCTION = Path(__file__).parent.parent / "functions" / "turn_open_2.sql"


def upgrade() -> None:
    """Make the new one beside the old one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Leave the old one alone."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION turn_open_2")
