"""An issuer of our own making: keys by cryptography, its key set on a real server on loopback."""

from __future__ import annotations

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Self, cast

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

if TYPE_CHECKING:
    from types import TracebackType

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Jwk = dict[str, object]
Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]
ALGORITHMS = ("EdDSA", "ES256", "RS256")


def make_key(algorithm: str) -> PrivateKey:
    """A new key; RSA keys take long to make, so there is one in all tests."""
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return _rsa_key()


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def jwk_of(key: PrivateKey, algorithm: str, **fields: object) -> Jwk:
    """The public half as issuers publish it; None leaves a field out."""
    made = cast("Jwk", json.loads(_to_jwk(key, algorithm)))
    made.pop("key_ops", None)
    made |= {"alg": algorithm, **fields}
    return {name: value for name, value in made.items() if value is not None}


def _to_jwk(key: PrivateKey, algorithm: str) -> str:
    scheme = get_default_algorithms()[algorithm]
    return scheme.to_jwk(key.public_key())


@dataclass
class OutsideIssuer:
    """The issuer; its address is its `iss` once it is entered."""

    keys: dict[str, tuple[PrivateKey, str]] = field(
        default_factory=dict[str, tuple[PrivateKey, str]]
    )
    entries: list[object] | None = None
    """What the key set lists, where it is not just the public halves of `keys`."""
    fetches: int = 0
    port: int = 0
    path: str = "/api/auth/jwks"
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """While it is not set, answers wait."""

    def __post_init__(self) -> None:
        self.gate.set()
        self.asked = asyncio.Event()
        self.reply: Reply | None = None
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def jwks_url(self) -> str:
        return f"{self.url}{self.path}"

    def adds(self, key_id: str, algorithm: str = "EdDSA") -> Self:
        """Make a key and publish it."""
        self.keys[key_id] = (make_key(algorithm), algorithm)
        return self

    def removes(self, key_id: str) -> None:
        """Publish a key no more."""
        del self.keys[key_id]

    def published(self) -> list[object]:
        return [jwk_of(key, algorithm, kid=kid) for kid, (key, algorithm) in self.keys.items()]

    def answers(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Answer like this from now on."""

        async def reply(request: web.Request) -> web.StreamResponse:
            return web.Response(
                body=body,
                status=status,
                headers={name.replace("_", "-"): value for name, value in headers.items()},
            )

        self.reply = reply

    def hangs_up(self) -> None:
        """Break off inside the answer from now on."""

        async def reply(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "100"})
            await response.prepare(request)
            await response.write(b'{"keys": [')
            assert request.transport is not None
            request.transport.close()
            return response

        self.reply = reply

    def token(
        self,
        key_id: str = "k1",
        header: Mapping[str, object] | None = None,
        **claims: object,
    ) -> str:
        """A good token of that key, but for what is said; None leaves a claim or field out."""
        key, algorithm = self.keys[key_id]
        return signed(key, algorithm, {"kid": key_id, **(header or {})}, self.claims(**claims))

    def claims(self, **changes: object) -> dict[str, object]:
        """The claims of a good token, as Better Auth makes them."""
        now_s = int(time.time())
        whole = {
            "iat": now_s,
            "name": "Anna",
            "email": "anna@example.com",
            "sub": "outside-1",
            "exp": now_s + 900,
            "iss": self.url,
            "aud": self.url,
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not None}

    async def stop(self) -> None:
        """Go down."""
        assert self._runner is not None
        await self._runner.cleanup()

    async def start(self) -> None:
        """Come up, at the same address as before."""
        app = web.Application()
        app.router.add_get(self.path, self._serve)
        app.router.add_get("/{other:.*}", self._serve_other)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = cast("tuple[str, int]", self._runner.addresses[0])[1]

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self.gate.set()
        await self.stop()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.fetches += 1
        self.asked.set()
        await self.gate.wait()
        if self.reply is not None:
            return await self.reply(request)
        listed = self.published() if self.entries is None else self.entries
        return web.json_response({"keys": listed})

    async def _serve_other(self, request: web.Request) -> web.StreamResponse:
        message = f"nobody may ask for {request.path}"
        raise AssertionError(message)


def signed(
    key: PrivateKey | bytes,
    algorithm: str,
    header: Mapping[str, object],
    claims: Mapping[str, object] | bytes,
) -> str:
    """A compact token with a true signature over any header and payload."""
    whole = {name: value for name, value in {"alg": algorithm, **header}.items() if value != ()}
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    body = f"{_base64(json.dumps(whole).encode())}.{_base64(payload)}"
    scheme = jwt.PyJWS().get_algorithm_by_name(algorithm)
    return f"{body}.{_base64(scheme.sign(body.encode(), key))}"


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
