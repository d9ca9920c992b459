"""Who may sign in: users, their sessions, and the key of our own tokens."""

# SQLModel declares __tablename__ as something else than the string its own docs use.
# pyright: reportAssignmentType=false
from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from taskchat.db.types import Key, Seconds, Time, Uid


class User(SQLModel, table=True):
    """Someone with a list. Known outside by `subject`, which is one user's only."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("issuer", "subject", name="users_identity"),
        # An id in a path names one user, whoever issued it.
        UniqueConstraint("subject", name="users_subject"),
        # The e-mail is a login name of local accounts, and nothing else. Those without a password
        # are in it too: they may be given one.
        Index(
            "users_login",
            "email",
            unique=True,
            postgresql_where=text("issuer = 'taskchat'"),
            sqlite_where=text("issuer = 'taskchat'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=Column(Key, primary_key=True))
    issuer: str = Field(sa_column=Column(String(255), nullable=False))
    subject: str = Field(sa_column=Column(String(255), nullable=False))
    email: str | None = Field(default=None, sa_column=Column(String(254)))
    name: str | None = Field(default=None, sa_column=Column(String(200)))
    password_hash: str | None = Field(default=None, sa_column=Column(Text))
    time_zone: str | None = Field(default=None, sa_column=Column(String(64)))
    last_task_id: int = Field(
        default=0, sa_column=Column(Integer, nullable=False, server_default="0")
    )
    """The counter of the user's task ids; it never goes back."""
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Time, nullable=False))


class Session(SQLModel, table=True):
    """One sign-in: a local token counts only while its session has not ended."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_user", "user_id"),)

    uid: UUID = Field(sa_column=Column(Uid, primary_key=True))
    user_id: int = Field(sa_column=Column(Key, ForeignKey("users.id"), nullable=False))
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))
    expires_at: datetime = Field(sa_column=Column(Time, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Time))


class SignInAttempt(SQLModel, table=True):
    """One sign-in or sign-up that was admitted, as one of its address or of its account.

    It is deleted once it is older than the window of `TASKCHAT_AUTH_RATE_LIMIT`.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("sign_in_attempts_bucket", "bucket", "made_at"),
        Index("sign_in_attempts_made_at", "made_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(Key, primary_key=True))
    bucket: str = Field(sa_column=Column(String(64), nullable=False))
    """A hash: neither addresses nor login names are kept here."""
    made_at: float = Field(sa_column=Column(Seconds, nullable=False))
    """Seconds of the epoch, by the database's clock."""


class Tombstone(SQLModel, table=True):
    """Someone who was erased: tokens that were issued before do not bring them back."""

    __tablename__ = "tombstones"

    identity_hash: str = Field(sa_column=Column(String(64), primary_key=True))
    """Of issuer and subject; neither stands here, nor an address."""
    erased_at: datetime = Field(sa_column=Column(Time, nullable=False))


class Secret(SQLModel, table=True):
    """A key that every copy must share: the one that signs local tokens, on a server database."""

    __tablename__ = "secrets"

    name: str = Field(sa_column=Column(String(64), primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=Column(Time, nullable=False))
