"""Users, tasks, conversations and turns, with the guards of the turn protocol.

Revision ID: 0001
Revises:
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UID = sa.Uuid().with_variant(sa.CHAR(length=36), "sqlite")
TIME = sa.DateTime(timezone=True)
SECONDS: sa.types.TypeEngine[float] = sa.Double()
RUNNING = sa.text("status = 'running'")
KEYED = sa.text("idempotency_key IS NOT NULL")
LOCAL = sa.text("issuer = 'taskchat'")
FOLDER = Path(__file__).parent.parent / "functions"
FUNCTIONS = ("epoch_now", "turn_open_1", "turn_close_1")
"""Made from `migrations/functions/`; a later form of one gets a new name, since old and new
servers run side by side during an upgrade."""


def upgrade() -> None:
    """From an empty database."""
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "users",
        sa.Column("id", KEY, nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=True),
        sa.Column("last_task_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("issuer", "subject", name="users_identity"),
        sa.UniqueConstraint("subject", name="users_subject"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "users_login", "users", ["email"], unique=True, postgresql_where=LOCAL, sqlite_where=LOCAL
    )

    op.create_table(
        "conversations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", UID, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("auto_title", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("last_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("message_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_message_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid", name="conversations_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("conversations_created", "conversations", ["user_id", "created_at"])
    op.create_index("conversations_deleted", "conversations", ["user_id", "deleted_at"])

    op.create_table(
        "sessions",
        sa.Column("uid", UID, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("uid"),
    )
    op.create_index("sessions_user", "sessions", ["user_id"])

    op.create_table(
        "tasks",
        sa.Column("user_id", KEY, autoincrement=False, nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=True),
        sa.Column("completed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("priority", sa.String(length=6), nullable=True),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("all_day", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("completed_at", TIME, nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("user_id", "id"),
    )
    op.create_index("tasks_created", "tasks", ["user_id", "created_at"])
    op.create_index("tasks_deleted", "tasks", ["user_id", "deleted_at"])

    op.create_table(
        "turns",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", UID, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="1", nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="1", nullable=False),
        sa.Column("takeovers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", SECONDS, nullable=False),
        sa.Column("offered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("streamed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("began_conversation", sa.Boolean(), nullable=False),
        sa.Column("user_seq", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("retryable", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("requests", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid", name="turns_uid"),
    )
    op.create_index("turns_created", "turns", ["user_id", "created_at"])
    op.create_index(
        "turns_key",
        "turns",
        ["user_id", "idempotency_key"],
        unique=True,
        postgresql_where=KEYED,
        sqlite_where=KEYED,
    )
    op.create_index(
        "turns_running",
        "turns",
        ["conversation_id"],
        unique=True,
        postgresql_where=RUNNING,
        sqlite_where=RUNNING,
    )

    op.create_table(
        "waiters",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", UID, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("seen_until", SECONDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid", name="waiters_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("waiters_order", "waiters", ["conversation_id", "id"])

    op.create_table(
        "messages",
        sa.Column("id", KEY, nullable=False),
        sa.Column("uid", UID, nullable=False),
        sa.Column("conversation_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("turn_id", KEY, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("tool_calls", sa.JSON(), nullable=True),
        sa.Column("tool_results", sa.JSON(), nullable=True),
        sa.Column("metadata", sa.JSON(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.ForeignKeyConstraint(
            ["turn_id"],
            ["turns.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id", "seq", name="messages_seq"),
        sa.UniqueConstraint("uid", name="messages_uid"),
    )
    op.create_index("messages_created", "messages", ["conversation_id", "created_at"])
    op.create_index("messages_deleted", "messages", ["conversation_id", "deleted_at"])
    op.create_index("messages_user", "messages", ["user_id", "created_at"])

    op.create_table(
        "steps",
        sa.Column("turn_id", KEY, autoincrement=False, nullable=False),
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["turn_id"],
            ["turns.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("turn_id", "idx"),
    )
    if op.get_bind().dialect.name == "postgresql":
        for function in FUNCTIONS:
            op.execute((FOLDER / f"{function}.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    """Back to an empty database."""
    if op.get_bind().dialect.name == "postgresql":
        for function in reversed(FUNCTIONS):
            op.execute(f"DROP FUNCTION {function}")
    tables = "steps messages waiters turns tasks sessions conversations users secrets"
    for table in tables.split():
        op.drop_table(table)
