"""What streamed turns tell, stored before it is shown; and two more looks across users.

`turn_tell_1` stores events in one round trip; `turn_watch_1` tells a copy which of its turns are still its own, without writing to them;
`turn_events_purge_1` drops what was told of turns that ended long ago.

Revision ID: 0006
Revises: 0005
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FOLDER = Path(__file__).parent.parent / "functions"
FUNCTIONS = ("turn_tell_1", "turn_watch_1", "turn_events_purge_1")


def upgrade() -> None:
    """Make the table, closed like the others."""
    op.create_table(
        "turn_events",
        sa.Column("turn_id", KEY, autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("turn_id", "id"),
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE turn_events ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE turn_events FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_rows ON turn_events USING (user_id ="
        " (SELECT nullif(current_setting('taskchat.uid', true), '')::bigint))"
    )
    op.execute(
        "CREATE POLICY service_work ON turn_events TO CURRENT_USER USING"
        " ((SELECT current_setting('taskchat.service', true) = 'on'))"
    )
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for function in FUNCTIONS:
        body = (FOLDER / f"{function}.sql").read_text(encoding="utf-8")
        # What runs as the owner must find the owner's tables, whatever the caller's path is.
        op.execute(body.replace("search_path = public,", f"search_path = {schema},"))
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")


def downgrade() -> None:
    """Forget what was told."""
    if op.get_bind().dialect.name == "postgresql":
        for function in FUNCTIONS:
            op.execute(f"DROP FUNCTION {function}")
    op.drop_table("turn_events")
