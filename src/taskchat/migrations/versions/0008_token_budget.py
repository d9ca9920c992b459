"""`turn_open_3`: it refuses a turn of a user whose tokens of the day are spent.

`turn_open_2` stays for servers that have not been replaced yet.

Revision ID: 0008
Revises: 0007
"""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FUNCTION = Path(__file__).parent.parent / "functions" / "turn_open_3.sql"


def upgrade() -> None:
    """Make the new one beside the old one."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Leave the old one alone."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION turn_open_3")
