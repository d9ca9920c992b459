"""Row-level security on Postgres: a query that forgets its filter sees only its user's rows.

Every owned table has two policies. `own_rows` lets everybody see the rows of the user that the
transaction has set (`taskchat.uid`), and no rows where none is set. `service_work` lets the tables'
owner see all rows while `taskchat.service` is on, which only the functions below turn on; they run
as the owner (SECURITY DEFINER), and are all the work there is across users. The policies are forced,
so they hold for an owner that serves by itself, too; only superusers and roles with BYPASSRLS are
beyond them, and `taskchat doctor` says so.

SQLite has no such thing: there the queries' own filters are the isolation.

Revision ID: 0003
Revises: 0002
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FOLDER = Path(__file__).parent.parent / "functions"
FUNCTIONS = ("turn_claim_1", "turn_renew_1")
OWNED = ("conversations", "messages", "turns", "steps", "waiters", "tasks")


def upgrade() -> None:
    """Close every owned table."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in OWNED:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        # In a sub-select the setting is read once a statement, not once a row.
        op.execute(
            f"CREATE POLICY own_rows ON {table} USING (user_id ="
            " (SELECT nullif(current_setting('taskchat.uid', true), '')::bigint))"
        )
        op.execute(
            f"CREATE POLICY service_work ON {table} TO CURRENT_USER USING"
            " ((SELECT current_setting('taskchat.service', true) = 'on'))"
        )
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for function in FUNCTIONS:
        body = (FOLDER / f"{function}.sql").read_text(encoding="utf-8")
        # What runs as the owner must find the owner's tables, whatever the caller's path is.
        op.execute(body.replace("search_path = public,", f"search_path = {schema},"))
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")


def downgrade() -> None:
    """Open them again."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    for table in OWNED:
        op.execute(f"DROP POLICY service_work ON {table}")
        op.execute(f"DROP POLICY own_rows ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
