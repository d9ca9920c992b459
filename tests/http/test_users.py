"""`/api/v1/users/me`: who you are, for users of every issuer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx2
import jwt
import pytest
from pydantic import SecretStr

from taskchat.db.database import Database, Transaction
from taskchat.settings import Settings
from tests.auth.conftest import Clock
from tests.http.conftest import ADDRESS, SECRET, Person, Server

ME = "/api/v1/users/me"
FIELDS = ["id", "email", "name", "time_zone", "created_at"]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"auth": "both", "jwt_secret": SecretStr(SECRET)})


def outside(server: Server, **claims: object) -> Person:
    """Someone of another issuer."""
    whole = {"sub": "outside-1", "exp": Clock().now_s + 600, **claims}
    return Person(server.client, str(whole["sub"]), jwt.encode(whole, SECRET))


async def change(person: Person, body: object) -> httpx2.Response:
    return await person.client.patch(ME, json=body, headers=person.auth)


async def read(person: Person) -> dict[str, object]:
    answer = await person.client.get(ME, headers=person.auth)
    assert answer.status_code == 200, answer.text
    assert answer.json()["error"] is None
    return answer.json()["data"]


async def test_me_is_who_signed_up(server: Server) -> None:
    anna = await server.sign_up("anna@example.com")

    me = await read(anna)

    assert list(me) == FIELDS
    assert (me["id"], me["email"], me["name"]) == (anna.id, "anna@example.com", None)
    assert me["time_zone"] is None
    assert str(me["created_at"]).endswith("Z")


async def test_me_is_an_outside_user_too(server: Server) -> None:
    anna = outside(server, name="Anna", email="anna@example.com")

    me = await read(anna)
    changed = await change(anna, {"name": "Anna B.", "time_zone": "Europe/Paris"})

    assert (me["id"], me["email"], me["name"]) == ("outside-1", "anna@example.com", "Anna")
    assert changed.json()["data"] == {**me, "name": "Anna B.", "time_zone": "Europe/Paris"}
    assert await read(anna) == changed.json()["data"]


async def test_a_change_leaves_what_it_does_not_name(server: Server) -> None:
    anna = await server.sign_up()
    await change(anna, {"name": " Anna ", "time_zone": "Europe/Paris"})

    for body, expected in (
        ({}, ("Anna", "Europe/Paris")),
        ({"name": "A"}, ("A", "Europe/Paris")),
        ({"time_zone": None}, ("A", None)),
        ({"name": None, "time_zone": "UTC"}, (None, "UTC")),
        ({"name": "x" * 200}, ("x" * 200, "UTC")),
    ):
        answer = await change(anna, body)
        assert answer.status_code == 200, answer.text
        me = await read(anna)
        assert (me["name"], me["time_zone"]) == expected


async def test_a_change_is_the_callers_own(server: Server) -> None:
    anna, bert = await server.sign_up("anna@example.com"), await server.sign_up("b@example.com")

    await change(anna, {"name": "Anna"})

    assert (await read(bert))["name"] is None


async def test_a_new_zone_counts_from_the_next_request_on(server: Server) -> None:
    anna = await server.sign_up()
    task = {"title": "Call", "due_at": "2026-11-27"}
    before = (await anna.post(f"/api/{anna.id}/tasks", task)).json()

    await change(anna, {"time_zone": "Pacific/Auckland"})

    after = (await anna.post(f"/api/{anna.id}/tasks", task)).json()
    assert (before["all_day"], after["all_day"]) == (True, True)
    assert before["due_at"] != after["due_at"]


BAD_CHANGES: list[tuple[object, str]] = [
    ({"name": ""}, "name"),
    ({"name": "  "}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": 7}, "name"),
    ({"name": "a\x00b"}, "name"),
    ({"time_zone": ""}, "time_zone"),
    ({"time_zone": "Europe/Nowhere"}, "time_zone"),
    ({"time_zone": "europe/paris"}, "time_zone"),
    ({"time_zone": "+02:00"}, "time_zone"),
    ({"time_zone": "../../etc/passwd"}, "time_zone"),
    ({"time_zone": "x" * 65}, "time_zone"),
    ({"time_zone": 2}, "time_zone"),
    ({"email": "b@example.com"}, "email"),
    ({"id": "other"}, "id"),
    ([], "body"),
    ("name", "body"),
]


async def test_a_change_that_cannot_be_is_told_by_its_field(server: Server) -> None:
    anna = await server.sign_up()

    for body, field in BAD_CHANGES:
        answer = await change(anna, body)

        assert answer.status_code == 400, body
        error = answer.json()["error"]
        assert answer.json()["data"] is None
        assert (error["error_code"], error["status_code"]) == ("INVALID_REQUEST", 400)
        assert [each["field"] for each in error["details"]["fields"]] == [field]
    assert (await read(anna))["name"] is None


async def test_half_a_character_is_no_name(server: Server) -> None:
    anna = await server.sign_up()

    answer = await server.client.patch(
        ME,
        content=b'{"name": "\\ud800"}',
        headers={**anna.auth, "Content-Type": "application/json"},
    )

    assert answer.status_code == 400


async def test_a_change_is_json(server: Server) -> None:
    anna = await server.sign_up()

    answer = await server.client.patch(ME, content=b"name=A", headers=anna.auth)

    assert answer.status_code == 415
    assert answer.json()["error"]["error_code"] == "UNSUPPORTED_MEDIA_TYPE"


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_nobody_is_no_one(server: Server, method: str) -> None:
    answer = await server.client.request(method, ME)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]["error_code"] == "UNAUTHORIZED"


async def test_a_cookie_changes_nothing_without_our_origin(server: Server) -> None:
    anna = await server.sign_up()
    server.client.cookies.set("taskchat", anna.token)

    foreign = await server.client.patch(ME, json={"name": "A"}, headers={"origin": "http://e.com"})
    ours = await server.client.patch(ME, json={"name": "A"}, headers={"origin": ADDRESS})

    assert (foreign.status_code, ours.status_code) == (403, 200)
    assert foreign.json()["error"]["error_code"] == "ORIGIN_NOT_ALLOWED"


async def test_reading_gives_the_page_a_new_week_once_a_day(
    server: Server, everything: Database
) -> None:
    anna = await server.sign_up()
    server.client.cookies.set("taskchat", anna.token)
    assert "set-cookie" not in (await server.client.get(ME)).headers

    async def age(tx: Transaction) -> None:
        await tx.execute("UPDATE sessions SET expires_at = $1", datetime.now(UTC) + timedelta(1))

    await everything.transaction(age)

    assert "Max-Age=604800" in (await server.client.get(ME)).headers["set-cookie"]
    assert "set-cookie" not in (await server.client.get(ME, headers=anna.auth)).headers


async def test_a_user_who_is_no_more_is_told_to_sign_in(
    server: Server, everything: Database
) -> None:
    anna = outside(server)
    await read(anna)  # and is remembered for a minute

    async def delete(tx: Transaction) -> None:
        await tx.execute("DELETE FROM users WHERE subject = 'outside-1'")

    await everything.transaction(delete)

    for answer in (await server.client.get(ME, headers=anna.auth), await change(anna, {})):
        assert answer.status_code == 401


async def test_openapi_tells_the_envelope_and_every_status(server: Server) -> None:
    document = (await server.client.get("/openapi.json")).json()
    operations = document["paths"][ME]

    assert set(operations["get"]["responses"]) >= {"200", "401", "500"}
    assert set(operations["patch"]["responses"]) >= {"200", "400", "401", "403", "413", "415"}
    schema = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert set(named["properties"]) == {"data", "error"}
