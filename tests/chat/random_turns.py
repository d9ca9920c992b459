"""Random lives of a conversation: turns that fail, stop and crash anywhere, and what is left of them.

Hypothesis draws a list of actions (`ACTIONS`), a `Life` plays it. Every action meets a server of its
own. A crash is exact, so that an example plays the same every time: the server's journal dies at the
n-th write, before it or after its commit, and then the lease is over and the next server takes over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from pydantic_ai.messages import (
    ModelMessage,
    ModelResponse,
    ModelResponsePart,
    TextPart,
    ThinkingPart,
    ToolCallPart,
)
from pydantic_ai.models.function import AgentInfo
from pydantic_ai.usage import RequestUsage

from taskchat.chat.agent import TurnLimits
from taskchat.chat.conversation_service import ConversationService
from taskchat.chat.journal import Journal
from taskchat.chat.journal_steps import Ahead
from taskchat.chat.records import (
    Ending,
    Opening,
    OwnedTurn,
    Step,
    StepDraft,
    TurnRecord,
    TurnRequest,
    Usage,
)
from taskchat.chat.recovery import Recovery
from taskchat.chat.turn import Turns
from taskchat.chat.window import Window
from taskchat.db.database import Transaction, as_uuid
from taskchat.errors import AppError, ModelError
from taskchat.ids import UserId, new_uid
from tests.chat.conftest import ChatDriver, never
from tests.conftest import make_user
from tests.scripted_model import ScriptedModel

T = TypeVar("T")

# ---- what is drawn ----

WORDS = [
    "ok",
    "I've added “Buy milk”.",
    "",
    " ",
    "\n\n",
    " padded ",
    "a\x00b",
    "\ud800",
    "\u200b",
    "two\n\nlines",
    "x" * 3000,
]
NAMES = ["add_task"] * 4 + [
    "mail_send", "mail_send", "mail_refuse", "mail_fly",
    "list_tasks", "complete_task", "", "a\x00b", "a\ud800b", "functions.add task", "x" * 99, "1-",
]  # fmt: skip
ARGUMENTS: list[Any] = [{"title": "Buy milk"}] * 4 + [
    '{"title": "Call mom"}', {"title": ""}, {"title": 5}, {"title": "a\x00b"}, {"title": "\ud800"},
    {"\ud800": {"\x00": ["\ud800"]}}, {"title": float("nan")}, {"task_id": 10**30}, {"task_id": 1},
    None, {}, "", " ", "{not json", "[1]", "null", '"text"', "NaN", '{"title": NaN}',
    '{"title": "\\ud800"}', '{"title": "\\u0000"}', '{"title": "\ud800"}', '{"title": "\x00"}',
    '{"title": "a", "title": "b"}', '{"a":' * 400 + "1" + "}" * 400, '{"a":[' * 90 + "]}" * 90,
    '{"a":' * 3000, "1" * 5000, '{"title": "' + "x" * 3000 + '"}',
]  # fmt: skip
IDS = ["call_0", "call_0", "call_1", "", "a\x00b", "\ud800", "x" * 99, "call_1_1"]


@dataclass(frozen=True)
class Answers:
    """The model answers with these parts."""

    parts: tuple[ModelResponsePart, ...]


@dataclass(frozen=True)
class Fails:
    """The model fails, perhaps after some words of its answer."""

    retryable: bool
    said: str = ""


@dataclass(frozen=True)
class Hangs:
    """The model does not answer until something is done about it."""

    then: Literal["cancel", "delete", "hand over", "die"]
    said: str = ""


@dataclass(frozen=True)
class Death:
    """Where a server dies: at this write of a turn's journal, before it or after its commit."""

    write: int
    is_after: bool


Move = Answers | Fails | Hangs


@dataclass(frozen=True)
class Says:
    """The user says something."""

    streamed: bool
    has_key: bool
    moves: tuple[Move, ...]
    deaths: tuple[Death, ...]


@dataclass(frozen=True)
class SaysAgain:
    """The user's program sends the last message that had a key once more."""

    moves: tuple[Move, ...]
    deaths: tuple[Death, ...]


@dataclass(frozen=True)
class Retries:
    """The user asks for the last turn to go on."""

    moves: tuple[Move, ...]
    deaths: tuple[Death, ...]


@dataclass(frozen=True)
class DeletesMessage:
    """The user deletes a message, counted from the newest."""

    back: int


@dataclass(frozen=True)
class DeletesConversation:
    """The user deletes the conversation, and may bring it back."""

    is_restored: bool


@dataclass(frozen=True)
class BeginsAnother:
    """What is said next begins a conversation."""


Turning = Says | SaysAgain | Retries
Action = Turning | DeletesMessage | DeletesConversation | BeginsAnother

_texts = st.sampled_from(WORDS).map(TextPart)
_calls = st.builds(
    ToolCallPart, st.sampled_from(NAMES), st.sampled_from(ARGUMENTS), st.sampled_from(IDS)
)
_parts = st.one_of(_calls, _calls, _texts, st.just(ThinkingPart("Hm.")))
_moves = st.one_of(
    st.lists(_parts, max_size=4).map(lambda parts: Answers(tuple(parts))),
    st.lists(_parts, max_size=4).map(lambda parts: Answers(tuple(parts))),
    st.builds(Fails, st.booleans(), st.sampled_from(WORDS)),
    st.builds(
        Hangs, st.sampled_from(["cancel", "delete", "hand over", "die"]), st.sampled_from(WORDS)
    ),
)
_scripts = st.lists(_moves, max_size=5).map(tuple)
_deaths = st.one_of(
    st.just(()),
    st.lists(st.builds(Death, st.integers(1, 6), st.booleans()), max_size=4).map(tuple),
)


def _broken_off(moves: list[Move], said: str) -> tuple[Move, ...]:
    """An answer that breaks off is asked for again: here it does so every time."""
    return (*moves, *[Fails(True, said)] * 3)


_says = st.builds(Says, st.booleans(), st.booleans(), _scripts, _deaths)
_failing = st.builds(
    Says,
    st.booleans(),
    st.just(True),
    st.builds(
        _broken_off,
        st.lists(st.builds(Answers, st.tuples(_calls)), max_size=2),
        st.sampled_from(WORDS),
    ),
    st.just(()),
)
_again = st.one_of(st.builds(SaysAgain, _scripts, _deaths), st.builds(Retries, _scripts, _deaths))
_deleting = st.builds(DeletesMessage, st.integers(0, 4))
_chapters: st.SearchStrategy[tuple[Action, ...]] = st.one_of(
    st.tuples(_says),
    st.tuples(_says),
    st.tuples(_failing, _again),
    st.tuples(_failing, _again, _again),
    st.tuples(_failing, _deleting, _says, _deleting),
    st.tuples(_again),
    st.tuples(_says, st.builds(DeletesConversation, st.booleans())),
    st.tuples(_says, st.just(BeginsAnother())),
)
ACTIONS: st.SearchStrategy[list[Action]] = st.lists(_chapters, min_size=1, max_size=4).map(
    lambda chapters: [action for chapter in chapters for action in chapter]
)


# ---- a server that can die ----


class MortalJournal(Journal):
    """A journal whose process dies at a certain write; from then on it writes nothing more."""

    death: Death | None = None
    is_dead: bool = False
    _writes: int = 0

    async def open(self, request: TurnRequest, *, waited: bool = False) -> Opening:
        """See `Journal.open`."""
        return await self._mortally(partial(super().open, request, waited=waited))

    async def act(  # noqa: PLR0913  as the one that it is about
        self,
        turn: OwnedTurn,
        idx: int,
        work: Callable[[Transaction], Awaitable[Sequence[StepDraft]]],
        usage: Usage,
        tell: Callable[[Sequence[Step]], Sequence[Any]] = lambda _: (),
        ahead: Ahead | None = None,
    ) -> Sequence[Step]:
        """See `Journal.act`."""
        return await self._mortally(partial(super().act, turn, idx, work, usage, tell, ahead))

    async def begin(  # noqa: PLR0913  the same
        self,
        turn: OwnedTurn,
        idx: int,
        work: Callable[[Transaction], Awaitable[Sequence[StepDraft]]],
        usage: Usage,
        tell: Callable[[Sequence[Step]], Sequence[Any]] = lambda _: (),
        ahead: Ahead | None = None,
    ) -> Sequence[Step]:
        """See `Journal.begin`."""
        return await self._mortally(partial(super().begin, turn, idx, work, usage, tell, ahead))

    async def result(
        self,
        turn: OwnedTurn,
        step: Step,
        tell: Callable[[Sequence[Step]], Sequence[Any]] = lambda _: (),
    ) -> None:
        """See `Journal.result`."""
        await self._mortally(partial(super().result, turn, step, tell))

    async def tell(self, turn: OwnedTurn, events: Sequence[Any]) -> None:
        """See `Journal.tell`."""
        await self._mortally(partial(super().tell, turn, events))

    async def close(self, turn: OwnedTurn, ending: Ending) -> TurnRecord:
        """See `Journal.close`."""
        return await self._mortally(partial(super().close, turn, ending))

    async def continue_turn(self, record: TurnRecord) -> OwnedTurn | None:
        """See `Journal.continue_turn`."""
        return await self._mortally(partial(super().continue_turn, record))

    async def _mortally(self, write: Callable[[], Awaitable[T]]) -> T:
        self._writes += 1
        is_last = self.death is not None and self._writes == self.death.write
        if self.is_dead or (is_last and self.death is not None and not self.death.is_after):
            self._die()
        result = await write()
        if self.is_dead or is_last:
            self._die()
        return result

    def _die(self) -> None:
        self.is_dead = True
        # Goes through every `except` of ours, as nothing of a process that is gone runs.
        raise asyncio.CancelledError


class Server:
    """A copy of the server."""

    def __init__(
        self, chat: ChatDriver, history: int, model: ScriptedModel, death: Death | None
    ) -> None:
        self.journal = MortalJournal(chat.db, lease_s=12, window=Window(history))
        self.journal.death = death
        self.model = model
        self.turns = Turns(self.journal, chat.toolset, model, TurnLimits())
        self.recovery = Recovery(self.turns, self.journal, 12)
        self.conversations = ConversationService(chat.db, self.turns)

    async def die(self) -> None:
        """Nothing of it runs any more, and nobody was told."""
        self.journal.is_dead = True
        for turn in self.turns.running:
            self.turns.abandon(turn)
        await self.until_idle()

    async def until_idle(self, sending: asyncio.Future[object] | None = None) -> None:
        """Return when it runs no turn, or its model hangs, or it is dead."""
        # Of four things any one may happen.
        while not self.model.reached.is_set() and (  # noqa: ASYNC110
            self.turns.running or not (sending is None or sending.done() or self.journal.is_dead)
        ):
            await asyncio.sleep(0.001)


# ---- what happens ----


@dataclass
class Life:
    """One user with their conversations."""

    chat: ChatDriver
    user: UserId
    history: int = 6
    asked: list[list[ModelMessage]] = field(default_factory=list[list[ModelMessage]])
    """What the models got, in every request."""
    _with_key: TurnRequest | None = None
    """The last message that had a key."""
    _conversation: UUID | None = None
    _said: int = 0

    @classmethod
    async def begin(cls, chat: ChatDriver) -> Life:
        """Somebody new, beside whoever came before in this database."""
        return cls(chat, await make_user(chat.everything))

    async def play(self, action: Action) -> None:
        """Do it, and let every turn that began come to its end."""
        match action:
            case Says():
                await self._say(action)
            case SaysAgain() if self._with_key is not None:
                again = replace(self._with_key, uid=new_uid(), message_uid=new_uid())
                await self._turn(action, lambda server: server.turns.send(again, never))
            case Retries():
                for row in await self._newest_turn():
                    await self._retry(action, as_uuid(row["uid"]))
            case DeletesMessage() if self._conversation is not None:
                await self._delete_message(self._conversation, action.back)
            case DeletesConversation() if self._conversation is not None:
                await self._server().conversations.delete(self.user, self._conversation)
                if action.is_restored:
                    await self._server().conversations.restore(self.user, self._conversation)
                else:
                    self._conversation = None
            case BeginsAnother():
                self._conversation = None
            case _:
                pass  # there is nothing yet to do it with

    async def _say(self, action: Says) -> None:
        self._said += 1
        request = TurnRequest(
            self.user,
            f" Message {self._said}\n",
            conversation=self._conversation,
            key=f"key {self._said}" if action.has_key else None,
            streamed=action.streamed,
        )
        if action.has_key:
            self._with_key = request
        await self._turn(action, lambda server: server.turns.send(request, never))
        for row in await self._newest_turn():
            is_there = row["deleted_at"] is None
            self._conversation = as_uuid(row["conversation"]) if is_there else None

    async def _retry(self, action: Retries, uid: UUID) -> None:
        await self._turn(action, lambda server: server.turns.retry(self.user, uid))

    async def _newest_turn(self) -> Sequence[Mapping[str, Any]]:
        return await self.chat.rows(
            "SELECT t.uid, c.uid AS conversation, c.deleted_at"
            " FROM turns t JOIN conversations c ON c.id = t.conversation_id"
            " WHERE t.user_id = $1 ORDER BY t.id DESC LIMIT 1",
            self.user,
        )

    def _server(self, model: ScriptedModel | None = None, death: Death | None = None) -> Server:
        return Server(self.chat, self.history, model or ScriptedModel(), death)

    async def _turn(self, action: Turning, send: Callable[[Server], Awaitable[object]]) -> None:
        model = _script(action.moves)
        model.asked = self.asked
        fates = iter([move.then for move in action.moves if isinstance(move, Hangs)])
        deaths = iter(action.deaths)
        server = first = self._server(model, next(deaths, None))
        sending = asyncio.ensure_future(send(first))
        await first.until_idle(sending)
        while True:
            if model.reached.is_set():
                model.reached.clear()
                await self._do(next(fates), server)
            elif await self._is_running():
                await server.die()
                server = self._server(model, next(deaths, None))
                await self.chat.execute("UPDATE turns SET lease_until = 0 WHERE status = 'running'")
                await server.recovery.take_over()
            else:
                break
            await server.until_idle()
        if not first.journal.is_dead:
            await asyncio.wait([sending], timeout=5)
        sending.cancel()
        (outcome,) = await asyncio.gather(sending, return_exceptions=True)
        if isinstance(outcome, Exception) and not isinstance(outcome, AppError):
            raise outcome

    async def _do(self, fate: str, server: Server) -> None:
        """Do something about a model that hangs."""
        (turn,) = server.turns.running
        if server.journal.is_dead or fate == "die":
            await server.die()
        elif fate == "hand over":
            await server.turns.stop(0)
        elif fate == "cancel":
            await server.turns.cancel(self.user, turn.uid)
        else:
            await server.conversations.delete(self.user, turn.conversation_uid)

    async def _is_running(self) -> bool:
        return bool(
            await self.chat.rows(
                "SELECT id FROM turns WHERE user_id = $1 AND status = 'running'", self.user
            )
        )

    async def _delete_message(self, conversation: UUID, back: int) -> None:
        service = self._server().conversations
        page = await service.messages(self.user, conversation, limit=10, offset=0, before=None)
        if page.rows:
            message = page.rows[back % len(page.rows)].uid
            await service.delete_message(self.user, conversation, message)


def _script(moves: Sequence[Move]) -> ScriptedModel:
    """A model that makes these moves."""
    model = _UncountedModel()
    for move in moves:
        match move:
            case Answers():
                # A stream must have something in it.
                model.answers(ModelResponse(parts=[TextPart(""), *move.parts]))
            case Fails():
                said = [move.said] if move.said else []
                model.streams(*said, ModelError(retryable=move.retryable))
            case Hangs():
                said = [move.said] if move.said else []
                model.streams(*said, asyncio.Event(), "At last.")
    return model


class _UncountedModel(ScriptedModel):
    """Its library would count the words of an answer by reading what cannot be read."""

    async def _move(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        usage = RequestUsage(input_tokens=1, output_tokens=1)
        return replace(await super()._move(messages, info), usage=usage)
