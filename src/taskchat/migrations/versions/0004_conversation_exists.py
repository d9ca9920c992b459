"""The one question about a conversation that goes beyond a user's own rows: is there such a one?

Revision ID: 0004
Revises: 0003
"""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).parent.parent / "functions"


def upgrade() -> None:
    """Let the service ask it, past the policies of 0003."""
    if op.get_bind().dialect.name != "postgresql":
        return
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    body = (FOLDER / "conversation_exists_1.sql").read_text(encoding="utf-8")
    # What runs as the owner must find the owner's tables, whatever the caller's path is.
    op.execute(body.replace("search_path = public,", f"search_path = {schema},"))
    op.execute("REVOKE EXECUTE ON FUNCTION conversation_exists_1 FROM PUBLIC")


def downgrade() -> None:
    """Without it, nobody can."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION conversation_exists_1")
