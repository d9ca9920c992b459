"""Conversations and messages in the database: counts, cursors, plans, and races with turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from taskchat.chat.conversation_service import ConversationService
from taskchat.chat.conversations import Conversation, ConversationQuery
from taskchat.chat.messages import Message
from taskchat.chat.paging import Page, read_cursor, write_cursor
from taskchat.chat.records import Ending, Opened, OwnedTurn, TurnLostError
from taskchat.chat.turn import Answer
from taskchat.db.database import ConnectionLostError, Database, Transaction
from taskchat.errors import (
    ConversationBusyError,
    ConversationNotFoundError,
    InvalidInputError,
    MessageNotFoundError,
    ModelError,
    NotAuthenticatedError,
)
from taskchat.ids import ConversationId, UserId, new_uid
from tests.chat.conftest import ChatDriver, never
from tests.conftest import make_user
from tests.processes import PATIENCE_S
from tests.scripted_model import texts

ZONE = ZoneInfo("Europe/Paris")


class WatchedDatabase:
    """A database that remembers its statements, and may lose the answer of a commit."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.dialect = db.dialect
        self.statements: list[tuple[str, tuple[Any, ...]]] = []
        self.losing = 0

    async def read(self, work: Callable[[Transaction], Awaitable[Any]], **options: Any) -> Any:
        return await self._db.read(lambda tx: work(self._watched(tx)), **options)

    async def transaction(
        self, work: Callable[[Transaction], Awaitable[Any]], **options: Any
    ) -> Any:
        result = await self._db.transaction(lambda tx: work(self._watched(tx)), **options)
        if self.losing:
            self.losing -= 1
            raise ConnectionLostError
        return result

    def _watched(self, tx: Transaction) -> Any:
        watched = self

        class Watched:
            async def execute(self, sql: str, *args: Any) -> int:
                watched.statements.append((sql, args))
                return await tx.execute(sql, *args)

            async def fetch(self, sql: str, *args: Any) -> Sequence[Any]:
                watched.statements.append((sql, args))
                return await tx.fetch(sql, *args)

            async def fetchrow(self, sql: str, *args: Any) -> Any:
                watched.statements.append((sql, args))
                return await tx.fetchrow(sql, *args)

        return Watched()


class Talk:
    """The conversations of the driver's user, as the routes use them."""

    def __init__(self, chat: ChatDriver) -> None:
        self.chat = chat
        self.db = WatchedDatabase(chat.db)
        self.service = ConversationService(self.db, chat.turns)  # pyright: ignore[reportArgumentType]

    async def begin(self, title: str | None = None) -> Conversation:
        return await self.service.create(self.chat.user, title, None, ZONE)

    async def get(self, uid: UUID) -> Conversation:
        return await self.service.get(self.chat.user, uid)

    async def page(self, **query: Any) -> Page[Conversation]:
        return await self.service.page(self.chat.user, ConversationQuery(**query))

    async def titles(self, **query: Any) -> list[str]:
        return [row.title for row in (await self.page(**query)).rows]

    async def messages(self, uid: UUID, limit: int = 100) -> Page[Message]:
        return await self.service.messages(self.chat.user, uid, limit=limit, offset=0, before=None)

    async def delete(self, uid: UUID) -> None:
        await self.service.delete(self.chat.user, uid)

    async def delete_message(self, uid: UUID, message: UUID) -> None:
        await self.service.delete_message(self.chat.user, uid, message)

    async def restore(self, uid: UUID) -> Conversation:
        return await self.service.restore(self.chat.user, uid)

    async def count(self, work: Awaitable[Any]) -> int:
        """How many statements some work sends."""
        self.db.statements.clear()
        await work
        return len(self.db.statements)


@pytest.fixture
async def talk(chat: ChatDriver) -> Talk:
    """The chat, with its conversations."""
    return Talk(chat)


async def _hanging(talk: Talk) -> tuple[UUID, asyncio.Task[Answer]]:
    """A conversation whose turn waits for its model, and who waits for the turn."""
    conversation = await talk.begin()
    talk.chat.conversation = conversation.id
    talk.chat.model.hangs()
    waiting = asyncio.create_task(talk.chat.send("hello"))
    await talk.chat.model.reached.wait()
    return conversation.uid, waiting


async def _opened(talk: Talk) -> tuple[UUID, OwnedTurn]:
    """A conversation with a turn that this copy owns and does not run."""
    conversation = await talk.begin()
    request = talk.chat.request("hello", conversation=conversation.uid)
    opening = await talk.chat.journal.open(request)
    assert isinstance(opening, Opened)
    return conversation.uid, opening.turn


# ---- conversations ----


async def test_the_title_of_a_new_one_is_the_time_where_its_user_is(talk: Talk) -> None:
    made = await talk.begin()

    shown = datetime.strptime(made.title, "Chat %Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    assert abs(shown - made.created_at) < timedelta(minutes=2)


async def test_metadata_comes_back_as_it_was(talk: Talk) -> None:
    given = {"ä": [1, 2.5, None, True, {"b": "\U0001f600"}]}
    made = await talk.service.create(talk.chat.user, "t", given, ZONE)

    assert (await talk.get(made.uid)).metadata == given


async def test_an_erased_user_begins_no_conversation(talk: Talk) -> None:
    with pytest.raises(NotAuthenticatedError):
        await talk.service.create(UserId(987_654), None, None, ZONE)


async def test_every_method_finds_the_rows_of_its_user_only(
    talk: Talk, everything: Database
) -> None:
    other = await make_user(everything)
    made = await talk.begin("Mine")
    await talk.chat.send("secret", conversation=made.uid)
    message = (await talk.messages(made.uid)).rows[0]
    service = talk.service

    for work in (
        service.get(other, made.uid),
        service.rename(other, made.uid, "Theirs"),
        service.delete(other, made.uid),
        service.restore(other, made.uid),
        service.messages(other, made.uid, limit=1, offset=0, before=None),
        service.delete_message(other, made.uid, message.uid),
    ):
        with pytest.raises(ConversationNotFoundError):
            await work
    for q in ("", "secret", "mine"):
        page = await service.page(other, ConversationQuery(q=q))
        assert (list(page.rows), page.total) == ([], 0)
    assert (await talk.get(made.uid)).title == "Mine"


async def test_only_a_conversation_of_someone_else_is_anothers(
    talk: Talk, everything: Database
) -> None:
    other = await make_user(everything)
    mine, deleted = await talk.begin(), await talk.begin()
    await talk.delete(deleted.uid)
    is_anothers = talk.service.is_anothers

    assert await is_anothers(other, mine.uid)
    assert not await is_anothers(talk.chat.user, mine.uid)
    assert not await is_anothers(other, deleted.uid)
    assert not await is_anothers(other, new_uid())


# ---- how much it costs ----


async def test_the_number_of_statements_does_not_grow_with_the_rows(talk: Talk) -> None:  # T10
    counts: list[tuple[int, ...]] = []
    for _ in range(2):
        rows = [await talk.begin(f"number {number}") for number in range(12)]
        made = rows[-1]
        for row in rows:
            await talk.chat.send("hello", conversation=row.uid)
        counts.append(
            (
                await talk.count(talk.page(limit=10)),
                await talk.count(talk.page(limit=10, q="hello")),
                await talk.count(talk.page(limit=10, sort="updated")),
                await talk.count(talk.messages(made.uid)),
                await talk.count(talk.get(made.uid)),
            )
        )

    assert counts[0] == counts[1] == (2, 2, 2, 2, 1)


async def test_deletes_cost_the_same_however_many_messages_there_are(talk: Talk) -> None:
    counts: list[int] = []
    for messages in (1, 6):
        made = await talk.begin()
        talk.chat.conversation = made.id
        for _ in range(messages):
            await talk.chat.send("hello")
        counts.append(await talk.count(talk.delete(made.uid)))
        counts.append(await talk.count(talk.restore(made.uid)))

    assert counts[:2] == counts[2:]


@pytest.fixture
async def crowded(talk: Talk, everything: Database) -> Talk:
    """A user with 20,000 conversations among others', one of which has 20,000 messages."""
    other = await make_user(everything)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    user = talk.chat.user
    conversation = talk.chat.conversation = ConversationId(22_000)

    async def fill(tx: Transaction) -> None:
        await tx.execute_many(
            "INSERT INTO conversations (id, uid, user_id, title, last_seq, message_count,"
            " created_at, updated_at) VALUES ($1, $2, $3, $4, 20000, 20000, $5, $5)",
            [
                (
                    number,
                    new_uid(),
                    other if number % 11 == 1 else user,
                    f"{number}",
                    start + number * _MINUTE,
                )
                for number in range(1, 22_001)
            ],
        )
        await tx.execute_many(
            "INSERT INTO turns (id, uid, user_id, conversation_id, status, lease_until,"
            " request_hash, began_conversation, user_seq, time_zone, created_at)"
            " VALUES ($1, $2, $3, $4, 'completed', 0, '', false, $5, 'UTC', $6)",
            [
                (number, new_uid(), user, conversation, 2 * number - 1, start + number * _MINUTE)
                for number in range(1, 10_001)
            ],
        )
        await tx.execute_many(
            "INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content,"
            " created_at, updated_at) VALUES ($1, $2, $3, $4, $5, 'user', 'hello', $6, $6)",
            [
                (new_uid(), conversation, user, (seq + 1) // 2, seq, start + seq * _MINUTE)
                for seq in range(1, 20_001)
            ],
        )
        for table in ("conversations", "messages", "turns"):
            await tx.fetch(f"ANALYZE {table}")

    await everything.transaction(fill)
    return talk


_MINUTE = timedelta(minutes=1)


async def _plans(talk: Talk) -> list[str]:
    """How the database goes about each SELECT that was just sent."""
    explain = "EXPLAIN " if talk.db.dialect == "postgres" else "EXPLAIN QUERY PLAN "
    plans: list[str] = []
    for sql, args in talk.db.statements:

        async def work(tx: Transaction, sql: str = sql, args: Any = args) -> str:
            rows: Any = await tx.fetch(explain + sql, *args)
            return "\n".join(str(row[-1]) for row in rows)

        plans.append(await talk.chat.db.read(work, user=talk.chat.user))
    return plans


async def test_lists_of_many_rows_run_on_an_index(crowded: Talk) -> None:
    cursor = (await crowded.page()).next
    crowded.db.statements.clear()

    await crowded.page(before=cursor)
    await crowded.page(since=datetime(2026, 1, 10, tzinfo=UTC))
    (newest,) = (await crowded.page(limit=1)).rows
    page = await crowded.messages(newest.uid, limit=20)
    # Where nearly all rows are one user's, a count may well read the whole table.
    lists = [(sql, args) for sql, args in crowded.db.statements if "count(*)" not in sql]
    crowded.db.statements[:] = lists
    plans = await _plans(crowded)

    assert (len(page.rows), page.total) == (20, 20_000)
    for plan in plans:
        assert "Seq Scan" not in plan, plan
        assert "SCAN" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan
    assert sum("conversations_created" in plan for plan in plans) == 3, plans
    assert any("messages_seq" in plan or "autoindex_messages_1" in plan for plan in plans), plans


async def test_a_turn_in_a_long_conversation_reads_its_history_on_an_index(crowded: Talk) -> None:
    sql = (
        "SELECT role, content, tool_calls, tool_results FROM messages"
        " WHERE conversation_id = $1 AND deleted_at IS NULL AND seq < $2"
        " ORDER BY seq DESC LIMIT $3"
    )
    crowded.db.statements[:] = [(sql, (crowded.chat.conversation, 2**31 - 1, 20))]

    (plan,) = await _plans(crowded)

    assert "messages_seq" in plan or "autoindex_messages_1" in plan, plan


# ---- cursors ----


def test_a_cursor_is_read_back() -> None:
    written = write_cursor("seq", 7)

    assert read_cursor(written, "seq", 10) == (7,)
    assert read_cursor(write_cursor("a", 1, 2), "a", 1, 2) == (1, 2)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "====",
        write_cursor("other", 7),
        write_cursor("seq", 11),
        write_cursor("seq", 1, 2),
        write_cursor("seq"),
        write_cursor("seq", -1),
        write_cursor("seq", 10**30),
    ],
)
def test_what_is_no_cursor_of_the_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError, match="before"):
        read_cursor(cursor, "seq", 10)


async def test_rows_of_the_same_moment_are_all_listed_once(talk: Talk) -> None:
    for number in range(5):
        await talk.begin(str(number))
    await talk.chat.execute("UPDATE conversations SET created_at = updated_at")
    await talk.chat.execute(
        "UPDATE conversations SET created_at = (SELECT min(created_at) FROM conversations)"
    )
    seen: list[str] = []

    page = await talk.page(limit=2)
    while page.next is not None:
        seen += [row.title for row in page.rows]
        page = await talk.page(limit=2, before=page.next)
    seen += [row.title for row in page.rows]

    assert seen == ["4", "3", "2", "1", "0"]


# ---- deleting and a turn ----


async def test_deleting_ends_the_running_turn_and_tells_who_waits(talk: Talk) -> None:
    uid, waiting = await _hanging(talk)

    await talk.delete(uid)

    record = (await asyncio.wait_for(waiting, PATIENCE_S)).record
    assert (record.status, record.error_code, record.epoch) == ("cancelled", None, 2)
    assert record.reply is None
    assert talk.chat.turns.running == []


async def test_a_listener_on_another_copy_hears_that_the_turn_was_cancelled(talk: Talk) -> None:
    uid, waiting = await _hanging(talk)
    other = talk.chat.another_copy()
    (turn,) = await talk.chat.rows("SELECT uid FROM turns")
    record = await other.turns.find(talk.chat.user, UUID(str(turn["uid"])))
    listening = asyncio.create_task(other.turns._listen(record))  # pyright: ignore[reportPrivateUsage]

    await talk.delete(uid)

    assert (await asyncio.wait_for(listening, PATIENCE_S)).status == "cancelled"
    await waiting


async def test_the_owner_of_a_turn_that_was_ended_elsewhere_writes_nothing_more(
    talk: Talk,
) -> None:
    uid, turn = await _opened(talk)

    await talk.delete(uid)

    with pytest.raises(TurnLostError):
        await talk.chat.journal.close(turn, Ending("completed", "too late"))
    with pytest.raises(TurnLostError):
        await talk.chat.journal.act(turn, 0, _effect, turn.usage)
    assert await talk.chat.tasks() == []
    assert await talk.chat.journal.renew([turn]) == [turn]
    assert await talk.chat.journal.claim() == []


async def _effect(tx: Transaction) -> list[Any]:
    raise AssertionError


async def test_a_turn_that_ends_first_is_not_cancelled(talk: Talk) -> None:
    uid, turn = await _opened(talk)
    await talk.chat.journal.close(turn, Ending("completed", "bye"))

    await talk.delete(uid)

    restored = await talk.restore(uid)
    assert restored.message_count == 2
    assert (await talk.chat.record()).status == "completed"


async def test_a_delete_and_a_close_at_once_leave_one_end(talk: Talk) -> None:
    for _ in range(10):
        uid, turn = await _opened(talk)

        async def close(turn: OwnedTurn = turn) -> None:
            with suppress(TurnLostError):
                await talk.chat.journal.close(turn, Ending("completed", "bye"))

        await asyncio.gather(talk.delete(uid), close())

        restored = await talk.restore(uid)
        record = await talk.chat.record()
        assert record.status in {"completed", "cancelled"}
        assert restored.message_count == (2 if record.status == "completed" else 1)
        assert len((await talk.messages(uid)).rows) == restored.message_count


async def test_the_reply_of_a_cancelled_turn_tells_what_was_done(talk: Talk) -> None:
    conversation = await talk.begin()
    talk.chat.conversation = conversation.id
    talk.chat.model.calls("add_task", title="Milk").hangs()
    waiting = asyncio.create_task(talk.chat.send("milk and more"))
    await talk.chat.model.reached.wait()

    await talk.delete(conversation.uid)

    record = (await waiting).record
    assert record.reply is None  # it went with its conversation
    await talk.restore(conversation.uid)
    found = await talk.chat.journal.read(talk.chat.user, record.id)
    assert found is not None
    assert found.reply is not None
    assert found.reply.content == "Added “Milk”.\n\nI was stopped here."
    assert found.usage.requests == 1
    assert [call["function"]["name"] for call in found.reply.tool_calls or ()] == ["add_task"]
    assert await talk.chat.tasks() == ["Milk"]
    talk.chat.model.says("Fine.")
    await talk.chat.send("go on")
    assert ("assistant", "Added “Milk”.\n\nI was stopped here.") in texts(talk.chat.model.asked[-1])


async def test_messages_that_wait_for_a_deleted_conversation_are_refused_in_turn(
    talk: Talk,
) -> None:
    uid, waiting = await _hanging(talk)
    behind = [asyncio.create_task(talk.chat.send(f"next {n}")) for n in range(3)]
    await talk.chat.until_waiting(3)

    await talk.delete(uid)

    told = await asyncio.wait_for(asyncio.gather(*behind, return_exceptions=True), PATIENCE_S)
    assert [type(each) for each in told] == [ConversationNotFoundError] * 3
    assert await talk.chat.rows("SELECT id FROM waiters") == []
    assert (await waiting).record.status == "cancelled"


async def test_a_failed_turn_of_a_deleted_conversation_does_not_go_on(talk: Talk) -> None:
    conversation = await talk.begin()
    talk.chat.model.fails(ModelError(retryable=True))
    failed = (await talk.chat.send("hello", conversation=conversation.uid)).record
    await talk.delete(conversation.uid)

    assert await talk.chat.journal.continue_turn(failed) is None

    await talk.restore(conversation.uid)
    assert await talk.chat.journal.continue_turn(failed) is not None


async def test_a_delete_whose_answer_was_lost_is_done_once(talk: Talk) -> None:
    uid, turn = await _opened(talk)
    talk.db.losing = 1

    await talk.delete(uid)

    rows = await talk.chat.rows("SELECT status, epoch FROM turns WHERE id = $1", turn.id)
    assert rows == [{"status": "cancelled", "epoch": 2}]
    with pytest.raises(ConversationNotFoundError):
        await talk.delete(uid)


async def test_a_message_whose_deletion_was_not_heard_of_is_deleted_once(talk: Talk) -> None:
    conversation = await talk.begin()
    await talk.chat.send("hello", conversation=conversation.uid)
    reply = (await talk.messages(conversation.uid)).rows[0]
    talk.db.losing = 1

    await talk.delete_message(conversation.uid, reply.uid)

    assert (await talk.get(conversation.uid)).message_count == 1
    with pytest.raises(MessageNotFoundError):
        await talk.delete_message(conversation.uid, reply.uid)


async def test_messages_deleted_at_once_are_counted_once(talk: Talk) -> None:
    conversation = await talk.begin()
    for _ in range(3):
        await talk.chat.send("hello", conversation=conversation.uid)
    messages = (await talk.messages(conversation.uid)).rows

    told = await asyncio.gather(
        *(
            talk.delete_message(conversation.uid, message.uid)
            for message in messages[:4]
            for _ in range(3)
        ),
        return_exceptions=True,
    )

    assert sum(each is None for each in told) == 4
    after = await talk.get(conversation.uid)
    assert (after.message_count, after.last_message_at) == (2, messages[4].created_at)


async def test_a_message_of_the_running_turn_stays(talk: Talk) -> None:
    uid, turn = await _opened(talk)
    question = (await talk.messages(uid)).rows[0]

    with pytest.raises(ConversationBusyError):
        await talk.delete_message(uid, question.uid)

    await talk.chat.journal.close(turn, Ending("completed", "bye"))
    await talk.delete_message(uid, question.uid)
    assert [row.content for row in (await talk.messages(uid)).rows] == ["bye"]


# ---- cancelling a turn, which the deletion of its conversation is one case of ----


async def test_a_running_turn_is_cancelled_by_its_uuid(talk: Talk) -> None:
    _, turn = await _opened(talk)

    record = await talk.chat.journal.cancel(talk.chat.user, turn.uid)

    assert record is not None
    assert (record.status, record.epoch, record.reply) == ("cancelled", 2, None)
    assert record.finished_at is not None
    assert await talk.chat.journal.cancel(talk.chat.user, turn.uid) == record


async def test_a_turn_that_has_ended_and_another_users_are_not_cancelled(
    talk: Talk, everything: Database
) -> None:
    _, turn = await _opened(talk)
    other = await make_user(everything)
    journal = talk.chat.journal

    assert await journal.cancel(other, turn.uid) is None
    await journal.close(turn, Ending("completed", "bye"))
    record = await journal.cancel(talk.chat.user, turn.uid)

    assert record is not None
    assert record.status == "completed"


async def test_a_cancelled_turn_is_replayed_to_its_key(talk: Talk) -> None:
    conversation = await talk.begin()
    request = talk.chat.request("hello", conversation=conversation.uid, key="k")
    opening = await talk.chat.journal.open(request)
    assert isinstance(opening, Opened)
    await talk.chat.journal.cancel(talk.chat.user, opening.turn.uid)

    again = talk.chat.request("hello", conversation=conversation.uid, key="k")
    answer = await talk.chat.turns.send(again, never)

    assert (answer.record.status, answer.replayed) == ("cancelled", True)
    assert talk.chat.model.asked == []


async def test_what_was_done_while_cancel_waited_is_in_the_reply(talk: Talk) -> None:
    _, turn = await _opened(talk)

    async def two_effects(tx: Transaction) -> list[Any]:
        body = {"id": "c", "name": "add_task", "ok": True}
        result = {"task_id": 1, "status": "created", "title": "Late"}
        call = {"part_kind": "tool-call", "tool_name": "add_task", "tool_call_id": "c"}
        response: dict[str, Any] = {"kind": "response", "parts": [call]}
        return [("response", response), ("effect", {**body, "result": result})]

    _, record = await asyncio.gather(
        talk.chat.journal.act(turn, 0, two_effects, turn.usage),
        talk.chat.journal.cancel(talk.chat.user, turn.uid),
        return_exceptions=True,
    )

    assert not isinstance(record, BaseException)
    assert record is not None
    done = len(await talk.chat.rows("SELECT kind FROM steps")) == 2
    assert (record.reply is not None and "Late" in record.reply.content) == done
