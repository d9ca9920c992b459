"""`/auth/*` on the wire: statuses, bodies, and the page's cookie."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from fastapi import FastAPI, Request, Response

from taskchat.app import create_app
from taskchat.auth.page import Page
from taskchat.auth.sign_in_limits import SignInLimits
from taskchat.db.database import Database
from taskchat.db.urls import DatabaseUrl
from taskchat.http import accounts, errors
from taskchat.http.cookies import slide_page_cookie
from taskchat.http.deps import CurrentUser
from taskchat.rates import Rate
from tests.auth.conftest import PASSWORD, Clock, Identity, count
from tests.http.conftest import settings_for

EMAIL = "anna@example.com"
SIGN_UP = {"email": EMAIL, "password": PASSWORD, "name": "Anna"}
LOOPBACK = "http://127.0.0.1:8000"
PUBLIC = "https://tasks.example.com"
OURS = {"origin": LOOPBACK}


def make_app(identity: Identity) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.include_router(accounts.router)
    app.state.parts = SimpleNamespace(
        accounts=identity.accounts,
        sign_ins=SignInLimits(identity.db, Rate(30, 60)),
        tokens=identity.tokens,
        settings=SimpleNamespace(trusted_proxies=None),
    )

    @app.get("/whoami")
    async def whoami(user: CurrentUser) -> str:
        return user.subject

    return app


def browser(identity: Identity) -> httpx2.AsyncClient:
    """A client that keeps cookies, as the page's browser does."""
    transport = httpx2.ASGITransport(app=make_app(identity))
    return httpx2.AsyncClient(transport=transport, base_url=identity.page.public_url)


@pytest.fixture
def identity(database: Database) -> Identity:
    return Identity(database, Clock())


@pytest.fixture
async def client(identity: Identity) -> AsyncIterator[httpx2.AsyncClient]:
    async with browser(identity) as made:
        yield made


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_signing_up_answers_with_the_user_a_token_and_its_end(
    client: httpx2.AsyncClient, identity: Identity
) -> None:
    answer = await client.post("/auth/sign-up", json=SIGN_UP)

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"user", "token", "expires_at"}
    assert body["user"] == {"id": body["user"]["id"], "email": EMAIL, "name": "Anna"}
    assert body["expires_at"].endswith("Z")
    client.cookies.clear()
    assert (await client.get("/whoami", headers=bearer(body["token"]))).json() == body["user"]["id"]


async def test_signing_in_answers_the_same_with_200(client: httpx2.AsyncClient) -> None:
    made = (await client.post("/auth/sign-up", json={"email": EMAIL, "password": PASSWORD})).json()

    answer = await client.post(
        "/auth/sign-in", json={"email": "ANNA@example.com", "password": PASSWORD}
    )

    assert answer.status_code == 200
    assert answer.json()["user"] == made["user"]
    assert made["user"]["name"] is None


async def test_a_taken_address_is_409_and_never_500(
    client: httpx2.AsyncClient, identity: Identity, everything: Database
) -> None:
    answers = await asyncio.gather(*(client.post("/auth/sign-up", json=SIGN_UP) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert await count(everything, "users") == 1


async def test_where_sign_up_is_closed_it_is_403_whatever_the_body(identity: Identity) -> None:
    closed = Identity(identity.db, identity.clock, sign_up_open=False)

    async with browser(closed) as client:
        for body in (SIGN_UP, {}):
            assert (await client.post("/auth/sign-up", json=body)).status_code == 403


async def test_unknown_address_and_wrong_password_are_one_answer(
    client: httpx2.AsyncClient,
) -> None:
    await client.post("/auth/sign-up", json=SIGN_UP)
    client.cookies.clear()

    wrong = await client.post("/auth/sign-in", json={"email": EMAIL, "password": "wrong horse"})
    unknown = await client.post("/auth/sign-in", json={"email": "x@y.zz", "password": PASSWORD})

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert "set-cookie" not in wrong.headers


@pytest.mark.parametrize("route", ["/auth/sign-up", "/auth/sign-in"])
@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("email", {"password": PASSWORD}),
        ("password", {"email": EMAIL}),
        ("email", {"email": 7, "password": PASSWORD}),
        ("email", {"email": "a\x00@example.com", "password": PASSWORD}),
        ("password", {"email": EMAIL, "password": "x" * 9_999}),
        ("password", {"email": EMAIL, "password": "correct\x00horse"}),
        ("admin", {"email": EMAIL, "password": PASSWORD, "admin": True}),
    ],
)
async def test_a_bad_field_is_400_and_named_without_what_was_sent(
    client: httpx2.AsyncClient, route: str, field: str, body: dict[str, object]
) -> None:
    answer = await client.post(route, json=body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["detail"]] == [field]
    assert PASSWORD not in answer.text
    assert "xxxx" not in answer.text


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"email": "\\ud800@example.com", "password": "12345678"}']
)
async def test_a_body_that_is_none_is_400(client: httpx2.AsyncClient, body: bytes) -> None:
    headers = {"content-type": "application/json"}

    assert (await client.post("/auth/sign-up", content=body, headers=headers)).status_code == 400


async def test_an_address_that_is_none_is_400_at_sign_up_and_401_at_sign_in(
    client: httpx2.AsyncClient,
) -> None:
    body = {"email": "nobody", "password": PASSWORD}

    assert (await client.post("/auth/sign-up", json=body)).status_code == 400
    assert (await client.post("/auth/sign-in", json=body)).status_code == 401


async def test_another_content_type_is_415(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/auth/sign-in", data={"email": EMAIL, "password": PASSWORD})

    assert answer.status_code == 415


async def test_the_pages_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: httpx2.AsyncClient, identity: Identity
) -> None:
    plain = await client.post("/auth/sign-up", json=SIGN_UP)
    async with browser(Identity(identity.db, identity.clock, page=Page(PUBLIC))) as https:
        secure = await https.post("/auth/sign-in", json={"email": EMAIL, "password": PASSWORD})

    name, *attributes = plain.headers["set-cookie"].split("; ")
    assert name == f"taskchat={plain.json()['token']}"
    assert sorted(attributes) == ["HttpOnly", "Max-Age=604800", "Path=/", "SameSite=strict"]
    name, *attributes = secure.headers["set-cookie"].split("; ")
    assert name == f"__Host-taskchat={secure.json()['token']}"
    assert "Secure" in attributes


async def test_signing_out_ends_the_session_and_takes_the_cookie(
    client: httpx2.AsyncClient,
) -> None:
    token = (await client.post("/auth/sign-up", json=SIGN_UP)).json()["token"]

    answer = await client.post("/auth/sign-out", headers=OURS)

    assert (answer.status_code, answer.content) == (204, b"")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert not client.cookies
    assert (await client.get("/whoami", headers=bearer(token))).status_code == 401


async def test_a_writing_request_of_another_page_is_403(client: httpx2.AsyncClient) -> None:
    await client.post("/auth/sign-up", json=SIGN_UP)

    for headers in ({}, {"origin": "https://evil.example.com"}):
        assert (await client.post("/auth/sign-out", headers=headers)).status_code == 403
    assert (await client.get("/whoami")).status_code == 200


async def test_a_bad_bearer_beside_a_good_cookie_is_401(client: httpx2.AsyncClient) -> None:
    await client.post("/auth/sign-up", json=SIGN_UP)

    answer = await client.get("/whoami", headers=bearer("wrong"))

    assert answer.status_code == 401
    assert answer.json() == {"detail": "token invalid"}
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_no_token_and_an_expired_one_say_so(
    client: httpx2.AsyncClient, identity: Identity
) -> None:
    token = (await client.post("/auth/sign-up", json=SIGN_UP)).json()["token"]
    client.cookies.clear()
    identity.clock.pass_(8 * 24 * 3600)

    assert (await client.post("/auth/sign-out")).json() == {"detail": "not authenticated"}
    expired = await client.post("/auth/sign-out", headers=bearer(token))
    assert (expired.status_code, expired.json()) == (401, {"detail": "token expired"})


async def test_changing_the_password_ends_every_session(client: httpx2.AsyncClient) -> None:
    token = (await client.post("/auth/sign-up", json=SIGN_UP)).json()["token"]
    body = {"current": PASSWORD, "new": "another horse"}

    wrong = await client.post("/auth/password", json={**body, "current": "wrong"}, headers=OURS)
    short = await client.post("/auth/password", json={**body, "new": "short"}, headers=OURS)
    assert (wrong.status_code, short.status_code) == (401, 400)
    answer = await client.post("/auth/password", json=body, headers=OURS)

    assert answer.status_code == 204
    assert not client.cookies
    assert (await client.get("/whoami", headers=bearer(token))).status_code == 401
    signed_in = await client.post("/auth/sign-in", json={"email": EMAIL, "password": body["new"]})
    assert signed_in.status_code == 200


async def test_an_outside_user_is_told_to_sign_out_elsewhere(
    client: httpx2.AsyncClient, identity: Identity
) -> None:
    answer = await client.post("/auth/sign-out", headers=bearer(identity.outside_token()))

    assert answer.status_code == 403


async def test_a_sign_in_link_signs_the_browser_in_once(
    client: httpx2.AsyncClient, identity: Identity
) -> None:
    code = await identity.accounts.link_code()

    first = await client.get("/auth/link", params={"code": code})
    whoami = await client.get("/whoami")
    client.cookies.clear()
    second = await client.get("/auth/link", params={"code": code})

    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert whoami.status_code == 200
    assert second.status_code == 401
    assert "set-cookie" not in second.headers
    assert (await client.get("/auth/link")).status_code == 400


async def test_the_page_slides_and_a_bearer_does_not(identity: Identity) -> None:
    app = make_app(identity)

    @app.get("/me")
    async def me(request: Request, response: Response, user: CurrentUser) -> None:
        await slide_page_cookie(request, response, user)

    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url=LOOPBACK) as client:
        token = (await client.post("/auth/sign-up", json=SIGN_UP)).json()["token"]
        assert "set-cookie" not in (await client.get("/me")).headers
        identity.clock.pass_(2 * 24 * 3600)
        assert "set-cookie" not in (await client.get("/me", headers=bearer(token))).headers
        assert "Max-Age=604800" in (await client.get("/me")).headers["set-cookie"]
        assert client.cookies["taskchat"] != token
        assert "set-cookie" not in (await client.get("/me")).headers


async def test_every_route_tells_its_statuses(identity: Identity) -> None:
    paths = make_app(identity).openapi()["paths"]

    told = {
        path: set(item.get("post", item.get("get"))["responses"]) for path, item in paths.items()
    }

    assert told["/auth/sign-up"] >= {"201", "400", "403", "409", "413", "415", "500"}
    assert told["/auth/sign-in"] >= {"200", "400", "401", "413", "415", "500"}
    assert told["/auth/sign-out"] >= {"204", "401", "403", "500"}
    assert told["/auth/password"] >= {"204", "400", "401", "403", "413", "415", "500"}
    assert told["/auth/link"] >= {"303", "400", "401", "500"}


async def test_sign_up_is_closed_where_the_whole_network_can_reach_the_server(
    database_url: DatabaseUrl, tmp_path: Path
) -> None:
    app = create_app(settings_for(database_url, tmp_path), LOOPBACK, everywhere=True)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=LOOPBACK) as client,
    ):
        answer = await client.post("/auth/sign-up", json=SIGN_UP)

    assert answer.status_code == 403
