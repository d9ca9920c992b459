"""The contract through nginx: what a client meets in front of three copies behind a pooler."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.deploy.conftest import SCRAPER, SIGN_INS, Deployment
from tests.deploy.doors import Nginx
from tests.faults.copies import free_port
from tests.http.chatkit_client import Front, shown, words
from tests.http.conftest import Person
from tests.model.stub_provider import DONE, chunk
from tests.processes import until
from tests.stream_client import EVENTS, Reply

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_conversation_goes_on_over_all_surfaces_at_whichever_copy(
    deployment: Deployment, person: Person
) -> None:
    for _ in range(6):
        deployment.model.calls(("add_task", {"title": "Buy milk"}))
        deployment.model.says("Added.")

    first = await person.say("add milk")
    uid = first.json()["conversation_uid"]
    said = [
        await person.post("/api/chat", {"message": "add milk", "conversation_id": uid}),
        await person.v1("POST", f"conversations/{uid}/messages", {"message": "add milk"}),
        await person.say("add milk", conversation_id=first.json()["conversation_id"]),
        await person.post("/api/chat", {"message": "add milk", "conversation_id": uid}),
        await person.v1("POST", f"conversations/{uid}/messages", {"message": "add milk"}),
    ]
    kept = await person.data("GET", f"conversations/{uid}/messages")

    assert [answer.status_code for answer in [first, *said]] == [200] * 6
    assert first.json()["tool_calls"] == ["add_task"]
    assert said[0].json()["tool_calls"][0]["result"]["status"] == "created"
    assert said[1].json()["data"]["content"] == "Added."
    assert kept["total"] == 12
    assert [task["id"] for task in await person.tasks()] == [1, 2, 3, 4, 5, 6]


async def test_a_key_is_one_turn_at_every_copy(deployment: Deployment, person: Person) -> None:
    deployment.model.calls(("add_task", {"title": "Buy milk"}))
    deployment.model.says("Added.")
    key = {"Idempotency-Key": "only once"}

    at_once = await asyncio.gather(*(person.say("add milk", key) for _ in range(9)))
    later = [await person.say("add milk", key) for _ in range(6)]

    assert {answer.status_code for answer in at_once} == {200}
    assert len({answer.text for answer in [*at_once, *later]}) == 1
    assert [answer.headers.get("Idempotency-Replayed") for answer in later] == ["true"] * 6
    assert len(await person.tasks()) == 1


async def test_words_are_shown_while_the_model_still_speaks(
    deployment: Deployment, person: Person
) -> None:
    goes_on = asyncio.Event()
    deployment.model.streams(
        chunk({"content": "The first "}), goes_on, chunk({"content": "and last."}, "stop"), DONE
    )
    reply, shown_early = Reply(), ""
    body, headers = {"message": "talk"}, {**person.auth, **EVENTS}

    def first_words(reply: Reply) -> bool:
        nonlocal shown_early
        if reply.text and not goes_on.is_set():
            shown_early = reply.text
            goes_on.set()
        return False

    async with person.client.stream("POST", "/api/chat", json=body, headers=headers) as answer:
        await reply.read(answer, first_words)

    assert shown_early.strip() == "The first"
    assert reply.message["content"] == "The first and last."


async def test_a_turn_is_followed_and_stopped_at_whichever_copy(
    deployment: Deployment, person: Person
) -> None:
    never = asyncio.Event()
    deployment.model.streams(chunk({"content": "Once upon a time "}), never)
    reply = Reply()
    async with deployment.client() as client:
        client.headers.update(person.auth)
        await reply.send(client, "/api/chat", {"message": "talk"}, "k", lambda it: bool(it.text))
        stopped = await client.post(f"/api/v1/chat/turns/{reply.turn}/cancel")
        await reply.follow(client)
    seen: list[Reply] = []
    for address in deployment.doors:
        late = Reply(turn=reply.turn)
        async with deployment.client(address) as client:
            client.headers.update(person.auth)
            await late.follow(client)
        seen.append(late)

    assert stopped.json()["data"]["status"] == "cancelled"
    assert reply.names[-1] == "turn.cancelled"
    assert reply.text == reply.message["content"]
    assert [late.events for late in seen] == [reply.events] * 3


async def test_a_turn_that_failed_goes_on_at_another_copy(
    deployment: Deployment, person: Person
) -> None:
    for _ in range(3):
        deployment.model.streams(chunk({"content": "Half a "}), cut=True)
    deployment.model.says("A whole answer.")
    reply = Reply()
    one, other, _ = deployment.doors
    async with deployment.client(one) as client:
        client.headers.update(person.auth)
        await reply.send(client, "/api/chat", {"message": "talk"}, "k")
    failed = reply.names[-1]
    async with deployment.client(other) as client:
        client.headers.update(person.auth)
        retried = await client.post(f"/api/v1/chat/turns/{reply.turn}/retry")
    async with deployment.client() as client:
        client.headers.update(person.auth)
        await reply.follow(client)

    assert failed == "turn.failed"
    assert retried.json()["data"]["attempt"] == 2
    assert reply.text == reply.message["content"] == "A whole answer."


async def test_chatkit_front_ends_talk_through_it(deployment: Deployment, person: Person) -> None:
    deployment.model.says("Hello there.")
    front = Front(person)

    events = await front.create("hello")
    said = [words(item) for item in shown(events).values()]

    assert said == ["hello", "Hello there."]
    assert len((await front.threads()).data) == 1


async def test_mcp_clients_call_tools_through_it(deployment: Deployment, person: Person) -> None:
    url = f"{deployment.nginx.address}/mcp"
    async with deployment.client() as http:
        http.headers.update(person.auth)
        async with Client(streamable_http_client(url, http_client=http)) as client:
            added = [await client.call_tool("add_task", {"title": "Buy milk"}) for _ in range(3)]
    nobody = await person.client.post("/mcp", json={})

    ids = [tool.structured_content["task_id"] for tool in added if tool.structured_content]
    assert ids == [1, 2, 3]
    assert deployment.nginx.address in nobody.headers["www-authenticate"]


async def test_the_page_is_whole_and_its_cookie_counts(
    deployment: Deployment, client: httpx2.AsyncClient
) -> None:
    page = await client.get("/")
    files = [*re.findall(r'(?:src|href)="(/[^"]+)"', page.text), "/widget.js"]
    fetched = [await client.get(path) for path in files]
    account = {"email": "page@example.com", "password": "correct horse"}
    ours = {"Origin": deployment.nginx.address}
    user = (await client.post("/auth/sign-up", json=account, headers=ours)).json()["user"]["id"]
    tasks = f"/api/{user}/tasks"
    added = await client.post(tasks, json={"title": "Buy milk"}, headers=ours)
    foreign = {"Origin": "http://evil.example"}
    refused = await client.post(tasks, json={"title": "Buy milk"}, headers=foreign)

    assert page.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in page.headers
    assert len(files) > 2
    assert {answer.status_code for answer in fetched} == {200}
    assert (added.status_code, refused.status_code) == (201, 403)


async def test_a_request_keeps_its_id_on_the_whole_way(
    deployment: Deployment, client: httpx2.AsyncClient
) -> None:
    given = await client.get("/health", headers={"X-Request-Id": "one.of-ours"})
    odd = await client.get("/health", headers={"X-Request-Id": "no id at all"})
    made = await client.get("/health")

    assert given.headers["X-Request-Id"] == "one.of-ours"
    ids = [odd.headers["X-Request-Id"], made.headers["X-Request-Id"]]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)
    for line in [f'"request_id": "{each}"' for each in ("one.of-ours", *ids)]:
        await until(lambda line=line: line in deployment.nginx.log)
        assert sum(line in copy.log for copy in deployment.copies) == 1


async def test_people_are_limited_by_their_own_address_and_not_by_what_they_say_it_is(
    deployment: Deployment,
) -> None:
    async def tries(local_address: str, many: int) -> list[int]:
        async with deployment.client(local_address=local_address) as client:
            return [
                (
                    await client.post(
                        "/auth/sign-in",
                        json={"email": f"nobody{number}@example.com", "password": "wrong horse"},
                        headers={"X-Forwarded-For": f"192.0.2.{number}"},
                    )
                ).status_code
                for number in range(many)
            ]

    limited = await tries("127.0.0.2", SIGN_INS + 1)
    other = await tries("127.0.0.3", 1)

    assert limited == [401] * SIGN_INS + [429]
    assert other == [401]


async def test_measures_are_told_by_each_copy_and_not_through_nginx(
    deployment: Deployment, client: httpx2.AsyncClient
) -> None:
    through = await client.get("/metrics", headers=SCRAPER)
    told: list[int] = []
    for address in deployment.doors:
        async with deployment.client(address) as alone:
            told.append((await alone.get("/metrics", headers=SCRAPER)).status_code)

    assert through.status_code == 404
    assert told == [200] * len(deployment.copies)


@pytest.mark.parametrize(
    ("path", "code"), [("/api/chat", None), ("/api/v1/chat/conversations", "BODY_TOO_LARGE")]
)
async def test_a_body_over_the_limit_is_refused_in_the_surfaces_own_form(
    person: Person, path: str, code: str | None
) -> None:
    answer = await person.post(path, {"message": "x" * (1024 * 1024)})

    assert answer.status_code == 413
    assert (answer.json()["error"]["error_code"] if code else None) == code
    assert code or answer.json() == {"detail": "The request body is over 1 MiB."}


async def test_where_no_copy_answers_it_is_said_in_the_surfaces_own_form(tmp_path: Path) -> None:
    nginx = Nginx(tmp_path / "nginx", [free_port(), free_port()])
    await nginx.start()
    async with httpx2.AsyncClient(base_url=nginx.address) as client:
        bare = await client.post("/api/chat", json={"message": "x"})
        v1 = await client.get("/api/v1/chat/conversations")
    await nginx.end()

    for answer in (bare, v1):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["X-Request-Id"]
    assert bare.json()["detail"].startswith("No server answers")
    assert v1.json()["error"]["status_code"] == 503
    assert v1.json()["data"] is None


async def test_a_copy_writes_no_file(deployment: Deployment) -> None:
    assert not (deployment.folder / "data").exists()
