"""`/api/{user_id}/tasks` as a client sees it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import product
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from taskchat.db.database import Database
from taskchat.http import tasks
from tests.conftest import make_user
from tests.http.small_app import client_of, small_app

LIST = "/api/ann/tasks"


@pytest.fixture
async def app(database: Database) -> FastAPI:
    people = {name: await make_user(database, name) for name in ("ann", "bob", "zoe")}
    app = small_app(database, people, zones={"zoe": "Europe/Paris"})
    app.include_router(tasks.router)
    return app


@pytest.fixture
async def ann(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(app, "ann") as client:
        yield client


@pytest.fixture
async def bob(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(app, "bob") as client:
        yield client


async def _add(client: httpx2.AsyncClient, title: str, **more: object) -> dict[str, Any]:
    user = client.headers["authorization"].removeprefix("Bearer ")
    answer = await client.post(f"/api/{user}/tasks", json={"title": title, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def _fields(answer: httpx2.Response) -> list[str]:
    """The fields that a 400 complains of."""
    assert answer.status_code == 400, answer.text
    detail = answer.json()["detail"]
    assert all(each["message"] for each in detail)
    return [each["field"] for each in detail]


ROUTES: list[tuple[str, str, dict[str, object] | None]] = [
    ("GET", LIST, None),
    ("POST", LIST, {"title": "a"}),
    ("GET", f"{LIST}/1", None),
    ("PUT", f"{LIST}/1", {"title": "b"}),
    ("PATCH", f"{LIST}/1", {"title": "b"}),
    ("DELETE", f"{LIST}/1", None),
    ("PATCH", f"{LIST}/1/complete", {}),
    ("POST", f"{LIST}/1/restore", None),
]
OF_ONE_TASK = ROUTES[2:]
WITH_BODY = [
    ("POST", LIST),
    ("PUT", f"{LIST}/1"),
    ("PATCH", f"{LIST}/1"),
    ("PATCH", f"{LIST}/1/complete"),
]


# ---- who may ----


async def test_without_a_token_nothing_is_told_but_that(app: FastAPI) -> None:
    async with client_of(app, None) as client:
        for (method, path, _), body in product(ROUTES, (b"", b"not json")):
            answer = await client.request(method, path + "?limit=x", content=body)

            assert answer.status_code == 401
            assert answer.json() == {"detail": "not authenticated"}
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("token", "text"), [("expired", "token expired"), ("x", "token invalid")])
async def test_a_token_that_does_not_count_is_refused(app: FastAPI, token: str, text: str) -> None:
    async with client_of(app, token) as client:
        answer = await client.get(LIST)

    assert (answer.status_code, answer.json()) == (401, {"detail": text})


async def test_the_path_of_someone_else_is_forbidden_before_anything_is_read(
    ann: httpx2.AsyncClient, bob: httpx2.AsyncClient
) -> None:
    await _add(ann, "hers")

    for method, path, _ in ROUTES:
        answer = await bob.request(method, path + "?limit=x", content=b"not json")

        assert answer.status_code == 403, (method, path)
        assert isinstance(answer.json()["detail"], str)
    assert [task["title"] for task in (await ann.get(LIST)).json()] == ["hers"]


@pytest.mark.parametrize(("method", "path", "body"), OF_ONE_TASK)
async def test_a_task_of_someone_else_looks_like_one_that_is_not_there(
    ann: httpx2.AsyncClient,
    bob: httpx2.AsyncClient,
    method: str,
    path: str,
    body: dict[str, object] | None,
) -> None:
    await _add(ann, "hers")
    path = path.replace("ann", "bob")

    foreign = await bob.request(method, path, json=body)
    missing = await bob.request(method, path.replace("/1", "/99"), json=body)

    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content == b'{"detail":"task not found"}'
    assert (await ann.get(f"{LIST}/1")).json()["title"] == "hers"


# ---- what is malformed ----


NO_IDS = ["0", "-1", "abc", "1.5", "1_0", "%201", "2147483648", "9" * 30, "9" * 5000, "\u0661"]


async def test_an_id_that_is_none_is_refused(ann: httpx2.AsyncClient) -> None:
    for (method, path, body), task_id in product(OF_ONE_TASK, NO_IDS):
        answer = await ann.request(method, path.replace("/1", f"/{task_id}"), json=body)

        assert _fields(answer) == ["task_id"], (method, path, task_id)


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_a_body_of_another_type_is_refused(
    ann: httpx2.AsyncClient, method: str, path: str
) -> None:
    form = await ann.request(method, path, data={"title": "a"})
    none = await ann.request(method, path, content=b'{"title": "a"}')

    assert (form.status_code, none.status_code) == (415, 415)


NO_OBJECTS = [b"{", b"[]", b"null", b'"title"', b'{"title": "\\ud800"}', b"\xff", b"[" * 2000]


async def test_a_body_that_is_no_object_is_refused(ann: httpx2.AsyncClient) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}

    for (method, path), body in product(WITH_BODY, NO_OBJECTS):
        answer = await ann.request(method, path, content=body, headers=headers)

        assert _fields(answer), (method, path, body)


async def test_an_unknown_field_is_refused(ann: httpx2.AsyncClient) -> None:
    for (method, path), field in product(WITH_BODY, ["id", "user_id", "created_at", "titel"]):
        title: dict[str, object] = {} if path.endswith("complete") else {"title": "a"}

        assert _fields(await ann.request(method, path, json={**title, field: 1})) == [field]


NO_VALUES: list[tuple[str, object]] = [
    ("title", ""),
    ("title", "   "),
    ("title", "\u200b\u2060"),
    ("title", "x" * 201),
    ("title", "a\x00b"),
    ("title", 3),
    ("title", None),
    ("description", "x" * 1001),
    ("description", "a\x00b"),
    ("description", ["a"]),
    ("priority", "urgent"),
    ("priority", 1),
    ("due_at", "tomorrow"),
    ("due_at", "2026-02-30"),
    ("due_at", 1_764_000_000),
    ("all_day", "yes"),
    ("all_day", True),
]


async def test_a_value_that_cannot_be_is_refused(ann: httpx2.AsyncClient) -> None:
    before = await _add(ann, "a")

    for (method, path), (field, value) in product(WITH_BODY[:3], NO_VALUES):
        answer = await ann.request(method, path, json={"title": "b", field: value})

        assert _fields(answer) == [field], (method, path, value)
        assert (await ann.get(LIST)).json() == [before]


@pytest.mark.parametrize("completed", ["true", 1, None])
async def test_completed_is_a_boolean(ann: httpx2.AsyncClient, completed: object) -> None:
    await _add(ann, "a")

    for method in ("PUT", "PATCH"):
        answer = await ann.request(method, f"{LIST}/1", json={"title": "a", "completed": completed})
        assert _fields(answer) == ["completed"]


NO_QUERIES = [
    "status=open",
    "status=",
    "sort=id",
    "sort=-title",
    "limit=0",
    "limit=501",
    "limit=x",
    "limit=1.5",
    "offset=-1",
    "offset=2147483648",
    "offset=" + "9" * 5000,
    "q=a%00b",
    "q=" + "x" * 201,
    "page=2",
    "user_id=1",
]


async def test_a_query_that_cannot_be_is_refused(ann: httpx2.AsyncClient) -> None:
    for query in NO_QUERIES:
        assert _fields(await ann.get(f"{LIST}?{query}")) == [query.partition("=")[0]]


async def test_a_zone_that_is_none_is_refused(ann: httpx2.AsyncClient) -> None:
    answer = await ann.post(
        LIST, json={"title": "a", "due_at": "2026-11-27"}, headers={"Time-Zone": "Mars/Olympus"}
    )

    assert _fields(answer) == ["Time-Zone"]


async def test_a_method_that_a_path_does_not_have_is_told(ann: httpx2.AsyncClient) -> None:
    assert (await ann.delete(LIST)).status_code == 405
    assert (await ann.get(f"{LIST}/1/complete")).status_code == 405


# ---- what is good ----


async def test_an_added_task_is_told_with_all_its_fields(ann: httpx2.AsyncClient) -> None:
    task = await _add(
        ann, "  Buy milk ", description="two", priority="high", due_at="2026-11-27T17:00:00+01:00"
    )

    created = datetime.fromisoformat(task["created_at"])
    assert task == {
        "id": 1,
        "title": "Buy milk",
        "description": "two",
        "completed": False,
        "priority": "high",
        "due_at": "2026-11-27T16:00:00Z",
        "all_day": False,
        "created_at": task["created_at"],
        "updated_at": task["created_at"],
        "completed_at": None,
    }
    assert created.utcoffset() is not None
    assert task["created_at"].endswith("Z")
    assert (await ann.get(f"{LIST}/1")).json() == task


async def test_a_title_is_enough(ann: httpx2.AsyncClient) -> None:
    task = await _add(ann, "x" * 200, description=None, priority=None, due_at=None, all_day=None)

    assert (task["title"], task["description"], task["due_at"]) == ("x" * 200, None, None)


async def test_a_date_alone_is_all_day_in_the_zone_of_the_request(
    app: FastAPI, ann: httpx2.AsyncClient
) -> None:
    async with client_of(app, "zoe") as zoe:
        by_profile = await _add(zoe, "a", due_at="2026-11-27")
    by_default = await _add(ann, "a", due_at="2026-11-27")
    ann.headers["Time-Zone"] = "America/New_York"
    by_header = await _add(ann, "a", due_at="2026-11-27")

    assert [each["due_at"] for each in (by_profile, by_default, by_header)] == [
        "2026-11-26T23:00:00Z",
        "2026-11-27T00:00:00Z",
        "2026-11-27T05:00:00Z",
    ]
    assert by_profile["all_day"] is by_default["all_day"] is by_header["all_day"] is True


async def test_all_day_goes_before_the_form_of_the_date(ann: httpx2.AsyncClient) -> None:
    day = await _add(ann, "a", due_at="2026-11-27", all_day=False)
    instant = await _add(ann, "a", due_at="2026-11-27T17:00:00Z", all_day=True)

    assert (day["due_at"], day["all_day"]) == ("2026-11-27T00:00:00Z", False)
    assert (instant["due_at"], instant["all_day"]) == ("2026-11-27T17:00:00Z", True)


async def test_a_patch_changes_what_it_names(ann: httpx2.AsyncClient) -> None:
    task = await _add(ann, "a", description="d", priority="low", due_at="2026-11-27")

    changed = (await ann.patch(f"{LIST}/1", json={"title": "b", "completed": True})).json()

    assert changed == task | {
        "title": "b",
        "completed": True,
        "updated_at": changed["updated_at"],
        "completed_at": changed["updated_at"],
    }


async def test_a_patch_clears_with_null(ann: httpx2.AsyncClient) -> None:
    await _add(ann, "a", description="d", priority="low", due_at="2026-11-27")

    body = {"description": None, "priority": None, "due_at": None}
    changed = (await ann.patch(f"{LIST}/1", json=body)).json()

    assert [changed[field] for field in (*body, "all_day")] == [None, None, None, False]


async def test_a_patch_of_nothing_changes_nothing(ann: httpx2.AsyncClient) -> None:
    task = await _add(ann, "a", due_at="2026-11-27")

    for body in ({}, {"all_day": None}, {"title": "a"}, {"completed": False}):
        answer = await ann.patch(f"{LIST}/1", json=body)
        assert (answer.status_code, answer.json()) == (200, task)


async def test_a_patch_makes_a_date_that_is_there_all_day(ann: httpx2.AsyncClient) -> None:
    await _add(ann, "a", due_at="2026-11-27T17:00:00Z")

    changed = (await ann.patch(f"{LIST}/1", json={"all_day": True})).json()

    assert (changed["due_at"], changed["all_day"]) == ("2026-11-27T17:00:00Z", True)


async def test_a_put_clears_what_it_does_not_name(ann: httpx2.AsyncClient) -> None:
    task = await _add(ann, "a", description="d", priority="low", due_at="2026-11-27")
    await ann.patch(f"{LIST}/1/complete", json={"completed": True})

    replaced = (await ann.put(f"{LIST}/1", json={"title": "b"})).json()

    assert replaced == task | {
        "title": "b",
        "description": None,
        "priority": None,
        "due_at": None,
        "all_day": False,
        "updated_at": replaced["updated_at"],
    }


async def test_a_put_without_a_title_is_refused(ann: httpx2.AsyncClient) -> None:
    await _add(ann, "a")

    assert _fields(await ann.put(f"{LIST}/1", json={"completed": True})) == ["title"]


async def test_what_was_read_can_be_put_back_as_it_was(ann: httpx2.AsyncClient) -> None:
    task = await _add(ann, "a", description="d", priority="low", due_at="2026-11-27")
    kept = {
        name: task[name]
        for name in ("title", "description", "completed", "priority", "due_at", "all_day")
    }

    answer = await ann.put(f"{LIST}/1", json=kept)

    assert (answer.status_code, answer.json()) == (200, task)


async def test_complete_sets_or_turns_round(ann: httpx2.AsyncClient) -> None:
    await _add(ann, "a")
    path = f"{LIST}/1/complete"

    answers = [
        await ann.patch(path, json={"completed": True}),
        await ann.patch(path, json={"completed": True}),
        await ann.patch(path, json={}),
        await ann.patch(path),
        await ann.patch(path, json={"completed": None}),
        await ann.patch(path, json={"completed": False}),
    ]

    assert [answer.json()["completed"] for answer in answers] == [
        True,
        True,
        False,
        True,
        False,
        False,
    ]
    assert [answer.json()["completed_at"] is None for answer in answers] == [
        False,
        False,
        True,
        False,
        True,
        True,
    ]


async def test_a_deleted_task_is_gone_until_it_is_restored(ann: httpx2.AsyncClient) -> None:
    task = await _add(ann, "a")

    deleted = await ann.delete(f"{LIST}/1")
    again = await ann.delete(f"{LIST}/1")
    gone = await ann.get(f"{LIST}/1")
    listed = await ann.get(LIST)
    restored = await ann.post(f"{LIST}/1/restore")

    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (again.status_code, gone.status_code) == (404, 404)
    assert (listed.json(), listed.headers["x-total-count"]) == ([], "0")
    assert restored.status_code == 200
    assert restored.json() == task | {"updated_at": restored.json()["updated_at"]}
    assert (await ann.get(f"{LIST}/1")).json() == restored.json()


async def test_a_list_is_paged_with_its_total(ann: httpx2.AsyncClient) -> None:
    for title in "abcde":
        await _add(ann, title)

    page = await ann.get(f"{LIST}?limit=2&offset=1&sort=-created_at")
    beyond = await ann.get(f"{LIST}?offset=50")

    assert [task["title"] for task in page.json()] == ["d", "c"]
    assert page.headers["x-total-count"] == "5"
    assert (beyond.status_code, beyond.json(), beyond.headers["x-total-count"]) == (200, [], "5")


async def test_a_list_is_narrowed_by_status_and_words(ann: httpx2.AsyncClient) -> None:
    for title in ("ÉCOLE 1", "école 2", "other"):
        await _add(ann, title)
    await ann.patch(f"{LIST}/1/complete")

    found = await ann.get(LIST, params={"q": "École", "status": "pending"})

    assert [task["title"] for task in found.json()] == ["école 2"]
    assert found.headers["x-total-count"] == "1"


async def test_fifty_posts_at_once_get_the_ids_1_to_50(ann: httpx2.AsyncClient) -> None:
    added = await asyncio.gather(*(_add(ann, f"task {n}") for n in range(50)))

    assert sorted(task["id"] for task in added) == list(range(1, 51))


# ---- what is published ----


async def test_openapi_describes_bodies_and_every_refusal(app: FastAPI) -> None:
    published = app.openapi()
    one = "/api/{user_id}/tasks/{task_id}"
    bodies = {("post", "/api/{user_id}/tasks"), ("put", one), ("patch", one)}
    bodies.add(("patch", f"{one}/complete"))

    for path, methods in published["paths"].items():
        for method, operation in methods.items():
            statuses = set(operation["responses"])
            assert {"400", "401", "403", "500"} <= statuses
            assert "422" not in statuses
            assert ("404" in statuses) == ("{task_id}" in path)
            has_body = (method, path) in bodies
            assert ("requestBody" in operation) == ("415" in statuses) == has_body
            assert operation["security"] == [{"bearer": []}]
            assert operation["summary"]
            assert operation["description"]


async def test_openapi_publishes_no_reference_to_nowhere(app: FastAPI) -> None:
    published = app.openapi()
    schemas = published["components"]["schemas"]

    references = set(re.findall(r'"\$ref": "([^"]*)"', json.dumps(published)))

    assert references
    assert references <= {f"#/components/schemas/{name}" for name in schemas}
