"""A word that people send is found nowhere in what any part of a deployment writes or tells."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import httpx2
import pytest

from tests.deploy.conftest import SCRAPER, Deployment
from tests.deploy.doors import Nginx
from tests.faults.copies import free_port
from tests.faults.databases import Postgres
from tests.http.conftest import Person
from tests.model.stub_provider import DONE, chunk
from tests.processes import until
from tests.stream_client import Reply

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "Kanarienvogel"
ACCOUNT = {"email": f"{CANARY}@example.com", "password": f"{CANARY} sings", "name": CANARY}


async def _sign_up(client: httpx2.AsyncClient) -> Person:
    made = await client.post("/auth/sign-up", json=ACCOUNT)
    taken = await client.post("/auth/sign-up", json=ACCOUNT)
    wrong = await client.post(
        "/auth/sign-in", json={"email": ACCOUNT["email"], "password": f"{CANARY} sang"}
    )
    client.cookies.clear()
    assert (made.status_code, taken.status_code, wrong.status_code) == (201, 409, 401)
    return Person(client, made.json()["user"]["id"], made.json()["token"])


async def _turns(deployment: Deployment, person: Person) -> None:
    """One with a tool, one that fails, one streamed and one whose key is used again."""
    deployment.model.calls(("add_task", {"title": CANARY, "description": CANARY})).says(CANARY)
    key = {"Idempotency-Key": CANARY}
    assert (await person.say(CANARY, key)).status_code == 200
    assert (await person.say(CANARY, key)).status_code == 200
    assert (await person.say(f"another {CANARY}", key)).status_code == 422
    deployment.model.sends(CANARY, status=400)
    assert (await person.say(CANARY)).status_code == 503
    deployment.model.streams(chunk({"content": CANARY}), chunk({"content": "!"}, "stop"), DONE)
    reply = Reply()
    person.client.headers.update(person.auth)
    await reply.send(person.client, "/api/chat", {"message": CANARY}, "k")
    assert reply.text == f"{CANARY}!"


async def _the_rest(person: Person) -> None:
    told = {"title": CANARY, "metadata": {CANARY: CANARY}}
    uid = (await person.data("POST", "conversations", told))["id"]
    await person.data("PATCH", f"conversations/{uid}", {"title": f"{CANARY} again"})
    assert (await person.data("GET", f"conversations?q={CANARY}"))["total"] >= 1
    tasks = f"/api/{person.id}/tasks"
    await person.post(tasks, {"title": CANARY})
    found = await person.client.get(f"{tasks}?q={CANARY}", headers=person.auth)
    assert len(found.json()) == 2
    for path in (f"/{CANARY}", f"/api/{CANARY}/tasks", f"/api/v1/chat/turns/{CANARY}?q={CANARY}"):
        assert (await person.client.get(path, headers=person.auth)).status_code >= 400
    large = await person.post("/api/chat", {"message": CANARY * 100_000})
    assert large.status_code == 413
    exported = await person.client.get("/api/v1/users/me/export", headers=person.auth)
    assert CANARY in exported.text


async def _a_statement_that_fails(postgres: Postgres, person: Person) -> None:
    """Postgres writes those down, and what they were about where it is told to."""
    connection = await asyncpg.connect(postgres.owner.dsn)
    async with connection.transaction():
        await connection.execute("LOCK TABLE tasks IN EXCLUSIVE MODE")
        refused = await person.post(f"/api/{person.id}/tasks", {"title": CANARY})
    await connection.close()
    assert refused.status_code == 500
    assert "canceling statement due to lock timeout" in postgres.log


async def test_no_word_that_people_send_is_found_in_what_any_part_writes_or_tells(
    deployment: Deployment, postgres: Postgres, client: httpx2.AsyncClient
) -> None:
    person = await _sign_up(client)
    await _turns(deployment, person)
    await _the_rest(person)
    await _a_statement_that_fails(postgres, person)
    erased = await client.delete("/api/v1/users/me", headers=person.auth)
    measures: list[str] = []
    for door in deployment.doors:
        async with deployment.client(door) as scraper:
            measures.append((await scraper.get("/metrics", headers=SCRAPER)).text)
    spans = deployment.collector.named
    await until(lambda: bool(spans("DELETE /api/v1/users/me")))

    assert erased.status_code == 204
    written = {
        "nginx": deployment.nginx.log,
        "pgbouncer": deployment.pgbouncer.log,
        "Postgres": postgres.log,
        **{f"copy {number}": copy.log for number, copy in enumerate(deployment.copies)},
        **{f"measures {number}": told for number, told in enumerate(measures)},
        "traces": b"".join(deployment.collector.raw).decode(errors="replace"),
    }
    secrets = (CANARY, person.token.rpartition(".")[2], ACCOUNT["password"])
    told_by = [
        name for name, text in written.items() for word in secrets if word.lower() in text.lower()
    ]
    assert told_by == []
    assert person.id not in written["nginx"]
    # None of them was silent.
    assert "request_id" in written["nginx"]
    assert "login attempt" in written["pgbouncer"]
    assert all("request.served" in copy.log for copy in deployment.copies)
    assert "taskchat_turns_total{" in "".join(measures)
    assert spans("turn")
    assert spans("execute_tool add_task")


async def test_nginx_writes_no_query_where_no_copy_answers(tmp_path: Path) -> None:
    alone = Nginx(tmp_path / "nginx", [free_port()])  # then most is written
    await alone.start()

    async with httpx2.AsyncClient(base_url=alone.address) as nobody:
        await nobody.get(f"/api/v1/chat/conversations?q={CANARY}")
    await until(lambda: "request_id" in alone.log)  # written when the answer has gone
    await alone.end()

    assert CANARY not in alone.log
