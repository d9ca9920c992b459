"""A chat on a real database, with a scripted model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from taskchat.chat.agent import TurnLimits
from taskchat.chat.journal import Journal
from taskchat.chat.records import TurnRecord, TurnRequest
from taskchat.chat.recovery import Recovery
from taskchat.chat.tool_servers.servers import ToolServers
from taskchat.chat.toolset import Toolset
from taskchat.chat.turn import Answer, Turns
from taskchat.chat.window import Window
from taskchat.db.database import Database, Transaction
from taskchat.ids import ConversationId, UserId
from taskchat.tasks.service import TaskList
from tests.chat.tool_servers.notes import Mailbox
from tests.conftest import make_user
from tests.processes import PATIENCE_S
from tests.scripted_model import ScriptedModel

TOOLSET = Toolset()
"""Loaded once: it holds no state of a turn."""


async def never() -> bool:
    """A client that stays."""
    return False


@dataclass
class ChatDriver:
    """One copy of the server, without its edge, and one user who talks to it."""

    db: Database
    everything: Database
    """The same database for a test's own eyes, beyond row-level security."""
    user: UserId
    model: ScriptedModel = field(default_factory=ScriptedModel)
    limits: TurnLimits = field(default_factory=TurnLimits)
    lease_s: float = 12
    window: Window = field(default_factory=Window)
    toolset: Toolset = TOOLSET

    def __post_init__(self) -> None:
        self.journal = Journal(self.db, lease_s=self.lease_s, window=self.window)
        self.turns = Turns(self.journal, self.toolset, self.model, self.limits)
        self.recovery = Recovery(self.turns, self.journal, self.lease_s)
        self.conversation: ConversationId | None = None

    def request(self, message: str, **fields: Any) -> TurnRequest:
        """A message to the conversation of this driver, or to a new one."""
        fields.setdefault("conversation", self.conversation)
        return TurnRequest(self.user, message, **fields)

    async def send(self, message: str, **fields: Any) -> Answer:
        """Send a message and wait for the turn's end; later ones go to the same conversation."""
        answer = await self.turns.send(self.request(message, **fields), never)
        self.conversation = answer.record.conversation_id
        return answer

    async def reply(self, message: str, **fields: Any) -> str:
        """The same, for its words."""
        record = (await self.send(message, **fields)).record
        assert record.reply is not None, record
        return record.reply.content

    async def send_and_leave(self, message: str) -> None:
        """Send a message and stop listening once the model has been asked."""
        listening = asyncio.create_task(self.turns.send(self.request(message), never))
        await self.model.was_asked.wait()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    def another_copy(self, **changes: Any) -> ChatDriver:
        """Another server process on the same database."""
        return replace(self, model=ScriptedModel(), **changes)

    async def until_idle(self) -> None:
        """Wait for every turn that runs on this copy."""
        jobs = [job for job in asyncio.all_tasks() if job.get_name().startswith("turn ")]
        if jobs:
            await asyncio.wait(jobs, timeout=PATIENCE_S)

    async def until_waiting(self, number: int) -> None:
        """Return when so many requests have their place in the line."""
        await self.until_found(number, "SELECT id FROM waiters")

    async def until_found(self, number: int, sql: str, *args: Any) -> None:
        """Return when the tables have so many rows of that kind."""
        async with asyncio.timeout(PATIENCE_S):
            while len(await self.rows(sql, *args)) < number:  # noqa: ASYNC110  a table has no event
                await asyncio.sleep(0.005)

    async def tasks(self) -> list[str]:
        """The titles on the list."""

        async def work(tx: Transaction) -> list[str]:
            found, _ = await TaskList(tx, self.user).list()
            return [task.title for task in found]

        return await self.db.read(work, user=self.user)

    async def rows(self, sql: str, *args: Any) -> list[dict[str, Any]]:
        """Whatever a test wants to see of the tables."""

        async def work(tx: Transaction) -> list[dict[str, Any]]:
            rows: Any = await tx.fetch(sql, *args)
            return [dict(row) for row in rows]

        return await self.everything.read(work)

    async def execute(self, sql: str, *args: Any) -> None:
        """Change the tables behind the server's back."""
        await self.everything.transaction(lambda tx: tx.execute(sql, *args))

    async def messages(self) -> list[tuple[int, str, str]]:
        """The conversation as it is stored: seq, role, content."""
        rows = await self.rows(
            "SELECT seq, role, content FROM messages WHERE conversation_id = $1 ORDER BY seq",
            self.conversation,
        )
        return [(row["seq"], row["role"], row["content"]) for row in rows]

    async def record(self) -> TurnRecord:
        """The newest turn as it stands."""
        rows = await self.rows("SELECT id FROM turns ORDER BY id DESC LIMIT 1")
        record = await self.journal.read(self.user, rows[0]["id"])
        assert record is not None
        return record


@pytest.fixture
async def chat(database: Database, everything: Database) -> AsyncIterator[ChatDriver]:
    """A chat with one user, on each of the two databases."""
    driver = ChatDriver(database, everything, await make_user(everything))
    yield driver
    await driver.turns.stop(0)


@pytest.fixture
def mail(tmp_path: Path) -> Mailbox:
    """What is sent."""
    folder = tmp_path / "mail"
    folder.mkdir()
    return Mailbox(folder)


@pytest.fixture
async def elsewhere(mail: Mailbox) -> AsyncIterator[ToolServers]:
    """The mail server, connected."""
    servers = ToolServers([mail.server()])
    await servers.examine()
    yield servers
    await servers.close()


@pytest.fixture
async def chat_elsewhere(
    database: Database, everything: Database, elsewhere: ToolServers
) -> AsyncIterator[ChatDriver]:
    """A chat whose model may send mail, too, on each of the two databases."""
    toolset = Toolset(elsewhere)
    driver = ChatDriver(database, everything, await make_user(everything), toolset=toolset)
    yield driver
    await driver.turns.stop(0)
