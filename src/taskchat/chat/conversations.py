"""All SQL on conversations that is not part of a turn, inside a transaction of someone else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from taskchat.chat.paging import Page, read_cursor, write_cursor
from taskchat.db.database import (
    Argument,
    Dialect,
    Row,
    Transaction,
    as_json,
    as_optional_time,
    as_time,
    as_uuid,
)
from taskchat.errors import ConversationNotFoundError, NotAuthenticatedError
from taskchat.ids import ConversationId, UserId, new_uid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

Sort = Literal["created", "updated"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BEING_PURGED = _EPOCH
"""When a conversation was deleted that is purged piece by piece: it is too late to restore it."""
_MICROSECOND = timedelta(microseconds=1)
_LAST_MICROSECOND = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Conversation:
    """A thread of messages as it is now."""

    id: ConversationId
    uid: UUID
    title: str
    metadata: Mapping[str, Any] | None
    message_count: int
    last_message_at: datetime | None
    """When the last message that is there was written; None where there is none."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ConversationQuery:
    """Which conversations, and which part of their list."""

    q: str = ""
    """What a title or a message contains, whatever its case."""
    since: datetime | None = None
    """The earliest time, of the kind that `sort` goes by."""
    until: datetime | None = None
    """The first time that is too late."""
    sort: Sort = "created"
    oldest_first: bool = False
    limit: int = 20
    offset: int = 0
    before: str | None = None
    """The `next` of an earlier page."""


class ConversationList:
    """The conversations of one user, in one open transaction.

    A deleted one, another user's, and one that never was are the same to every method but
    `restore`, which finds the deleted, too.
    """

    def __init__(self, tx: Transaction, user: UserId) -> None:
        self._tx = tx
        self._user = user

    async def add(
        self, title: str, *, auto_title: bool, metadata: Mapping[str, Any] | None
    ) -> Conversation:
        """Begin a conversation without a message.

        Args:
            title: how it is called.
            auto_title: whether the first message gives it another title.
            metadata: kept as it is.

        Raises:
            NotAuthenticatedError: the user was erased meanwhile.
        """
        row = await self._tx.fetchrow(
            "WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now)"  # noqa: S608
            " INSERT INTO conversations"
            " (uid, user_id, title, auto_title, metadata, created_at, updated_at)"
            " SELECT $2, users.id, $3, $4, $5, clock.now, clock.now FROM users, clock"
            f" WHERE users.id = $1 RETURNING {_COLUMNS}",
            self._user,
            new_uid(),
            title,
            auto_title,
            None if metadata is None else json.dumps(metadata),
        )
        if row is None:
            raise NotAuthenticatedError
        return _conversation(row)

    async def get(self, uid: UUID) -> Conversation:
        """One conversation.

        Raises:
            ConversationNotFoundError: there is none.
        """
        return await self._one(_GET, uid)

    async def lock(self, uid: UUID) -> Conversation:
        """The same, and nobody else writes to it until the end of the transaction.

        Raises:
            ConversationNotFoundError: there is none.
        """
        return await self._one(f"{_GET} FOR NO KEY UPDATE", uid)

    async def page(self, query: ConversationQuery) -> Page[Conversation]:
        """A page of the list, in the order asked for. Two statements, however many rows there are.

        Raises:
            InvalidInputError: `before` is no cursor of a list in this order.
        """
        column = f"{query.sort}_at"
        wanted = _Conditions(self._user)
        if query.q:
            # Words that both databases know: SQLite is taught lower() and strpos() in db/sqlite_file.py.
            wanted.add(
                "(strpos(lower(title), lower({0})) > 0 OR id IN (SELECT conversation_id"
                " FROM messages WHERE user_id = $1 AND deleted_at IS NULL"
                " AND strpos(lower(content), lower({0})) > 0))",
                query.q,
            )
        if query.since is not None:
            wanted.add(f"{column} >= {{0}}", query.since)
        if query.until is not None:
            wanted.add(f"{column} < {{0}}", query.until)
        beyond, order = (">", "ASC") if query.oldest_first else ("<", "DESC")
        counting = (f"{_COUNT} WHERE {wanted.sql}", *wanted.args)
        if query.before is not None:
            moment, number = read_cursor(query.before, query.sort, _LAST_MICROSECOND, 2**63 - 1)
            place = _EPOCH + moment * _MICROSECOND
            wanted.add(f"({column}, id) {beyond} ({{0}}, {{1}})", place, number)
        wanted.add_order(f"{column} {order}, id {order}", query.limit + 1, query.offset)
        rows = await self._tx.fetch(f"{_SELECT} WHERE {wanted.sql}", *wanted.args)
        found = [_conversation(row) for row in rows[: query.limit]]
        if query.before is None and len(rows) <= query.limit and (rows or not query.offset):
            return Page(found, query.offset + len(rows), None)
        counted = await self._tx.fetchrow(*counting)
        total = 0 if counted is None else counted["total"]
        more = len(rows) > query.limit
        return Page(found, total, _cursor(found[-1], query.sort) if more else None)

    async def rename(self, uid: UUID, title: str) -> Conversation:
        """Give a conversation the title that its user wants; the first message leaves it so.

        Raises:
            ConversationNotFoundError: there is none.
        """
        row = await self._tx.fetchrow(
            "UPDATE conversations SET title = $3, auto_title = false,"  # noqa: S608
            f" updated_at = clock_timestamp() WHERE {_MINE} RETURNING {_COLUMNS}",
            self._user,
            uid,
            title,
        )
        if row is None:
            raise ConversationNotFoundError
        return _conversation(row)

    async def delete(self, conversation: Conversation) -> int:
        """Hide a conversation that is locked, with its messages; says how many messages.

        All get one time stamp, so that `restore` brings back these messages and no others.
        """
        stamped = await self._tx.fetchrow(
            "UPDATE conversations SET deleted_at = clock_timestamp()"
            " WHERE user_id = $1 AND id = $2 RETURNING deleted_at",
            self._user,
            conversation.id,
        )
        assert stamped is not None  # noqa: S101  it is locked
        return await self._tx.execute(
            "UPDATE messages SET deleted_at = $3"
            " WHERE user_id = $1 AND conversation_id = $2 AND deleted_at IS NULL",
            self._user,
            conversation.id,
            stamped["deleted_at"],
        )

    async def restore(self, uid: UUID) -> Conversation:
        """Bring a deleted conversation back as it was; one that is there is left as it is.

        Raises:
            ConversationNotFoundError: there never was one, or it was deleted for good.
        """
        row = await self._tx.fetchrow(
            "SELECT id, deleted_at FROM conversations WHERE user_id = $1 AND uid = $2"
            " FOR NO KEY UPDATE",
            self._user,
            uid,
        )
        if row is None or as_optional_time(row["deleted_at"]) == BEING_PURGED:
            raise ConversationNotFoundError
        if row["deleted_at"] is not None:
            await self._tx.execute(
                "UPDATE messages SET deleted_at = NULL"
                " WHERE user_id = $1 AND conversation_id = $2 AND deleted_at = $3",
                self._user,
                row["id"],
                row["deleted_at"],
            )
            await self._tx.execute(
                "UPDATE conversations SET deleted_at = NULL WHERE user_id = $1 AND id = $2",
                self._user,
                row["id"],
            )
        return await self.get(uid)

    async def knows(self, uid: UUID) -> bool:
        """Whether it is one of the user's, deleted or not."""
        row = await self._tx.fetchrow(
            "SELECT 1 FROM conversations WHERE user_id = $1 AND uid = $2", self._user, uid
        )
        return row is not None

    async def _one(self, sql: str, uid: UUID) -> Conversation:
        row = await self._tx.fetchrow(sql, self._user, uid)
        if row is None:
            raise ConversationNotFoundError
        return _conversation(row)


async def belongs_to_someone(tx: Transaction, dialect: Dialect, uid: UUID) -> bool:
    """Whether there is such a conversation, whoever's: asked when it was not the caller's.

    The one look beyond a user's own rows, and it tells nothing but that. On Postgres a function of
    the tables' owner does it, since row-level security shows the service no others.
    """
    if dialect == "postgres":
        asked = await tx.fetchrow("SELECT conversation_exists_1($1) AS found", uid)
        return asked is not None and asked["found"]
    row = await tx.fetchrow(
        "SELECT 1 FROM conversations WHERE uid = $1 AND deleted_at IS NULL", uid
    )
    return row is not None


async def latest_conversation(tx: Transaction, user: UserId) -> ConversationId | None:
    """The conversation that the user began last, or None."""
    row = await tx.fetchrow(
        "SELECT id FROM conversations WHERE user_id = $1 AND deleted_at IS NULL"
        " ORDER BY created_at DESC, id DESC LIMIT 1",
        user,
    )
    return None if row is None else ConversationId(row["id"])


class _Conditions:
    """A WHERE clause that grows, with its arguments; its pieces are constants of this file."""

    def __init__(self, user: UserId) -> None:
        self.sql = "user_id = $1 AND deleted_at IS NULL"
        self.args: list[Argument] = [user]

    def add(self, condition: str, *values: Argument) -> None:
        """One more that must hold; `{0}` stands for the first of its values."""
        self.sql += f" AND {condition.format(*self._places(values))}"

    def add_order(self, order: str, limit: int, offset: int) -> None:
        """The end of the query."""
        first, second = self._places((limit, offset))
        self.sql += f" ORDER BY {order} LIMIT {first} OFFSET {second}"

    def _places(self, values: tuple[Argument, ...]) -> list[str]:
        self.args.extend(values)
        return [f"${len(self.args) - len(values) + n}" for n in range(1, len(values) + 1)]


_COLUMNS = (
    "conversations.id, uid, title, metadata, message_count, last_message_at,"
    " conversations.created_at, conversations.updated_at"
)
_MINE = "user_id = $1 AND uid = $2 AND deleted_at IS NULL"
# Everything put into these statements is a constant of this file.
_SELECT = f"SELECT {_COLUMNS} FROM conversations"  # noqa: S608
_COUNT = "SELECT count(*) AS total FROM conversations"
_GET = f"{_SELECT} WHERE {_MINE}"


def _cursor(last: Conversation, sort: Sort) -> str:
    moment = last.created_at if sort == "created" else last.updated_at
    return write_cursor(sort, (moment - _EPOCH) // _MICROSECOND, last.id)


def _conversation(row: Row) -> Conversation:
    return Conversation(
        id=ConversationId(row["id"]),
        uid=as_uuid(row["uid"]),
        title=row["title"],
        metadata=as_json(row["metadata"]),
        message_count=row["message_count"],
        last_message_at=as_optional_time(row["last_message_at"]),
        created_at=as_time(row["created_at"]),
        updated_at=as_time(row["updated_at"]),
    )
