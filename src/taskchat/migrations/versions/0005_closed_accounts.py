"""Row-level security on `users` and `sessions`: signing in goes through five functions.

Who asks is not known yet when an account is looked for, so the policies of 0003 would hide every
one. Each function answers one question, or adds one user, and tells what signing in needs; it runs
as the tables' owner, whose view it turns on and off (a function's own SET would be refused to an
owner that is no superuser).

Revision ID: 0005
Revises: 0004
"""

# ruff: noqa: S608  SQL is put together from constants of this file only
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OWNED = {"users": "id", "sessions": "user_id"}
ACCOUNT = "id, issuer, subject, email, name, password_hash, time_zone"
ACCOUNT_TYPES = (
    "id bigint, issuer varchar, subject varchar, email varchar, name varchar, password_hash text,"
    " time_zone varchar"
)
FUNCTIONS = (
    (
        "user_with_subject_1(p_subject text)",
        ACCOUNT_TYPES,
        f"SELECT {ACCOUNT} FROM users WHERE subject = p_subject",
    ),
    (
        "user_with_login_1(p_email text)",
        ACCOUNT_TYPES,
        f"SELECT {ACCOUNT} FROM users WHERE issuer = 'taskchat' AND email = p_email",
    ),
    (
        "users_oldest_1(p_limit integer)",
        ACCOUNT_TYPES,
        f"SELECT {ACCOUNT} FROM users ORDER BY id LIMIT p_limit",
    ),
    (
        "user_add_1(p_issuer text, p_subject text, p_email text, p_name text, p_hash text)",
        ACCOUNT_TYPES,
        "INSERT INTO users (issuer, subject, email, name, password_hash, created_at, updated_at)"
        " VALUES (p_issuer, p_subject, p_email, p_name, p_hash, clock_timestamp(),"
        f" clock_timestamp()) ON CONFLICT DO NOTHING RETURNING {ACCOUNT}",
    ),
    (
        "session_user_1(p_session uuid)",
        "id bigint, issuer varchar, subject varchar, time_zone varchar,"
        " expires_at timestamptz, ended_at timestamptz",
        "SELECT u.id, u.issuer, u.subject, u.time_zone, s.expires_at, s.ended_at"
        " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.uid = p_session",
    ),
)


def upgrade() -> None:
    """Close both tables, and make the doors."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, column in OWNED.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_rows ON {table} USING ({column} ="
            " (SELECT nullif(current_setting('taskchat.uid', true), '')::bigint))"
        )
        op.execute(
            f"CREATE POLICY service_work ON {table} TO CURRENT_USER USING"
            " ((SELECT current_setting('taskchat.service', true) = 'on'))"
        )
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for signature, columns, query in FUNCTIONS:
        op.execute(
            f"CREATE FUNCTION {signature} RETURNS TABLE ({columns})"
            f" LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $body$"
            "\n#variable_conflict use_column\nBEGIN\n"
            "    PERFORM set_config('taskchat.service', 'on', true);\n"
            f"    RETURN QUERY {query};\n"
            "    PERFORM set_config('taskchat.service', '', true);\n"
            "END\n$body$"
        )
        op.execute(f"REVOKE EXECUTE ON FUNCTION {_name(signature)} FROM PUBLIC")


def downgrade() -> None:
    """Open them again."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for signature, _, _ in FUNCTIONS:
        op.execute(f"DROP FUNCTION {_name(signature)}")
    for table in OWNED:
        op.execute(f"DROP POLICY service_work ON {table}")
        op.execute(f"DROP POLICY own_rows ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def _name(signature: str) -> str:
    return signature.split("(", 1)[0]
