"""Taskchat in a terminal: a dialogue, the list, and the tools for an MCP client on this machine.

Where a server holds the embedded database, a message goes through it; else this process runs the
turn itself, and finishes what a dead server has left.
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from taskchat.auth.accounts import running_accounts
from taskchat.chat.conversations import latest_conversation
from taskchat.chat.records import TurnRequest
from taskchat.chat.texts import check_message
from taskchat.db.opening import opened
from taskchat.db.server_lock import ServerLock
from taskchat.db.urls import parse_database_url
from taskchat.errors import (
    AppError,
    DatabaseInUseError,
    FieldError,
    InvalidInputError,
    InvalidMessageError,
    StartError,
    turn_failure,
)
from taskchat.ids import ConversationId, new_uid
from taskchat.tasks.service import TaskList

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from taskchat.auth.account_rows import Account
    from taskchat.chat.turn import Turns
    from taskchat.db.database import Transaction
    from taskchat.settings import Settings
    from taskchat.tasks.service import Task

# Without emoji codes: a title that says ":smile:" says that.
console = Console(highlight=False, emoji=False)

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")

MAX_CHARS = 10_000
OTHER_COMMAND_S = 30
"""How long another command is waited for; a dialogue may go on for hours."""
SERVER_SILENT = (
    "The server at {address} holds the database and does not answer; try again in a moment."
)
NOT_ITS_USER = (
    "The server at {address} holds the database, and this user's tokens come from another issuer;"
    " use its address, or name a local account by --user."
)


class Assistant(Protocol):
    """Whoever answers: this process, or the server that holds the database."""

    async def ask(self, message: str) -> str:
        """Send a message of the conversation and give the answer."""
        ...


async def converse(settings: Settings, message: str, email: str | None, *, continues: bool) -> None:
    """`taskchat chat`: one message, or a dialogue until the end of the input."""
    conversation = None
    if message:
        check_message(message, MAX_CHARS)
    async with opened(settings) as db:
        person = await _person(settings, email)
        if continues:
            conversation = await db.read(lambda tx: latest_conversation(tx, person.user))
    async with _assistant(settings, person, conversation) as assistant:
        if message:
            console.print(plain(await _answer(assistant, message)), markup=False)
            return
        console.print("Tell me what to add, or ask “what's pending?”. Ctrl+D ends this.\n")
        while (said := _read()) is not None:
            if said.strip():
                try:
                    check_message(said, MAX_CHARS)
                    console.print(plain(await _answer(assistant, said)), markup=False)
                except AppError as error:
                    console.print(plain(str(error)), style="red", markup=False)
                console.print()


async def show_tasks(settings: Settings, status: str, email: str | None) -> None:
    """`taskchat tasks`."""
    if status not in ("all", "pending", "completed"):
        raise InvalidInputError(FieldError("--status", "must be all, pending or completed"))
    async with opened(settings) as db:
        person = await _person(settings, email)

        async def work(tx: Transaction) -> Sequence[Task]:
            found, _ = await TaskList(tx, person.user).list(status=status, limit=500)
            return found

        found = await db.read(work, user=person.user)
    if not found:
        console.print('Nothing there. `taskchat chat "buy milk friday"` adds a task.')
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "", "task", "due", "priority"):
        table.add_column(heading)
    zone = _local_zone()
    for task in found:
        due = "" if task.due_at is None else task.due_at.astimezone(zone)
        form = "%a %d %b %Y" if task.all_day else "%a %d %b %Y %H:%M"
        when = due if isinstance(due, str) else due.strftime(form)
        done = "✓" if task.completed else " "
        title = " ".join(plain(task.title).split())  # one with line breaks could look like several
        table.add_row(str(task.id), done, title, when, task.priority or "")
    console.print(table, markup=False)


def plain(text: str) -> str:
    """Text of people and models as a terminal may show it: with nothing that it would obey.

    A title can hold the codes that clear the screen, name the window or write what was never said;
    they are shown as the sign for what cannot be shown. What turns the direction of the text around
    it (Unicode's overrides) is left out; scripts from right to left need none of it.
    """
    lines = text.replace("\r\n", "\n")
    return _OVERRIDES.sub("", _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", lines))


async def serve_tools(settings: Settings, email: str | None) -> None:
    """`taskchat mcp`: nothing but the protocol may go to standard output."""
    from taskchat.tasks.stdio import serve_stdio

    async with opened(settings) as db:
        person = await _person(settings, email)
        await serve_stdio(db, person.user, _local_zone())


async def _person(settings: Settings, email: str | None) -> Account:
    async with running_accounts(settings) as accounts:
        return await (accounts.account(email) if email else accounts.local_user())


@asynccontextmanager
async def _assistant(
    settings: Settings, person: Account, conversation: ConversationId | None
) -> AsyncGenerator[Assistant]:
    """The server, where one holds the database; else this process, when it is its turn."""
    url = parse_database_url(settings.database)
    give_up = time.monotonic() + OTHER_COMMAND_S
    async with AsyncExitStack() as stack:
        while True:
            address = None if url.path is None else ServerLock(url.path).holder()
            if address:
                yield _Elsewhere(settings, address, person, conversation)
                return
            from taskchat.parts import running  # the model and all: 1 s of CPU

            try:
                parts = await stack.enter_async_context(running(settings, ""))
            except DatabaseInUseError:
                if time.monotonic() > give_up:
                    raise
                await asyncio.sleep(0.1)
            else:
                break
        yield _Here(parts.turns, person, conversation)


class _Here:
    """Runs the turns in this process."""

    def __init__(self, turns: Turns, person: Account, conversation: ConversationId | None) -> None:
        self._turns = turns
        self._person = person
        self._conversation = conversation

    async def ask(self, message: str) -> str:
        request = TurnRequest(
            self._person.user,
            message,
            self._conversation,
            key=new_uid().hex,
            time_zone=_local_zone().key,
        )
        record = (await self._turns.send(request, _never)).record
        self._conversation = record.conversation_id
        if record.reply is None or record.status != "completed":
            raise turn_failure(record.error_code, retryable=record.retryable)
        return record.reply.content


class _Elsewhere:
    """Asks the server that holds the database, with a token of this person's."""

    def __init__(
        self,
        settings: Settings,
        address: str,
        person: Account,
        conversation: ConversationId | None,
    ) -> None:
        self._settings = settings
        self._address = address
        self._url = f"{address}/api/{person.subject}/chat"
        self._person = person
        self._conversation = conversation
        self._token: str | None = None

    async def ask(self, message: str) -> str:
        import aiohttp

        if self._token is None:
            self._token = await self._make_token()
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": new_uid().hex,
            "Time-Zone": _local_zone().key,
        }
        body = {"message": message, "conversation_id": self._conversation}
        try:
            async with (
                aiohttp.ClientSession(headers=headers) as session,
                session.post(self._url, json=body) as response,
            ):
                answer = await response.json()
        except (aiohttp.ClientError, OSError, ValueError):
            raise AppError(SERVER_SILENT.format(address=self._address)) from None
        if response.status != 200:
            detail = answer["detail"]
            raise AppError(detail if isinstance(detail, str) else detail[0]["message"])
        self._conversation = answer["conversation_id"]
        return answer["response"]

    async def _make_token(self) -> str:
        if not (self._settings.local_accounts and self._person.is_local):
            raise StartError(NOT_ITS_USER.format(address=self._address))
        async with running_accounts(self._settings) as accounts:
            return (await accounts.token_for(self._person.email or "", 1)).token


async def _never() -> bool:
    return False


async def _answer(assistant: Assistant, message: str) -> str:
    with console.status("thinking"):  # shows nothing where no person looks on
        return await assistant.ask(message)


def _read() -> str | None:
    try:
        return console.input("[bold]> [/bold]" if console.is_terminal else "")
    except EOFError:
        return None
    except UnicodeDecodeError:
        raise InvalidMessageError(FieldError("message", "must be text in UTF-8")) from None


def _local_zone() -> ZoneInfo:
    """The zone of this machine; UTC where it has none that is known by name."""
    from tzlocal import get_localzone_name

    try:
        return ZoneInfo(get_localzone_name())
    except (LookupError, ValueError, TypeError, OSError):
        return ZoneInfo("UTC")
