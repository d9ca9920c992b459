"""Sign-ins and sign-ups of the last moments, which every copy counts together.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SECONDS: TypeEngine[float] = sa.Double()
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From the first tables."""
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("bucket", sa.String(length=64), nullable=False),
        sa.Column("made_at", SECONDS, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sign_in_attempts_bucket", "sign_in_attempts", ["bucket", "made_at"])
    op.create_index("sign_in_attempts_made_at", "sign_in_attempts", ["made_at"])


def downgrade() -> None:
    """Back to the first tables; nobody misses what was counted."""
    op.drop_table("sign_in_attempts")
