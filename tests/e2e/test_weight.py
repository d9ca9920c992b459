"""How soon the page is there, and how it bears a long conversation."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import expect

from tests.e2e.conftest import NewVisitor
from tests.processes import TaskchatServer

MESSAGES = 5_000


def test_a_cold_load_is_told(
    server: TaskchatServer, visit: NewVisitor, record_property: Callable[[str, object], None]
) -> None:
    visitor = visit(server, signed_in=False)
    visitor.page.goto(server.address)
    expect(visitor.page.get_by_label("E-mail address")).to_be_focused()

    asked = visitor.page.evaluate(
        """() => performance.getEntriesByType("resource").map((one) => one.transferSize)"""
    )
    painted = visitor.page.evaluate(
        """() => performance.getEntriesByName("first-contentful-paint")[0].startTime"""
    )
    record_property("cold load", f"{sum(asked) / 1000:.0f} kB, painted after {painted:.0f} ms")
    assert 0 < sum(asked) < 200_000


def test_a_conversation_of_5000_messages_is_read_from_its_end_and_scrolls(
    server: TaskchatServer, visit: NewVisitor
) -> None:
    visitor = visit(server)
    visitor.say("hello")
    visitor.settled()
    _lengthen(Path(server.env["TASKCHAT_DATA_DIR"]) / "taskchat.db", visitor.email)

    visitor.page.reload()
    visitor.hears(f"Message {MESSAGES}.")
    rows = visitor.messages.locator("ol > li")
    assert rows.count() < 60

    for shown in (100, 150):
        visitor.messages.evaluate("box => { box.scrollTop = 0; }")
        expect(rows).to_have_count(shown)
    first = visitor.messages.get_by_text(f"Message {MESSAGES - 120}.")
    first.scroll_into_view_if_needed()
    expect(first).to_be_in_viewport()


def _lengthen(database: Path, email: str) -> None:
    """Put messages into somebody's only conversation, as if they had been said."""
    with closing(sqlite3.connect(database, timeout=30)) as db, db:
        (conversation,) = db.execute(
            "SELECT c.id FROM conversations c JOIN users u ON u.id = c.user_id WHERE u.email = ?",
            (email,),
        ).fetchone()
        # Every column as the first message has it, but for these.
        own = {"uid": "?", "seq": "?", "content": "?", "role": "?"}
        columns = [str(row[1]) for row in db.execute("PRAGMA table_info(messages)")]
        columns = [*own, *(name for name in columns if name not in own and name != "id")]
        copied = ", ".join(own.get(name, name) for name in columns)
        insert = (
            f"INSERT INTO messages ({', '.join(columns)}) SELECT {copied} FROM messages"  # noqa: S608
            f" WHERE conversation_id = {conversation} AND seq = 1"
        )
        numbers = range(3, MESSAGES + 1)
        roles = ("assistant", "user")
        db.executemany(insert, ((str(uuid4()), n, f"Message {n}.", roles[n % 2]) for n in numbers))
        db.execute(
            "UPDATE conversations SET last_seq = ?, message_count = ? WHERE id = ?",
            (MESSAGES, MESSAGES, conversation),
        )
