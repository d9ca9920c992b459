"""`turn_open_4`: the rate limit reads the turns of its window only, not all of the user's.

`turn_open_3` stays for servers that have not been replaced yet.

Revision ID: 0009
Revises: 0008
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FUNCTION = Path(__file__).parent.parent / "functions" / "turn_open_4.sql"


def upgrade() -> None:
    """Create the function."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(FUNCTION.read_text(encoding="utf-8"))


def downgrade() -> None:
    """Drop it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION turn_open_4")
