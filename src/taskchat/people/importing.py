"""Puts an export into an account: all of it in one transaction, or nothing.

Rows get new numbers. Conversations, messages and turns keep their UUIDs where those are free, else all
get new ones. Tasks keep their numbers, since that is how messages speak of them; so the account may
have had no task yet. What a turn did step by step is left out: it serves to go on with a turn, and what
was imported does not. One that ran has been interrupted.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from taskchat.db.database import ConflictError, Transaction
from taskchat.errors import ImportRefusedError, NotAuthenticatedError, TurnInterruptedError
from taskchat.ids import UserId, new_uid
from taskchat.people.export_file import FORMAT, VERSION, ExportFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from taskchat.db.database import Argument, Database
    from taskchat.people.export_file import (
        ExportedConversation,
        ExportedMessage,
        ExportedResult,
        ExportedTurn,
    )


def read_export(content: bytes) -> ExportFile:
    """What a file says, once it is known to be understood whole.

    Raises:
        ImportRefusedError: it is not; the sentence says where.
    """
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        message = "This is no JSON, or no whole file; export it again."
        raise ImportRefusedError(message) from None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:  # pyright: ignore[reportUnknownMemberType]
        message = f'This is no export of Taskchat\'s: "format" is not "{FORMAT}".'
        raise ImportRefusedError(message)
    if whole.get("version") != VERSION:  # pyright: ignore[reportUnknownMemberType]
        message = (
            f'This Taskchat reads exports of version {VERSION}; the file\'s "version" is another.'
        )
        raise ImportRefusedError(message)
    try:
        file = ExportFile.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        # A name that is unknown may be anything, and goes to a terminal.
        place = ".".join(ascii(part).strip("'") for part in first["loc"])
        raise _refused(place, first["msg"].removeprefix("Value error, ")) from None
    _check(file)
    return file


async def import_into(db: Database, user: UserId, file: ExportFile) -> Counter[str]:
    """Write it all, in one transaction; says how much, by table.

    Raises:
        ImportRefusedError: the account has had tasks, and so has the file.
        NotAuthenticatedError: there is no such user any more.
        DatabaseError: the database failed; nothing was written.
    """

    async def attempt(rename: Callable[[UUID], UUID]) -> Counter[str]:
        return await db.transaction(lambda tx: _write(tx, user, file, rename), user=user)

    try:
        return await attempt(lambda uid: uid)
    except ConflictError:  # some of it is here already
        fresh: dict[UUID, UUID] = {}
        return await attempt(lambda uid: fresh.setdefault(uid, new_uid()))


def _refused(place: str, why: str) -> ImportRefusedError:
    return ImportRefusedError(f"This export is not understood at {place}: {why}.")


# ---- what one field cannot tell ----


def _check(file: ExportFile) -> None:
    _check_tasks(file)
    uids: Counter[UUID] = Counter()
    for number, conversation in enumerate(file.conversations):
        place = f"conversations.{number}"
        uids.update([conversation.id, *(turn.id for turn in conversation.turns)])
        uids.update(message.id for message in conversation.messages)
        _check_conversation(place, conversation)
    if uids and uids.most_common(1)[0][1] > 1:
        raise _refused("conversations", f"the id {uids.most_common(1)[0][0]} stands twice")


def _check_tasks(file: ExportFile) -> None:
    numbers = Counter(task.id for task in file.tasks)
    if numbers and numbers.most_common(1)[0][1] > 1:
        raise _refused("tasks", f"the id {numbers.most_common(1)[0][0]} stands twice")
    if max(numbers, default=0) > file.profile.last_task_id:
        raise _refused("profile.last_task_id", "a task has a greater id")
    for number, task in enumerate(file.tasks):
        if task.all_day and task.due_at is None:
            raise _refused(f"tasks.{number}.all_day", "needs a due_at")


def _check_conversation(place: str, conversation: ExportedConversation) -> None:
    turns = {turn.id: turn for turn in conversation.turns}
    if len({turn.user_seq for turn in conversation.turns}) < len(turns):
        raise _refused(f"{place}.turns", "two have one place")
    taken: set[int] = set()
    for number, message in enumerate(conversation.messages):
        where = f"{place}.messages.{number}"
        turn = turns.get(message.turn_id)
        if turn is None:
            raise _refused(f"{where}.turn_id", "there is no such turn in the conversation")
        if message.seq != turn.user_seq + (message.role == "assistant"):
            raise _refused(f"{where}.seq", "is not its place by its turn")
        if message.seq in taken or message.seq > conversation.last_seq:
            raise _refused(f"{where}.seq", "is another's, or beyond last_seq")
        taken.add(message.seq)
        _check_calls(where, message)
    if any(turn.user_seq > conversation.last_seq for turn in conversation.turns):
        raise _refused(f"{place}.turns", "one has its place beyond last_seq")


def _check_calls(place: str, message: ExportedMessage) -> None:
    """What the model is given has a result for each call."""
    calls = [call.id for call in message.tool_calls or ()]
    if message.role == "user" and (message.tool_calls or message.tool_results):
        raise _refused(f"{place}.tool_calls", "people call no tools")
    if len(set(calls)) < len(calls) or set(calls) != set(message.tool_results or ()):
        raise _refused(f"{place}.tool_results", "there is not one result for each call")


# ---- the transaction ----


async def _write(
    tx: Transaction, user: UserId, file: ExportFile, rename: Callable[[UUID], UUID]
) -> Counter[str]:
    account = await tx.fetchrow(
        "SELECT last_task_id FROM users WHERE id = $1 FOR NO KEY UPDATE", user
    )
    if account is None:
        raise NotAuthenticatedError
    if file.tasks and account["last_task_id"]:
        message = (
            "The account has had tasks already, and messages name tasks by their numbers; import into"
            " a new account (`taskchat user add EMAIL`)."
        )
        raise ImportRefusedError(message)
    await _write_tasks(tx, user, file)
    for conversation in file.conversations:
        await _write_conversation(tx, user, conversation, rename)
    return +Counter(
        tasks=len(file.tasks),
        conversations=len(file.conversations),
        messages=sum(len(each.messages) for each in file.conversations),
        turns=sum(len(each.turns) for each in file.conversations),
    )


async def _write_tasks(tx: Transaction, user: UserId, file: ExportFile) -> None:
    await tx.execute_many(
        "INSERT INTO tasks (user_id, id, title, description, completed, priority, due_at, all_day,"
        " created_at, updated_at, completed_at, deleted_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [
            (
                user,
                task.id,
                task.title,
                task.description,
                task.completed,
                task.priority,
                task.due_at,
                task.all_day,
                task.created_at,
                task.updated_at,
                task.completed_at,
                task.deleted_at,
            )
            for task in file.tasks
        ],
    )
    # What the account says of itself goes before what the file says.
    await tx.execute(
        "UPDATE users SET name = coalesce(name, $2), time_zone = coalesce(time_zone, $3),"
        " last_task_id = CASE WHEN last_task_id < $4 THEN $4 ELSE last_task_id END WHERE id = $1",
        user,
        file.profile.name,
        file.profile.time_zone,
        file.profile.last_task_id,
    )


async def _write_conversation(
    tx: Transaction,
    user: UserId,
    conversation: ExportedConversation,
    rename: Callable[[UUID], UUID],
) -> None:
    visible = [message for message in conversation.messages if message.deleted_at is None]
    row = await tx.fetchrow(
        "INSERT INTO conversations (uid, user_id, title, auto_title, metadata, last_seq,"
        " message_count, summary, summary_seq, last_message_at, created_at, updated_at, deleted_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
        rename(conversation.id),
        user,
        conversation.title,
        conversation.auto_title,
        _json(conversation.metadata),
        conversation.last_seq,
        len(visible),
        conversation.summary,
        conversation.summary_seq,
        max(visible, key=lambda each: each.seq).created_at if visible else None,
        conversation.created_at,
        conversation.updated_at,
        conversation.deleted_at,
    )
    assert row is not None  # noqa: S101  inserted
    number: int = row["id"]
    await tx.execute_many(
        "INSERT INTO turns (uid, user_id, conversation_id, status, attempt, lease_until,"
        " request_hash, began_conversation, user_seq, time_zone, error_code, input_tokens,"
        " output_tokens, requests, created_at, finished_at)"
        " VALUES ($1, $2, $3, $4, $5, 0, '', $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        [(rename(turn.id), user, number, *_turn(turn)) for turn in conversation.turns],
    )
    stored = await tx.fetch(
        "SELECT id, user_seq FROM turns WHERE user_id = $1 AND conversation_id = $2", user, number
    )
    turn_at: Mapping[int, int] = {row["user_seq"]: row["id"] for row in stored}
    await tx.execute_many(
        "INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content,"
        " tool_calls, tool_results, metadata, created_at, updated_at, deleted_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            (rename(each.id), number, user, turn_at[_question(each)], each.seq, *_message(each))
            for each in conversation.messages
        ],
    )


def _question(message: ExportedMessage) -> int:
    return message.seq - (message.role == "assistant")


def _turn(turn: ExportedTurn) -> tuple[Argument, ...]:
    ran = turn.status == "running"
    return (
        "failed" if ran else turn.status,
        turn.attempt,
        turn.began_conversation,
        turn.user_seq,
        turn.time_zone,
        TurnInterruptedError.code if ran else turn.error_code,
        turn.usage.input_tokens,
        turn.usage.output_tokens,
        turn.usage.requests,
        turn.created_at,
        turn.created_at if ran else turn.finished_at,
    )


def _message(message: ExportedMessage) -> tuple[Argument, ...]:
    calls, results = message.tool_calls, message.tool_results
    return (
        message.role,
        message.content,
        None if calls is None else _json([call.model_dump() for call in calls]),
        None if results is None else _json({key: _result(each) for key, each in results.items()}),
        _json(message.metadata),
        message.created_at,
        message.updated_at,
        message.deleted_at,
    )


def _result(result: ExportedResult) -> dict[str, Any]:
    # `in_doubt` stands only where it is so.
    return result.model_dump(exclude_defaults=True)


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value)
