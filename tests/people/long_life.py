"""Someone who has talked a lot: thousands of messages, of which every text can be found again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from taskchat.db.database import Argument, Database, Transaction
from taskchat.ids import UserId, new_uid

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PER_CONVERSATION = 400
"""Messages; a conversation is then more than one piece to delete."""


async def live(
    everything: Database,
    people: Mapping[UserId, str],
    messages: int,
    per_conversation: int = PER_CONVERSATION,
) -> None:
    """Write so many messages of each, with turns, steps, events and tasks, side by side.

    Their marks are in every text. By statements of our own, since as many turns would take minutes.
    """
    for number, first in enumerate(range(0, messages, per_conversation)):
        count = min(per_conversation, messages - first)

        async def work(tx: Transaction, number: int = number, count: int = count) -> None:
            for user, mark in people.items():
                await _conversation(tx, user, mark, number, count)

        await everything.transaction(work)
    for user, mark in people.items():
        await everything.transaction(lambda tx, user=user, mark=mark: _tasks(tx, user, mark))


async def _conversation(tx: Transaction, user: UserId, mark: str, number: int, count: int) -> None:
    row = await tx.fetchrow(
        "INSERT INTO conversations (uid, user_id, title, metadata, last_seq, message_count, summary,"
        " summary_seq, last_message_at, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $5, $6, 1, $7, $7, $7) RETURNING id",
        new_uid(),
        user,
        f"{mark} title {number}",
        json.dumps({"said": f"{mark} metadata {number}"}),
        count,
        f"{mark} summary {number}",
        BEGAN,
    )
    assert row is not None
    conversation = row["id"]
    await tx.execute_many(
        "INSERT INTO turns (uid, user_id, conversation_id, status, lease_until, streamed,"
        " idempotency_key, request_hash, began_conversation, user_seq, time_zone, input_tokens,"
        " output_tokens, requests, created_at, finished_at)"
        " VALUES ($1, $2, $3, 'completed', 0, true, $4, 'hash', false, $5, 'UTC', 10, 2, 1, $6, $6)",
        [
            (
                new_uid(),
                user,
                conversation,
                f"{mark} key {number} {seq}",
                seq,
                BEGAN + timedelta(minutes=seq),
            )
            for seq in range(1, count + 1, 2)
        ],
    )
    turns = await tx.fetch(
        "SELECT id, user_seq FROM turns WHERE conversation_id = $1 ORDER BY user_seq", conversation
    )
    await _turns(
        tx, user, f"{mark} {number}", conversation, [(t["id"], t["user_seq"]) for t in turns]
    )


async def _turns(
    tx: Transaction, user: UserId, mark: str, conversation: int, turns: list[tuple[int, int]]
) -> None:
    messages: list[tuple[Argument, ...]] = []
    steps: list[tuple[Argument, ...]] = []
    events: list[tuple[Argument, ...]] = []
    for turn, seq in turns:
        call = {
            "id": f"c{turn}",
            "type": "function",
            "function": {
                "name": "add_task",
                "arguments": json.dumps({"title": f"{mark} args {seq}"}),
            },
        }
        result = {f"c{turn}": {"name": "add_task", "ok": True, "result": f"{mark} result {seq}"}}
        at = BEGAN + timedelta(minutes=seq)
        for place, role, told in ((seq, "user", False), (seq + 1, "assistant", True)):
            messages.append(
                (
                    new_uid(),
                    conversation,
                    user,
                    turn,
                    place,
                    role,
                    f"{mark} {role} {place} " + "and so on " * (place % 40),
                    json.dumps([call]) if told else None,
                    json.dumps(result) if told else None,
                    at,
                )
            )
        steps += [
            (turn, idx, user, kind, json.dumps({"said": f"{mark} {kind} {seq}"}), at)
            for idx, kind in enumerate(("response", "effect"))
        ]
        events.append((turn, 2, user, json.dumps({"text": f"{mark} event {seq}"}), at))
    await tx.execute_many(
        "INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content,"
        " tool_calls, tool_results, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        messages,
    )
    await tx.execute_many(
        "INSERT INTO steps (turn_id, idx, user_id, kind, epoch, body, created_at)"
        " VALUES ($1, $2, $3, $4, 1, $5, $6)",
        steps,
    )
    await tx.execute_many(
        "INSERT INTO turn_events (turn_id, id, user_id, name, body, created_at)"
        " VALUES ($1, $2, $3, 'message.delta', $4, $5)",
        events,
    )


async def _tasks(tx: Transaction, user: UserId, mark: str) -> None:
    await tx.execute_many(
        "INSERT INTO tasks (user_id, id, title, description, completed, priority, due_at, all_day,"
        " created_at, updated_at, deleted_at)"
        " VALUES ($1, $2, $3, $4, false, 'high', $5, false, $5, $5, $6)",
        [
            (
                user,
                n,
                f"{mark} task {n}",
                f"{mark} about {n}",
                BEGAN,
                BEGAN if n % 10 == 0 else None,
            )
            for n in range(1, 101)
        ],
    )
    await tx.execute("UPDATE users SET last_task_id = 100 WHERE id = $1", user)


COLUMN_OF_OWNER = {
    **dict.fromkeys(
        (
            "conversations",
            "messages",
            "turns",
            "steps",
            "turn_events",
            "waiters",
            "tasks",
            "sessions",
        ),
        "user_id",
    ),
    "users": "id",
}


async def rows_of(everything: Database, user: UserId) -> dict[str, int]:
    """How many rows of a user there are in each table; those with none are left out."""

    async def work(tx: Transaction) -> dict[str, int]:
        found: dict[str, int] = {}
        for table, column in COLUMN_OF_OWNER.items():
            row: Any = await tx.fetchrow(
                f"SELECT count(*) AS n FROM {table} WHERE {column} = $1",  # noqa: S608
                user,
            )
            if row["n"]:
                found[table] = row["n"]
        return found

    return await everything.read(work)
