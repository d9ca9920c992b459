"""What several turns tell is stored in one round trip: `turns_tell_1`.

`turn_tell_1` stores what each of them tells, and what one tells to servers not replaced yet.

Revision ID: 0013
Revises: 0012
"""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FUNCTION = "turns_tell_1"


def upgrade() -> None:
    """Create it."""
    if op.get_bind().dialect.name != "postgresql":
        return
    path = Path(__file__).parent.parent / "functions" / f"{FUNCTION}.sql"
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    body = path.read_text(encoding="utf-8")
    op.execute(body.replace("search_path = public,", f"search_path = {schema},"))
    op.execute(f"REVOKE EXECUTE ON FUNCTION {FUNCTION} FROM PUBLIC")


def downgrade() -> None:
    """Drop it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {FUNCTION}")
