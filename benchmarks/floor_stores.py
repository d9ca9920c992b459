"""The floor's tables and statements: what a turn must read and write, and nothing to be sure of it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Protocol

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Sequence

POOL_SIZE = 20
"""As many connections as Taskchat has."""


class Store(Protocol):
    """A database of the floor."""

    async def open(self) -> None:
        """Connect, and make the tables."""
        ...

    async def begin(self, user: str, conversation: str, text: str) -> Sequence[tuple[str, str]]:
        """Store the question; gives role and content of the 20 messages before it."""
        ...

    async def add_task(self, user: str, title: str) -> int:
        """Store a task and give its id."""
        ...

    async def end(self, user: str, conversation: str, reply: str, calls: str | None) -> None:
        """Store the answer, and its calls as JSON."""
        ...


class PostgresStore:
    """A statement for each of them, each its own transaction."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._pool: asyncpg.Pool[asyncpg.Record]

    async def open(self) -> None:
        """See the base."""
        self._pool = await asyncpg.create_pool(self._dsn, min_size=POOL_SIZE, max_size=POOL_SIZE)
        await self._pool.execute(
            """
            CREATE TABLE IF NOT EXISTS conversations (
                id uuid PRIMARY KEY, user_id text NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz);
            CREATE TABLE IF NOT EXISTS messages (
                id bigserial PRIMARY KEY, conversation_id uuid NOT NULL REFERENCES conversations,
                user_id text NOT NULL, role text NOT NULL, content text NOT NULL, calls jsonb,
                created_at timestamptz NOT NULL DEFAULT now());
            CREATE INDEX IF NOT EXISTS messages_of ON messages (conversation_id, id);
            CREATE TABLE IF NOT EXISTS tasks (
                id bigserial PRIMARY KEY, user_id text NOT NULL, title text NOT NULL,
                completed boolean NOT NULL DEFAULT false,
                created_at timestamptz NOT NULL DEFAULT now());
            """
        )

    async def begin(self, user: str, conversation: str, text: str) -> Sequence[tuple[str, str]]:
        """See the base."""
        rows = await self._pool.fetch(
            """
            WITH mine AS (
                INSERT INTO conversations (id, user_id) VALUES ($1, $2)
                ON CONFLICT (id) DO UPDATE SET updated_at = now() WHERE conversations.user_id = $2
                RETURNING id),
            stored AS (
                INSERT INTO messages (conversation_id, user_id, role, content)
                SELECT id, $2, 'user', $3 FROM mine)
            SELECT role, content FROM messages WHERE conversation_id = $1 ORDER BY id DESC LIMIT 20
            """,
            conversation,
            user,
            text,
        )
        return [(row[0], row[1]) for row in reversed(rows)]

    async def add_task(self, user: str, title: str) -> int:
        """See the base."""
        return await self._pool.fetchval(
            "INSERT INTO tasks (user_id, title) VALUES ($1, $2) RETURNING id", user, title
        )

    async def end(self, user: str, conversation: str, reply: str, calls: str | None) -> None:
        """See the base."""
        await self._pool.execute(
            "INSERT INTO messages (conversation_id, user_id, role, content, calls)"
            " VALUES ($1, $2, 'assistant', $3, $4)",
            conversation,
            user,
            reply,
            calls,
        )


class SqliteStore:
    """One connection in the event loop; every commit waits for the disk, as Taskchat's do."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: sqlite3.Connection

    async def open(self) -> None:
        """See the base."""
        self._file = sqlite3.connect(self._path, isolation_level=None)
        self._file.executescript(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS conversations (
                id text PRIMARY KEY, user_id text NOT NULL,
                created_at text DEFAULT current_timestamp, updated_at text);
            CREATE TABLE IF NOT EXISTS messages (
                id integer PRIMARY KEY, conversation_id text NOT NULL REFERENCES conversations,
                user_id text NOT NULL, role text NOT NULL, content text NOT NULL, calls text,
                created_at text DEFAULT current_timestamp);
            CREATE INDEX IF NOT EXISTS messages_of ON messages (conversation_id, id);
            CREATE TABLE IF NOT EXISTS tasks (
                id integer PRIMARY KEY, user_id text NOT NULL, title text NOT NULL,
                completed boolean NOT NULL DEFAULT 0, created_at text DEFAULT current_timestamp);
            """
        )

    async def begin(self, user: str, conversation: str, text: str) -> Sequence[tuple[str, str]]:
        """See the base."""
        run = self._file.execute
        run("BEGIN IMMEDIATE")
        run(
            "INSERT INTO conversations (id, user_id) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET updated_at = current_timestamp",
            (conversation, user),
        )
        history = run(
            "SELECT role, content FROM messages WHERE conversation_id = ? ORDER BY id DESC LIMIT 20",
            (conversation,),
        ).fetchall()
        run(
            "INSERT INTO messages (conversation_id, user_id, role, content)"
            " VALUES (?, ?, 'user', ?)",
            (conversation, user, text),
        )
        run("COMMIT")
        return history[::-1]

    async def add_task(self, user: str, title: str) -> int:
        """See the base."""
        sql = "INSERT INTO tasks (user_id, title) VALUES (?, ?)"
        return self._file.execute(sql, (user, title)).lastrowid or 0

    async def end(self, user: str, conversation: str, reply: str, calls: str | None) -> None:
        """See the base."""
        self._file.execute(
            "INSERT INTO messages (conversation_id, user_id, role, content, calls)"
            " VALUES (?, ?, 'assistant', ?, ?)",
            (conversation, user, reply, calls),
        )
