"""The parts of identity, joined as the app joins them, with a clock that tests set."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

import jwt
import pytest

from taskchat.auth.accounts import Accounts
from taskchat.auth.issuers import TokenRules
from taskchat.auth.local_issuer import LocalIssuer
from taskchat.auth.page import Page
from taskchat.auth.passwords import Passwords
from taskchat.auth.tokens import TokenVerifier
from taskchat.db.database import Database, Transaction

SIGNING_KEY = b"the key of our own tokens, in a test"
SHARED_SECRET = "the secret shared with an outside issuer"
PASSWORD = "correct horse battery"


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now_s: float = field(default_factory=lambda: float(int(time.time())))

    def __call__(self) -> float:
        return self.now_s

    def pass_(self, seconds: float) -> None:
        self.now_s += seconds


def quick_passwords() -> Passwords:
    """The real algorithm at its smallest; the strength has a test of its own."""
    return Passwords(time_cost=1, memory_kib=8)


@dataclass
class Identity:
    """One copy of the server, as far as identity goes."""

    db: Database
    clock: Clock
    rules: TokenRules = field(default_factory=lambda: TokenRules(shared_secret=SHARED_SECRET))
    page: Page = field(default_factory=lambda: Page("http://127.0.0.1:8000"))
    sign_up_open: bool = True
    passwords: Passwords = field(default_factory=quick_passwords)
    everything: Database | None = None
    """The same database for a test's own eyes, beyond row-level security."""

    def __post_init__(self) -> None:
        self.issuer = LocalIssuer(SIGNING_KEY)
        self.tokens = TokenVerifier(self.db, self.rules, self.issuer, self.page, self.clock)
        self.accounts = Accounts(
            self.db,
            self.issuer,
            sign_up_open=self.sign_up_open,
            passwords=self.passwords,
            forget=self.tokens.forget,
            now=self.clock,
        )

    async def users(self) -> int:
        """How many users there are."""
        assert self.everything is not None
        return await count(self.everything, "users")

    def outside_token(self, /, **claims: object) -> str:
        """A good token of the shared secret, but for what `claims` say; None leaves one out."""
        whole = {"sub": "outside-1", "exp": self.clock.now_s + 600, **claims}
        return jwt.encode(
            {name: value for name, value in whole.items() if value is not None}, SHARED_SECRET
        )


def raw_token(header: Mapping[str, object], payload: str, secret: str = SHARED_SECRET) -> str:
    """A token with a true signature over any header and any bytes of payload."""
    body = f"{_base64(json.dumps(header).encode())}.{_base64(payload.encode())}"
    hs256 = jwt.PyJWS().get_algorithm_by_name("HS256")
    return f"{body}.{_base64(hs256.sign(body.encode(), secret.encode()))}"


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


async def count(db: Database, table: str) -> int:
    """How many rows a table has."""

    async def work(tx: Transaction) -> int:
        row = await tx.fetchrow(f"SELECT count(*) AS n FROM {table}")  # noqa: S608  of a test
        assert row is not None
        return row["n"]

    return await db.read(work)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identity(database: Database, everything: Database, clock: Clock) -> Identity:
    return Identity(database, clock, everything=everything)
