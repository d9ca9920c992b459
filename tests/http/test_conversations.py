"""Conversations on surface C: statuses, bodies, and whose they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.datastructures import Headers

from taskchat.db.database import Database, Transaction
from tests.http.conftest import Person, Server
from tests.processes import PATIENCE_S

KEYS = {
    "id",
    "user_id",
    "title",
    "metadata",
    "message_count",
    "last_message_at",
    "created_at",
    "updated_at",
}

ROUTES: list[tuple[str, str, object]] = [
    ("POST", "conversations", {}),
    ("GET", "conversations", None),
    ("GET", "conversations/{c}", None),
    ("PATCH", "conversations/{c}", {"title": "New"}),
    ("DELETE", "conversations/{c}", None),
    ("POST", "conversations/{c}/restore", None),
    ("POST", "conversations/{c}/messages", {"message": "hi"}),
    ("GET", "conversations/{c}/messages", None),
    ("DELETE", "conversations/{c}/messages/{c}", None),
    ("GET", "turns/{c}", None),
]
OF_ONE = [route for route in ROUTES if route[1].startswith("conversations/")]


def _error(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The error of an answer, which has the form that every failure on this surface has."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"data", "error"}
    assert body["data"] is None
    assert set(body["error"]) == {"error_code", "error_message", "status_code", "details"}
    assert (body["error"]["error_code"], body["error"]["status_code"]) == (code, status)
    return body["error"]


async def test_each_route_asks_for_a_token(server: Server) -> None:
    for method, path, body in ROUTES:
        answer = await server.client.request(
            method, f"/api/v1/chat/{path.format(c=uuid4())}", json=body
        )

        assert answer.headers["www-authenticate"].startswith("Bearer"), (method, path)
        _error(answer, 401, "UNAUTHORIZED")


async def test_another_users_conversation_is_403_and_nothing_happens_to_it(
    server: Server,
) -> None:
    anna, ben = await server.sign_up("anna@example.com"), await server.sign_up("ben@example.com")
    uid = await anna.begin("the secret")
    before = await anna.data("GET", f"conversations/{uid}")

    for method, path, body in OF_ONE:
        answer = await ben.v1(method, path.format(c=uid), body)

        _error(answer, 403, "UNAUTHORIZED_CONVERSATION_ACCESS")
        assert "secret" not in answer.text
        assert await anna.data("GET", f"conversations/{uid}") == before


async def test_a_missing_conversation_is_404(server: Server) -> None:
    person = await server.sign_up()

    for method, path, body in OF_ONE:
        answer = await person.v1(method, path.format(c=uuid4()), body)

        _error(answer, 404, "CONVERSATION_NOT_FOUND")


NO_UUIDS = ["1", "0", "null", "true", "not-a-uuid", "%00", "1" * 37]


async def test_an_id_that_is_no_uuid_is_400(server: Server) -> None:
    person = await server.sign_up()

    for (method, path, body), uid in product([*OF_ONE, ROUTES[-1]], NO_UUIDS):
        answer = await person.v1(method, path.format(c=uid), body)

        _error(answer, 400, "INVALID_REQUEST")


async def test_what_is_not_there_is_in_the_envelope_too(server: Server) -> None:
    person = await server.sign_up()

    _error(await person.v1("GET", "nothing"), 404, "NOT_FOUND")
    wrong = await person.v1("PUT", "conversations", {})
    _error(wrong, 405, "METHOD_NOT_ALLOWED")
    assert "GET" in wrong.headers["allow"] or "POST" in wrong.headers["allow"]
    bare = await server.client.post("/api/v1/chat", json={}, headers=person.auth)
    _error(bare, 404, "NOT_FOUND")


# ---- create ----


async def test_a_conversation_is_made_with_what_was_given(server: Server) -> None:
    person = await server.sign_up()

    answer = await person.v1(
        "POST", "conversations", {"title": "  Groceries ", "metadata": {"a": [1, None, "é"]}}
    )

    assert answer.status_code == 201
    made = answer.json()["data"]
    assert set(made) == KEYS
    assert UUID(made["id"]).version == 7
    assert (made["user_id"], made["title"]) == (person.id, "Groceries")
    assert made["metadata"] == {"a": [1, None, "é"]}
    assert (made["message_count"], made["last_message_at"]) == (0, None)
    assert made["created_at"] == made["updated_at"]
    assert made["created_at"].endswith("Z")
    assert await person.data("GET", f"conversations/{made['id']}") == made


async def test_without_a_title_it_is_chat_and_its_time_until_its_first_message(
    server: Server,
) -> None:
    person = await server.sign_up()
    answer = await server.client.post("/api/v1/chat/conversations", headers=person.auth)
    made = answer.json()["data"]

    await person.data("POST", f"conversations/{made['id']}/messages", {"message": "Buy  milk\n"})
    await person.data("POST", f"conversations/{made['id']}/messages", {"message": "And bread"})

    assert made["title"].startswith("Chat 20")
    assert (await person.data("GET", f"conversations/{made['id']}"))["title"] == "Buy milk"


async def test_a_title_that_was_given_stays(server: Server) -> None:
    person = await server.sign_up()
    given = await person.begin("Buy milk", title="Mine")
    renamed = await person.begin()
    await person.data("PATCH", f"conversations/{renamed}", {"title": "Mine too"})

    await person.data("POST", f"conversations/{renamed}/messages", {"message": "Buy bread"})

    assert (await person.data("GET", f"conversations/{given}"))["title"] == "Mine"
    assert (await person.data("GET", f"conversations/{renamed}"))["title"] == "Mine too"


BAD_BODIES: list[tuple[object, str]] = [
    ({"title": ""}, "title"),
    ({"title": "  "}, "title"),
    ({"title": "\u200b"}, "title"),
    ({"title": "x" * 256}, "title"),
    ({"title": "a\x00"}, "title"),
    ({"title": 7}, "title"),
    ({"metadata": []}, "metadata"),
    ({"metadata": "x"}, "metadata"),
    ({"metadata": {"a": "x" * 8_192}}, "metadata"),
    ({"metadata": {"a": "é" * 4_096}}, "metadata"),
    ({"metadata": {"a": ["\x00"]}}, "metadata"),
    ({"message": "hi"}, "message"),
    ({"user_id": "x"}, "user_id"),
    ([], "body"),
]


async def test_a_bad_body_is_400(server: Server) -> None:  # T8
    person = await server.sign_up()

    for body, field in BAD_BODIES:
        error = _error(await person.v1("POST", "conversations", body), 400, "INVALID_REQUEST")

        assert field in {each["field"] for each in error["details"]["fields"]}, body
    assert (await person.data("GET", "conversations"))["total"] == 0


@pytest.mark.parametrize(
    "raw", [b"{", b'{"metadata": {"a": NaN}}', b'{"metadata": {"a": 1e999}}', b'{"title": "\xff"}']
)
async def test_what_is_not_json_is_400(server: Server, raw: bytes) -> None:
    person = await server.sign_up()

    answer = await server.client.post(
        "/api/v1/chat/conversations",
        content=raw,
        headers={**person.auth, "Content-Type": "application/json"},
    )

    _error(answer, 400, "INVALID_REQUEST")


async def test_the_largest_title_and_metadata_are_taken(server: Server) -> None:
    person = await server.sign_up()
    metadata = {"a": "x" * (8 * 1024 - len('{"a":""}'))}

    made = await person.data("POST", "conversations", {"title": "😀" * 255, "metadata": metadata})

    assert (made["title"], made["metadata"]) == ("😀" * 255, metadata)


@pytest.mark.parametrize(
    ("path", "body"),
    [("conversations", {}), ("conversations/{c}/messages", {"message": "hi"})],
)
async def test_another_content_type_is_415(server: Server, path: str, body: object) -> None:
    person = await server.sign_up()
    uid = await person.begin()

    answer = await server.client.post(
        f"/api/v1/chat/{path.format(c=uid)}",
        content=b"{}",
        headers={**person.auth, "Content-Type": "text/plain"},
    )

    _error(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_over_a_mebibyte_is_413(server: Server) -> None:
    person = await server.sign_up()

    answer = await person.v1("POST", "conversations", {"title": "x" * 1024 * 1024})

    _error(answer, 413, "BODY_TOO_LARGE")


async def test_a_title_of_tags_is_only_text(server: Server) -> None:
    person = await server.sign_up()
    title = "<script>alert('x')</script><img src=x onerror=alert(1)>"

    uid = await person.begin(title=title)

    answer = await person.v1("GET", f"conversations/{uid}")
    assert answer.json()["data"]["title"] == title
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


# ---- list ----


async def _titles(person: Person, query: str = "") -> list[str]:
    page = await person.data("GET", f"conversations{query}")
    return [each["title"] for each in page["conversations"]]


async def _begin_all(person: Person, *titles: str) -> list[str]:
    return [await person.begin(title=title) for title in titles]


async def test_the_list_is_ones_own_newest_first_with_its_total(server: Server) -> None:
    anna, ben = await server.sign_up("anna@example.com"), await server.sign_up("ben@example.com")
    await _begin_all(ben, "Ben's")
    await _begin_all(anna, "one", "two", "three")

    page = await anna.data("GET", "conversations?limit=2&offset=1")

    assert [each["title"] for each in page["conversations"]] == ["two", "one"]
    assert set(page["conversations"][0]) == KEYS
    assert (page["total"], page["limit"], page["offset"], page["next"]) == (3, 2, 1, None)
    whole = await anna.data("GET", "conversations")
    assert (whole["total"], whole["limit"], whole["offset"]) == (3, 20, 0)


@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_beyond_the_end_is_an_empty_page_with_its_total(server: Server, limit: int) -> None:
    person = await server.sign_up()
    await _begin_all(person, "one", "two")

    page = await person.data("GET", f"conversations?offset=2&limit={limit}")
    far = await person.data("GET", f"conversations?offset={2**63 - 1}&limit={limit}")

    assert (page["conversations"], page["total"], page["next"]) == ([], 2, None)
    assert (far["conversations"], far["total"]) == ([], 2)


BAD_QUERIES = [
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=x",
    "limit=",
    "limit=1.5",
    "offset=-1",
    "offset=x",
    f"offset={2**63}",
    "before=x",
    "before=%00",
    "before=",
    "before=c2VxOjI",  # of a list of messages
    "before=Y3JlYXRlZDo5OTk5OTk5OTk5OTk5OTk5OTk5OjE",  # created:9999999999999999999:1
    "before=" + "x" * 101,
    "sort=title",
    "from=yesterday",
    "from=2026-13-01",
    "to=0000-01-01",
    "to=9999-12-31",
    "q=%00",
    "q=" + "x" * 201,
    "cursor=x",
    "user_id=1",
]


async def test_a_bad_query_is_400(server: Server) -> None:  # T8
    person = await server.sign_up()

    for query in BAD_QUERIES:
        error = _error(await person.v1("GET", f"conversations?{query}"), 400, "INVALID_REQUEST")

        assert error["details"]["fields"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("sort", ["created", "updated"])
async def test_cursors_stay_where_they_are_while_rows_come_and_go(
    server: Server, sort: str
) -> None:
    person = await server.sign_up()
    made = await _begin_all(person, *(str(number) for number in range(7)))
    seen: list[str] = []

    page = await person.data("GET", f"conversations?limit=3&sort={sort}")
    while True:
        seen += [each["title"] for each in page["conversations"]]
        if page["next"] is None:
            break
        await person.begin(title="newer")
        await person.v1("DELETE", f"conversations/{made.pop()}")  # one that was seen
        page = await person.data("GET", f"conversations?limit=3&sort={sort}&before={page['next']}")

    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_a_cursor_of_someone_else_shows_ones_own_rows_only(server: Server) -> None:
    anna, ben = await server.sign_up("anna@example.com"), await server.sign_up("ben@example.com")
    await _begin_all(ben, "ben's")
    await _begin_all(anna, "one", "two", "three")
    cursor = (await anna.data("GET", "conversations?limit=1"))["next"]

    assert await _titles(ben, f"?before={cursor}") == ["ben's"]


async def test_a_cursor_counts_for_its_own_order_only(server: Server) -> None:
    person = await server.sign_up()
    await _begin_all(person, "one", "two")
    cursor = (await person.data("GET", "conversations?limit=1"))["next"]

    answer = await person.v1("GET", f"conversations?sort=updated&before={cursor}")

    _error(answer, 400, "INVALID_REQUEST")


async def test_sorted_by_updated_the_last_one_written_to_is_first(server: Server) -> None:
    person = await server.sign_up()
    first, _ = await _begin_all(person, "one", "two")
    await person.data("POST", f"conversations/{first}/messages", {"message": "hi"})

    assert await _titles(person, "?sort=updated") == ["one", "two"]
    assert await _titles(person) == ["two", "one"]


SEARCHES: list[tuple[str, list[str]]] = [
    ("milk", ["Milk", "Other"]),
    ("MILK", ["Milk", "Other"]),
    ("  milk  ", ["Milk", "Other"]),
    ("ÜBUNG", ["Übung"]),
    ("übung", ["Übung"]),
    ("%", ["100% of_it"]),
    ("_", ["100% of_it"]),
    ("\\", []),
    ("'; --", []),
    ("", ["Übung", "100% of_it", "Milk", "Other"]),
    ("nothing", []),
]


async def test_a_search_finds_titles_and_text_whatever_their_case(server: Server) -> None:
    person, other = await server.sign_up(), await server.sign_up("other@example.com")
    await other.begin("milk übung 100% of_it nothing", title="Milk")
    await person.begin("some MILK please", title="Other")
    await _begin_all(person, "Milk", "100% of_it", "Übung")

    for q, found in SEARCHES:
        answer = await person.client.get(
            "/api/v1/chat/conversations", params={"q": q}, headers=person.auth
        )

        page = answer.json()["data"]
        assert [each["title"] for each in page["conversations"]] == found, q
        assert page["total"] == len(found)


async def test_a_search_goes_on_with_cursors(server: Server) -> None:
    person = await server.sign_up()
    await _begin_all(person, "milk 1", "bread", "milk 2", "milk 3")

    first = await person.data("GET", "conversations?q=milk&limit=2")
    second = await person.data("GET", f"conversations?q=milk&limit=2&before={first['next']}")

    assert [each["title"] for each in first["conversations"]] == ["milk 3", "milk 2"]
    assert [each["title"] for each in second["conversations"]] == ["milk 1"]
    assert (first["total"], second["total"], second["next"]) == (3, 3, None)


async def test_what_was_deleted_is_not_found_by_a_search(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("milk", title="One")
    page = await person.data("GET", f"conversations/{uid}/messages")
    question = page["messages"][-1]["id"]
    gone = await person.begin("milk", title="Two")

    await person.v1("DELETE", f"conversations/{uid}/messages/{question}")
    await person.v1("DELETE", f"conversations/{gone}")

    assert await _titles(person, "?q=milk") == []


@pytest.fixture
async def dated(server: Server) -> Person:
    """Someone with a conversation of noon (UTC) of each of three days."""
    person = await server.sign_up()
    principal = await server.parts.tokens.principal_of(Headers(person.auth), "GET")
    for day in (1, 2, 3):
        uid = await person.begin(title=f"2026-03-0{day}")
        noon = datetime(2026, 3, day, 12, tzinfo=UTC)

        def work(tx: Transaction, uid: str = uid, noon: datetime = noon) -> Awaitable[int]:
            sql = "UPDATE conversations SET created_at = $2 WHERE uid = $1"
            return tx.execute(sql, UUID(uid), noon)

        await server.parts.db.transaction(work, user=principal.user)
    return person


TIMES = [
    ("from=2026-03-02", "32"),
    ("to=2026-03-02", "21"),
    ("from=2026-03-02&to=2026-03-02", "2"),
    ("from=2026-03-02T12:00:00Z", "32"),
    ("to=2026-03-02T12:00:00Z", "21"),
    ("to=2026-03-02T11:59:59.999999Z", "1"),
    ("from=2026-03-02T13:00:00%2B01:00&to=2026-03-02T13:00:00%2B01:00", "2"),
    ("from=2026-03-02T13:00:00+01:00&to=2026-03-02T13:00:00+01:00", "2"),
    ("from=2026-03-02T12:00:00.000001Z", "3"),
    ("from=2027-01-01", ""),
    ("from=2026-03-03&to=2026-03-01", ""),
]


async def test_the_list_is_narrowed_by_time(dated: Person) -> None:
    for query, found in TIMES:
        page = await dated.data("GET", f"conversations?{query}")

        assert "".join(each["title"][-1] for each in page["conversations"]) == found, query
        assert page["total"] == len(found)


async def test_a_date_is_a_day_in_the_zone_of_the_request(dated: Person) -> None:
    answer = await dated.v1(
        "GET",
        "conversations?from=2026-03-03&to=2026-03-03",
        headers={"Time-Zone": "Pacific/Auckland"},
    )

    # Noon UTC on the second is the third there already.
    assert [each["title"] for each in answer.json()["data"]["conversations"]] == ["2026-03-02"]


# ---- read, rename ----


async def test_a_conversation_tells_how_many_messages_it_has_and_when_the_last_came(
    server: Server,
) -> None:
    person = await server.sign_up()
    uid = await person.begin("hello")

    told = await person.data("GET", f"conversations/{uid}")

    newest = (await person.data("GET", f"conversations/{uid}/messages"))["messages"][0]
    assert (told["message_count"], told["last_message_at"]) == (2, newest["created_at"])


async def test_a_conversation_is_renamed(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("hello")
    before = await person.data("GET", f"conversations/{uid}")

    after = await person.data("PATCH", f"conversations/{uid}", {"title": " New "})

    assert after["title"] == "New"
    assert after["updated_at"] > before["updated_at"]
    assert {**before, "title": 0, "updated_at": 0} == {**after, "title": 0, "updated_at": 0}


@pytest.mark.parametrize(
    "body", [{}, {"title": None}, {"title": " "}, {"title": "x" * 256}, {"title": "x", "a": 1}]
)
async def test_a_title_that_cannot_be_is_400(server: Server, body: object) -> None:
    person = await server.sign_up()
    uid = await person.begin(title="Old")

    _error(await person.v1("PATCH", f"conversations/{uid}", body), 400, "INVALID_REQUEST")

    assert (await person.data("GET", f"conversations/{uid}"))["title"] == "Old"


# ---- delete, restore ----


async def test_a_deleted_conversation_is_gone_for_every_route(server: Server) -> None:  # T5
    person = await server.sign_up()
    uid = await person.begin("hello")
    turn = (await person.data("GET", f"conversations/{uid}/messages"))["messages"][0]["turn_id"]

    answer = await person.v1("DELETE", f"conversations/{uid}")

    assert (answer.status_code, answer.content) == (204, b"")
    for method, path, body in OF_ONE:
        if not path.endswith("/restore"):
            gone = await person.v1(method, path.format(c=uid), body)
            _error(gone, 404, "CONVERSATION_NOT_FOUND")
    _error(await person.v1("GET", f"turns/{turn}"), 404, "TURN_NOT_FOUND")
    assert (await person.data("GET", "conversations"))["total"] == 0
    plain = await person.post("/api/chat", {"message": "hi", "conversation_id": uid})
    assert plain.status_code == 404


async def test_a_restored_conversation_has_the_messages_that_went_with_it(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("one")
    await person.data("POST", f"conversations/{uid}/messages", {"message": "two"})
    messages = (await person.data("GET", f"conversations/{uid}/messages"))["messages"]
    await person.v1("DELETE", f"conversations/{uid}/messages/{messages[1]['id']}")
    before = await person.data("GET", f"conversations/{uid}")
    await person.v1("DELETE", f"conversations/{uid}")

    restored = await person.data("POST", f"conversations/{uid}/restore")

    assert restored == before
    after = (await person.data("GET", f"conversations/{uid}/messages"))["messages"]
    assert after == [messages[0], *messages[2:]]
    again = await person.data("POST", f"conversations/{uid}/restore")
    assert again == before


async def test_a_deleted_conversation_of_another_user_is_404(server: Server) -> None:
    anna, ben = await server.sign_up("anna@example.com"), await server.sign_up("ben@example.com")
    uid = await anna.begin("hello")
    await anna.v1("DELETE", f"conversations/{uid}")

    answer = await ben.v1("POST", f"conversations/{uid}/restore")

    _error(answer, 404, "CONVERSATION_NOT_FOUND")
    assert (await anna.v1("GET", f"conversations/{uid}")).status_code == 404


async def test_who_waits_for_a_turn_of_a_deleted_conversation_is_told_that_it_was_cancelled(
    server: Server,
) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    server.model.hangs()
    path = f"conversations/{uid}/messages"
    key = {"Idempotency-Key": "k"}
    on_c = asyncio.create_task(person.v1("POST", path, {"message": "hi"}, key))
    await server.model.reached.wait()
    on_b = asyncio.create_task(
        person.post("/api/chat", {"message": "hi", "conversation_id": uid}, key)
    )
    await asyncio.sleep(0.05)

    await person.v1("DELETE", f"conversations/{uid}")

    told, plain = await asyncio.wait_for(asyncio.gather(on_c, on_b), PATIENCE_S)
    _error(told, 409, "TURN_CANCELLED")
    assert "turn-id" in told.headers
    assert plain.status_code in {404, 409}  # it may have come just after


async def test_a_message_that_waits_for_a_deleted_conversation_is_404(
    server: Server, everything: Database
) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    server.model.hangs()
    path = f"conversations/{uid}/messages"
    first = asyncio.create_task(person.v1("POST", path, {"message": "one"}))
    await server.model.reached.wait()
    second = asyncio.create_task(person.v1("POST", path, {"message": "two"}))
    async with asyncio.timeout(PATIENCE_S):
        while not await everything.read(lambda tx: tx.fetch("SELECT id FROM waiters")):  # noqa: ASYNC110  a table has no event
            await asyncio.sleep(0.005)

    await person.v1("DELETE", f"conversations/{uid}")

    _error(await asyncio.wait_for(first, PATIENCE_S), 409, "TURN_CANCELLED")
    _error(await asyncio.wait_for(second, PATIENCE_S), 404, "CONVERSATION_NOT_FOUND")


async def test_what_a_cancelled_turn_had_done_is_shown_after_a_restore(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    server.model.calls("add_task", title="Milk").hangs()
    path = f"conversations/{uid}/messages"
    waiting = asyncio.create_task(person.v1("POST", path, {"message": "milk and more"}))
    await server.model.reached.wait()
    await person.v1("DELETE", f"conversations/{uid}")
    turn = (await waiting).headers["turn-id"]

    restored = await person.data("POST", f"conversations/{uid}/restore")

    assert restored["message_count"] == 2
    reply, question = (await person.data("GET", path))["messages"]
    assert question["content"] == "milk and more"
    assert "Added “Milk”." in reply["content"]
    assert reply["tool_calls"][0]["function"]["name"] == "add_task"
    assert (await person.data("GET", f"turns/{turn}"))["status"] == "cancelled"
    answer = await person.v1("POST", path, {"message": "go on"})
    assert answer.status_code == 200


async def test_a_conversation_is_renamed_while_its_turn_runs(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin()
    end = asyncio.Event()
    server.model.hangs(until=end)
    path = f"conversations/{uid}/messages"
    waiting = asyncio.create_task(person.v1("POST", path, {"message": "hi"}))
    await server.model.reached.wait()

    renamed = await person.data("PATCH", f"conversations/{uid}", {"title": "Meanwhile"})
    end.set()

    assert (await waiting).status_code == 200
    assert renamed["message_count"] == 1
    told = await person.data("GET", f"conversations/{uid}")
    assert (told["title"], told["message_count"]) == ("Meanwhile", 2)


async def test_deletes_and_restores_at_once_leave_it_whole(server: Server) -> None:
    person = await server.sign_up()
    uid = await person.begin("hello")

    answers = await asyncio.gather(
        *(person.v1("DELETE", f"conversations/{uid}") for _ in range(5)),
        *(person.v1("POST", f"conversations/{uid}/restore") for _ in range(5)),
        *(person.v1("POST", f"conversations/{uid}/messages", {"message": "hi"}) for _ in range(3)),
    )

    assert {each.status_code for each in answers} <= {200, 204, 404, 409}
    told = await person.data("POST", f"conversations/{uid}/restore")
    page = await person.data("GET", f"conversations/{uid}/messages?limit=100")
    assert page["total"] == len(page["messages"]) == told["message_count"]
    assert told["last_message_at"] >= page["messages"][0]["created_at"]


# ---- the description ----


async def test_each_operation_describes_its_statuses_and_bodies(server: Server) -> None:
    described = (await server.client.get("/openapi.json")).json()
    paths = {path: each for path, each in described["paths"].items() if "/v1/chat/" in path}

    assert len(paths) == 9
    for operations in paths.values():
        for operation in operations.values():
            responses = operation["responses"]
            assert operation["summary"]
            assert operation["description"]
            assert {"400", "401", "500"} <= set(responses)
            assert operation["security"] == [{"bearer": []}]
            for status, response in responses.items():
                assert response["description"]
                content = str(response.get("content"))
                assert status == "204" or "$ref" in content or "text/event-stream" in content
    sending = paths["/api/v1/chat/conversations/{conversation_id}/messages"]["post"]
    assert {"403", "404", "409", "413", "415", "422", "503", "504"} <= set(sending["responses"])
    assert {each["name"] for each in sending["parameters"]} >= {"Idempotency-Key", "Time-Zone"}
