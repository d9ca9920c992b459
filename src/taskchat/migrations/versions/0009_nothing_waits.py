"""What one user's turns waited for on Postgres: `turn_open_4` and `task_ids_1`.

The rate limit reads the turns of its window only, not all of the user's; ids of tasks are taken
without holding the counter's row. `turn_open_3` stays for servers that have not been replaced yet.

Revision ID: 0009
Revises: 0008
"""

from pathlib import Path

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).parent.parent / "functions"
FUNCTIONS = ("turn_open_4", "task_ids_1")


def upgrade() -> None:
    """Create the functions."""
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute((FOLDER / f"{name}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Drop them."""
    if op.get_bind().dialect.name == "postgresql":
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}")
