"""Looks for silent turns read running turns only, however many have ended: `turn_claim_2`.

`turn_claim_1` stays for servers that have not been replaced yet.

Revision ID: 0012
Revises: 0011
"""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FUNCTION = "turn_claim_2"


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
