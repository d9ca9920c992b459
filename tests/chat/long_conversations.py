"""Makes a conversation long at once, as if its turns had been."""

from __future__ import annotations

from taskchat.db.database import Transaction
from taskchat.ids import new_uid
from tests.chat.conftest import ChatDriver


async def lengthen(chat: ChatDriver, messages: int, text: str = "Message {}.") -> None:
    """Let the conversation of this driver have so many messages, the newest with its number."""
    first = await chat.rows(
        "SELECT last_seq, turn_id FROM conversations c JOIN messages m ON m.conversation_id = c.id"
        " WHERE c.id = $1 AND m.seq = 1",
        chat.conversation,
    )

    async def work(tx: Transaction) -> None:
        await tx.execute_many(
            "INSERT INTO messages (uid, conversation_id, user_id, turn_id, seq, role, content,"
            " created_at, updated_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), clock_timestamp())",
            [
                (
                    new_uid(),
                    chat.conversation,
                    chat.user,
                    first[0]["turn_id"],
                    seq,
                    "user" if seq % 2 else "assistant",
                    text.format(seq),
                )
                for seq in range(first[0]["last_seq"] + 1, messages + 1)
            ],
        )
        await tx.execute(
            "UPDATE conversations SET last_seq = $2, message_count = $2 WHERE id = $1",
            chat.conversation,
            messages,
        )

    await chat.everything.transaction(work)
