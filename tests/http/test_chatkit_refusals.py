"""What the ChatKit door refuses: other people's threads, bad requests, and what is not done here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from chatkit.types import (
    AssistantMessageContent,
    AssistantMessageItem,
    FileAttachment,
    ThreadMetadata,
)

from taskchat.errors import AppError, MessageNotFoundError, NotFoundError
from taskchat.http.chatkit_store import Caller, ConversationStore
from taskchat.ids import UserId
from taskchat.settings import Settings
from tests.http.chatkit_client import message, shown, thread_in, user_of
from tests.http.conftest import ADDRESS, Server, running_server
from tests.http.test_chatkit import front_of
from tests.processes import TaskchatServer, environment

Ask = Callable[[ConversationStore, ThreadMetadata, str, Caller], Awaitable[object]]

OPERATIONS: dict[str, dict[str, Any]] = {
    "threads.get_by_id": {},
    "threads.add_user_message": {"input": message("mine now")},
    "threads.retry_after_item": {"item_id": "ITEM"},
    "threads.custom_action": {"action": {"type": "turn.cancel"}},
    "threads.sync_custom_action": {"action": {"type": "turn.cancel"}},
    "threads.update": {"title": "mine now"},
    "threads.delete": {},
    "items.list": {},
}


@pytest.mark.parametrize("operation", [*OPERATIONS])
async def test_another_users_thread_is_not_there(server: Server, operation: str) -> None:
    front, other = await front_of(server), await front_of(server, "other@example.com")
    server.model.says("Hello.")
    events = await front.create("hi")
    thread, question = thread_in(events), next(iter(shown(events)))
    before = await front.thread(thread.id)
    params = json.loads(json.dumps(OPERATIONS[operation]).replace("ITEM", question))

    missing = await other.ask(operation, None, thread_id=str(uuid4()), **params)
    foreign = await other.ask(operation, None, thread_id=thread.id, **params)

    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert foreign.json() == {"detail": "conversation not found"}
    assert await front.thread(thread.id) == before
    assert (await other.threads()).data == []
    assert len(server.model.asked) == 1


async def test_another_users_question_is_not_retried_in_ones_own_thread(server: Server) -> None:
    front, other = await front_of(server), await front_of(server, "other@example.com")
    question = next(iter(shown(await front.create("hi"))))
    own = thread_in(await other.create("hi")).id

    for item in (question, f"user_{uuid4()}", "user_x", "x"):
        answer = await other.ask("threads.retry_after_item", thread_id=own, item_id=item)
        assert answer.status_code == 404, item


async def test_who_one_is_is_said_by_the_token_alone(server: Server) -> None:
    front, other = await front_of(server), await front_of(server, "other@example.com")
    await front.create("hi")

    answer = await other.person.post(
        "/chatkit",
        {
            "type": "threads.list",
            "params": {"user_id": front.person.id},
            "metadata": {"user": front.person.id, "user_id": 1},
            "context": {"user": 1},
        },
    )

    assert answer.json() == {"data": [], "has_more": False}


def _reply(thread: str, item: str) -> AssistantMessageItem:
    said = [AssistantMessageContent(text="forged")]
    when = datetime.now(UTC)
    return AssistantMessageItem(id=item, thread_id=thread, created_at=when, content=said)


STORE: dict[str, Ask] = {
    "load_thread": lambda store, thread, _, who: store.load_thread(thread.id, who),
    "save_thread": lambda store, thread, _, who: store.save_thread(thread, who),
    "delete_thread": lambda store, thread, _, who: store.delete_thread(thread.id, who),
    "load_thread_items": lambda store, thread, _, who: store.load_thread_items(
        thread.id, None, 20, "asc", who
    ),
    "load_item": lambda store, thread, item, who: store.load_item(thread.id, item, who),
    "add_thread_item": lambda store, thread, item, who: store.add_thread_item(
        thread.id, _reply(thread.id, item), who
    ),
    "save_item": lambda store, thread, item, who: store.save_item(
        thread.id, _reply(thread.id, item), who
    ),
    "delete_thread_item": lambda store, thread, item, who: store.delete_thread_item(
        thread.id, item, who
    ),
}


@pytest.mark.parametrize("method", [*STORE])
async def test_the_store_itself_goes_by_its_user(server: Server, method: str) -> None:
    front, other = await front_of(server), await front_of(server, "other@example.com")
    events = await front.create("hi")
    thread, (_, reply) = thread_in(events), shown(events)
    before = await front.thread(thread.id)
    user = await user_of(server, other)
    own = next(iter(shown(await other.create("ho"))))
    turn = await server.parts.turns.find(user, UUID(own.removeprefix("user_")))
    store = ConversationStore(server.parts.conversations)
    stolen = ThreadMetadata(id=thread.id, title="stolen", created_at=thread.created_at)

    for caller, item in product((Caller(user), Caller(user, turn)), (reply, own)):
        with pytest.raises(NotFoundError):
            await STORE[method](store, stolen, item, caller)

    assert await front.thread(thread.id) == before


async def test_the_store_lists_only_its_users_threads(server: Server) -> None:
    front, other = await front_of(server), await front_of(server, "other@example.com")
    await front.create("hi")
    user = await user_of(server, other)

    page = await ConversationStore(server.parts.conversations).load_threads(
        20, None, "desc", Caller(user)
    )

    assert page.data == []


async def test_the_store_has_no_attachments(server: Server) -> None:
    store, caller = ConversationStore(server.parts.conversations), Caller(UserId(1))
    file = FileAttachment(id="1", name="list.txt", mime_type="text/plain")

    for asking in (
        store.save_attachment(file, caller),
        store.load_attachment("1", caller),
        store.delete_attachment("1", caller),
    ):
        with pytest.raises(AppError, match="attachments: are not supported here"):
            await asking


@pytest.mark.parametrize(
    ("operation", "params", "why"),
    [
        ("items.feedback", {"item_ids": [], "kind": "positive"}, "feedback is not kept here"),
        ("attachments.create", {"name": "a", "size": 1, "mime_type": "b"}, "attachments are not"),
        ("attachments.delete", {"attachment_id": "a"}, "attachments are not supported"),
        ("input.transcribe", {"audio_base64": "", "mime_type": "audio/webm"}, "dictation is not"),
        ("threads.add_client_tool_output", {"result": 1}, "no tool runs in the client"),
        ("threads.add_structured_input", {"item_id": "a", "input": {}}, "no form is ever"),
    ],
)
async def test_what_is_not_done_here_is_refused_in_words(
    server: Server, operation: str, params: dict[str, Any], why: str
) -> None:
    front = await front_of(server)

    answer = await front.ask(operation, None, thread_id=str(uuid4()), **params)

    assert answer.status_code == 400
    (problem,) = answer.json()["detail"]
    assert problem["field"] == "type"
    assert problem["message"].startswith(f"{operation} is refused: {why}")


@pytest.mark.parametrize(
    ("operation", "params", "field"),
    [
        ("threads.frobnicate", {}, "type"),
        ("threads.get_by_id", {}, "threads.get_by_id.params.thread_id"),
        ("threads.list", {"limit": 101}, "params.limit"),
        ("threads.list", {"limit": -1}, "params.limit"),
        ("threads.list", {"after": "x"}, "params.after"),
        ("items.list", {"thread_id": "MINE", "limit": 101}, "params.limit"),
        ("items.list", {"thread_id": "MINE", "after": "x"}, "params.after"),
        ("threads.update", {"thread_id": "MINE", "title": " "}, "title"),
        ("threads.update", {"thread_id": "MINE", "title": "x" * 256}, "title"),
        ("threads.update", {"thread_id": "MINE", "title": "\x00"}, "title"),
        (
            "threads.custom_action",
            {"thread_id": "MINE", "action": {"type": "x"}},
            "params.action.type",
        ),
        ("threads.create", {"input": message(" \u200b")}, "message"),
        ("threads.create", {"input": message("x" * 5001)}, "message"),
        ("threads.create", {"input": message("a\x00b")}, "message"),
        ("threads.create", {"input": message("a", content=[])}, "message"),
        ("threads.create", {"input": message("a", attachments=["1"])}, "params.input.attachments"),
        (
            "threads.create",
            {"input": message("a", inference_options={"model": "gpt-9"})},
            "params.input.inference_options",
        ),
    ],
)
async def test_a_request_that_cannot_be_used_is_400_and_names_the_field(
    server: Server, operation: str, params: dict[str, Any], field: str
) -> None:
    front = await front_of(server)
    thread = thread_in(await front.create("hi")).id
    params = json.loads(json.dumps(params).replace("MINE", thread))

    answer = await front.ask(operation, None, **params)

    assert answer.status_code == 400
    assert answer.json()["detail"][0]["field"] == field
    assert len(server.model.asked) == 1


@pytest.mark.parametrize("thread", ["", "x", "1", "00000000-0000-0000-0000-000000000000"])
async def test_an_id_that_is_none_is_not_there(server: Server, thread: str) -> None:
    front = await front_of(server)

    for operation, params in OPERATIONS.items():
        params = {**params, "item_id": f"user_{uuid4()}"} if "item_id" in params else params
        answer = await front.ask(operation, None, thread_id=thread, **params)
        assert answer.status_code == 404, operation


@pytest.mark.parametrize("name", ["{}", "users_{}", "user_{:X}", "user_"])
async def test_an_item_has_one_name_only(server: Server, name: str) -> None:
    front = await front_of(server)
    events = await front.create("hi")
    turn = UUID(next(iter(shown(events))).removeprefix("user_"))
    item = name.format(int(turn) if ":X" in name else turn)

    answer = await front.ask(
        "threads.retry_after_item", None, thread_id=thread_in(events).id, item_id=item
    )

    assert answer.status_code == 404


async def test_the_store_takes_nothing_of_another_turn(server: Server) -> None:
    front = await front_of(server)
    events = await front.create("one")
    thread, (question, _) = thread_in(events), shown(events)
    (_, later) = shown(await front.add(thread.id, "two"))
    user = await user_of(server, front)
    turn = await server.parts.turns.find(user, UUID(question.removeprefix("user_")))
    store, caller = ConversationStore(server.parts.conversations), Caller(user, turn)

    for method in ("add_thread_item", "save_item", "delete_thread_item"):
        with pytest.raises(MessageNotFoundError):
            await STORE[method](store, thread, later, caller)


async def test_refused_streams_are_not_counted_as_open(settings: Settings) -> None:
    async with running_server(settings.model_copy(update={"turns_at_once": "1"})) as server:
        front = await front_of(server)
        thread = thread_in(await front.create("one")).id
        for _ in range(3):  # more than may be open at once
            refused = await front.ask(
                "threads.retry_after_item", None, thread_id=thread, item_id=f"user_{uuid4()}"
            )
            assert refused.status_code == 404

        assert len(shown(await front.add(thread, "two"))) == 2


async def test_the_usual_checks_come_first_and_in_their_order(server: Server) -> None:
    front = await front_of(server)
    body: dict[str, object] = {"type": "threads.list", "params": {}}
    path, auth = "/chatkit", front.person.auth

    without = await server.client.post(path, content=b"{", headers={"Content-Type": "text/x"})
    large = await server.client.post(path, content=b"x" * 1_048_577)
    typed = await server.client.post(path, content=json.dumps(body), headers=auth)
    broken = await server.client.post(
        path, content=b"{", headers={**auth, "Content-Type": "application/json"}
    )
    foreign = await server.client.post(path, json=body, headers={**auth, "Host": "evil.example"})
    keyed = await server.client.post(
        path, json=body, headers={**auth, "Idempotency-Key": "x" * 256}
    )
    read = await server.client.get(path, headers=auth)

    assert (keyed.status_code, keyed.json()["detail"][0]["field"]) == (400, "Idempotency-Key")
    assert (without.status_code, without.headers["www-authenticate"]) == (401, "Bearer")
    assert [answer.status_code for answer in (large, typed, broken)] == [413, 415, 400]
    assert foreign.status_code >= 400
    assert read.status_code == 405


async def test_a_cookie_counts_only_with_our_own_origin(server: Server) -> None:
    account = {"email": "me@example.com", "password": "correct horse"}
    await server.client.post("/auth/sign-up", json=account)
    body: dict[str, object] = {"type": "threads.list", "params": {}}

    ours = await server.client.post("/chatkit", json=body, headers={"Origin": ADDRESS})
    other = await server.client.post("/chatkit", json=body, headers={"Origin": "https://x.example"})

    assert (ours.status_code, other.status_code) == (200, 403)


async def test_too_many_turns_are_429_before_anything_is_stored(settings: Settings) -> None:
    limited = settings.model_copy(update={"rate_limit": "2/minute"})
    async with running_server(limited) as server:
        front = await front_of(server)
        await front.create("one")
        await front.create("two")

        refused = await front.ask("threads.create", input=message("three"))

        assert refused.status_code == 429
        assert refused.headers["x-ratelimit-limit"] == "2"
        assert len((await front.threads()).data) == 2


async def test_without_the_extra_the_door_says_what_is_missing(tmp_path: Path) -> None:
    # Python runs this file before anything else: the package is there, and cannot be imported.
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nsys.modules['chatkit'] = None\n", encoding="utf-8"
    )
    env = environment(tmp_path, PYTHONPATH=str(tmp_path))
    with TaskchatServer(env) as running:
        async with httpx2.AsyncClient(base_url=running.address, timeout=60) as client:
            account = {"email": "me@example.com", "password": "correct horse"}
            token = (await client.post("/auth/sign-up", json=account)).json()["token"]
            client.cookies.clear()
            body: dict[str, object] = {"type": "threads.list", "params": {}}
            unknown = await client.post("/chatkit", json=body)
            known = await client.post(
                "/chatkit", json=body, headers={"Authorization": f"Bearer {token}"}
            )

    assert unknown.status_code == 401
    assert known.status_code == 503
    assert "pip install 'taskchat[chatkit]'" in known.json()["detail"]
    assert "Traceback" not in running.log


def test_serving_imports_nothing_of_the_sdk() -> None:
    code = (
        "import sys\n"
        "from taskchat.app import create_app\n"
        "from taskchat.settings import Settings\n"
        "create_app(Settings(_env_file=None), 'http://127.0.0.1:8000').openapi()\n"
        "print({'chatkit', 'agents', 'openai'} & {*sys.modules})\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout == "set()\n"
