"""What export, erase and purge need: tombstones, the indices to delete by, and looks across users.

Each foreign key is looked up from its parent's side when that row goes, so each has an index now;
without one, to erase a person would read whole tables, once a turn. They are built beside the
servers that write (CONCURRENTLY), which is why they stand outside of the transaction.

Revision ID: 0010
Revises: 0009
"""

# ruff: noqa: S608  SQL is put together from constants of this file only
import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

GONE = sa.text("deleted_at IS NOT NULL")
INDICES = (
    ("turns_conversation", "turns", ("conversation_id", "id"), None),
    ("messages_turn", "messages", ("turn_id",), None),
    ("steps_user", "steps", ("user_id",), None),
    ("turn_events_user", "turn_events", ("user_id",), None),
    ("tasks_purge", "tasks", ("deleted_at",), GONE),
    ("conversations_purge", "conversations", ("deleted_at",), GONE),
    ("messages_purge", "messages", ("deleted_at",), GONE),
)
ACCOUNT = "id, issuer, subject, email, name, password_hash, time_zone"
ERASED = "taskchat-erased"
FUNCTIONS = (
    (
        "users_oldest_2(p_limit integer)",
        "TABLE (id bigint, issuer varchar, subject varchar, email varchar, name varchar,"
        " password_hash text, time_zone varchar)",
        f"SELECT {ACCOUNT} FROM users WHERE issuer <> '{ERASED}' ORDER BY id LIMIT p_limit",
    ),
    (
        "users_being_erased_1(p_before timestamptz)",
        "SETOF bigint",
        f"SELECT id FROM users WHERE issuer = '{ERASED}' AND updated_at < p_before ORDER BY id",
    ),
    (
        "users_with_deleted_1(p_before timestamptz, p_limit integer)",
        "SETOF bigint",
        "(SELECT user_id FROM tasks WHERE deleted_at < p_before LIMIT p_limit)"
        " UNION (SELECT user_id FROM conversations WHERE deleted_at < p_before LIMIT p_limit)"
        " UNION (SELECT user_id FROM messages WHERE deleted_at < p_before LIMIT p_limit)",
    ),
    (
        "turn_keys_purge_1(p_before timestamptz, p_limit integer)",
        "SETOF bigint",
        "UPDATE turns SET idempotency_key = NULL WHERE id IN (SELECT id FROM turns"
        " WHERE idempotency_key IS NOT NULL AND status <> 'running' AND created_at < p_before"
        " ORDER BY id LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED) RETURNING id",
    ),
    (
        "turn_events_purge_2(p_before timestamptz, p_limit integer)",
        "SETOF bigint",
        "DELETE FROM turn_events WHERE (turn_id, id) IN (SELECT e.turn_id, e.id"
        " FROM turn_events e JOIN turns t ON t.id = e.turn_id"
        " WHERE t.status <> 'running' AND t.finished_at < p_before AND e.id <"
        " (SELECT max(later.id) FROM turn_events later WHERE later.turn_id = e.turn_id)"
        " LIMIT p_limit FOR UPDATE OF e SKIP LOCKED) RETURNING turn_id",
    ),
)
"""They run as the tables' owner, whose view each turns on and off; they tell ids, and those that sign
people in what 0005 tells."""


def upgrade() -> None:
    """Make them."""
    is_postgres = op.get_bind().dialect.name == "postgresql"
    if is_postgres:
        with op.get_context().autocommit_block():
            for name, table, columns, where in INDICES:
                # One that broke off has left an index that nothing uses.
                op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
                op.create_index(
                    name, table, columns, postgresql_where=where, postgresql_concurrently=True
                )
    else:
        for name, table, columns, where in INDICES:
            op.create_index(name, table, columns, sqlite_where=where)
    op.create_table(
        "tombstones",
        sa.Column("identity_hash", sa.String(length=64), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("identity_hash"),
    )
    if not is_postgres:
        return
    schema = op.get_bind().exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for signature, answer, query in FUNCTIONS:
        op.execute(
            f"CREATE FUNCTION {signature} RETURNS {answer}"
            f" LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $body$"
            "\n#variable_conflict use_column\nBEGIN\n"
            "    PERFORM set_config('taskchat.service', 'on', true);\n"
            f"    RETURN QUERY {query};\n"
            "    PERFORM set_config('taskchat.service', '', true);\n"
            "END\n$body$"
        )
        op.execute(f"REVOKE EXECUTE ON FUNCTION {_name(signature)} FROM PUBLIC")


def downgrade() -> None:
    """Take them away. Whoever was erased may then come back by a token from before."""
    if op.get_bind().dialect.name == "postgresql":
        for signature, _, _ in FUNCTIONS:
            op.execute(f"DROP FUNCTION {_name(signature)}")
    op.drop_table("tombstones")
    for name, table, _, _ in INDICES:
        op.drop_index(name, table)


def _name(signature: str) -> str:
    return signature.split("(", 1)[0]
