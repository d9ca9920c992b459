"""The settings of identity: what starts, what does not, and what a doctor says of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from taskchat.administration import Finding, examine
from taskchat.auth.key_set import KeySet
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import StartError
from taskchat.parts import token_rules
from taskchat.rates import Rate
from taskchat.settings import Settings, load_settings
from tests.auth.outside_issuer import OutsideIssuer, jwk_of, make_key
from tests.http.conftest import settings_for

SECRET = "a shared secret of more than thirty-two bytes"
JWKS = "https://auth.example.com/api/auth/jwks"
ISSUER = "https://auth.example.com"


def load(**values: Any) -> Settings:
    return load_settings(_env_file=None, **values)


@pytest.fixture
async def issuer() -> AsyncIterator[OutsideIssuer]:
    async with OutsideIssuer() as running:
        yield running


# ---- what starts ----


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ({}, "local"),
        ({"jwt_issuer": ISSUER}, "local"),
        ({"jwks_url": JWKS, "jwt_issuer": ISSUER}, "external"),
        ({"jwt_secret": SECRET}, "external"),
        ({"jwks_url": JWKS, "jwt_issuer": ISSUER, "auth": "both"}, "both"),
        ({"jwks_url": JWKS, "jwt_issuer": ISSUER, "auth": "local"}, "local"),
    ],
)
def test_an_issuer_that_is_set_is_meant_to_be_used(values: dict[str, str], mode: str) -> None:
    assert load(**values).auth_mode == mode


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:3000/jwks",
        "http://localhost:3000/jwks",
        "http://[::1]:3000/jwks",
        "https://10.0.0.1/jwks",
    ],
)
def test_keys_may_come_by_https_or_from_this_machine(url: str) -> None:
    assert load(jwks_url=url, jwt_issuer=ISSUER).jwks_url == url


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"jwks_url": JWKS}, "TASKCHAT_JWKS_URL needs TASKCHAT_JWT_ISSUER; "),
        ({"jwks_url": "http://auth.example.com/jwks"}, "TASKCHAT_JWKS_URL cannot be used: keys"),
        ({"jwks_url": "http://127.0.0.1.example.com/"}, "TASKCHAT_JWKS_URL cannot be used: keys"),
        ({"jwks_url": "http://localhost@example.com/"}, "TASKCHAT_JWKS_URL cannot be used: keys"),
        ({"jwks_url": "auth.example.com/jwks"}, "TASKCHAT_JWKS_URL cannot be used: it must be"),
        ({"jwks_url": "file:///etc/passwd"}, "TASKCHAT_JWKS_URL cannot be used: it must be"),
        ({"jwks_url": "https://"}, "TASKCHAT_JWKS_URL cannot be used: it must be"),
        ({"token_url": "javascript:alert(1)"}, "TASKCHAT_TOKEN_URL cannot be used: it must be"),
        ({"token_url": "https://a.example;x/t"}, "TASKCHAT_TOKEN_URL cannot be used: its host"),
        ({"token_url": "https://[::1/t"}, "TASKCHAT_TOKEN_URL cannot be used: it is no address"),
        ({"sign_in_url": "/sign-in"}, "TASKCHAT_SIGN_IN_URL cannot be used: it must be"),
        ({"jwks_url": "https://[::1/jwks"}, "TASKCHAT_JWKS_URL cannot be used: it is no address"),
        ({"auth": "external"}, "TASKCHAT_AUTH is external, but no outside issuer is set; "),
        ({"auth": "both", "jwt_issuer": ISSUER}, "TASKCHAT_AUTH is both, but no outside issuer"),
        ({"auth_rate_limit": "30"}, "TASKCHAT_AUTH_RATE_LIMIT cannot be used: it must be"),
        ({"trusted_proxies": "proxy"}, "TASKCHAT_TRUSTED_PROXIES cannot be used: it must be"),
    ],
)
def test_what_is_unsafe_or_unclear_does_not_start(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(StartError) as refused:
        load(**values)

    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)


def test_the_issuer_must_not_have_our_own_name() -> None:
    with pytest.raises(StartError, match="TASKCHAT_JWT_ISSUER"):
        token_rules(load(jwks_url=JWKS, jwt_issuer="taskchat"))


def test_with_local_accounts_alone_no_outside_key_counts() -> None:
    settings = load(auth="local", jwks_url=JWKS, jwt_issuer=ISSUER, jwt_secret=SECRET)

    rules = token_rules(settings)

    assert (rules.key_set, rules.shared_secret) == (None, None)


def test_the_key_set_and_the_secret_are_both_used() -> None:
    rules = token_rules(load(jwks_url=JWKS, jwt_issuer=ISSUER, jwt_secret=SECRET))

    assert isinstance(rules.key_set, KeySet)
    assert rules.shared_secret == SECRET


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("30/minute", Rate(30, 60)),
        (" 5 / Second ", Rate(5, 1)),
        ("1000000/hour", Rate(1_000_000, 3600)),
        ("off", None),
        ("OFF", None),
    ],
)
def test_a_rate_is_a_number_and_a_time(text: str, rate: Rate | None) -> None:
    assert load(auth_rate_limit=text).sign_in_rate == rate


@pytest.mark.parametrize(
    "text",
    ["0/minute", "-1/minute", "1.5/minute", "30/day", "30 per minute", "1000000001/hour", "x"],
)
def test_other_rates_do_not_start(text: str) -> None:
    with pytest.raises(StartError, match="TASKCHAT_AUTH_RATE_LIMIT"):
        load(auth_rate_limit=text)


def test_thirty_a_minute_is_the_usual_rate() -> None:
    assert load().sign_in_rate == Rate(30, 60)


# ---- the doctor ----


async def _issuer_line(url: DatabaseUrl, folder: Path, **values: Any) -> Finding:
    findings = await examine(settings_for(url, folder, **values))
    (found,) = [each for each in findings if each.name == "issuer"]
    return found


async def test_a_doctor_says_how_many_keys_there_are(
    issuer: OutsideIssuer, database_url: DatabaseUrl, tmp_path: Path
) -> None:
    issuer.adds("k1").adds("k2", "ES256")
    issuer.entries = [*issuer.published(), jwk_of(make_key("EdDSA"), "EdDSA", use="enc")]

    found = await _issuer_line(
        database_url,
        tmp_path,
        auth="both",
        jwks_url=issuer.jwks_url,
        jwt_issuer=issuer.url,
        jwt_secret=SECRET,
    )

    assert found.ok
    assert found.text == (
        "local accounts; outside tokens by key set (2 keys; 1 more cannot be used);"
        " outside tokens by shared secret"
    )


async def test_a_doctor_tells_why_there_are_no_keys(
    issuer: OutsideIssuer, database_url: DatabaseUrl, tmp_path: Path
) -> None:
    values = {"jwks_url": issuer.jwks_url, "jwt_issuer": issuer.url}

    empty = await _issuer_line(database_url, tmp_path, **values)
    issuer.answers(b"gone", 503)
    failing = await _issuer_line(database_url, tmp_path, **values)
    await issuer.stop()
    away = await _issuer_line(database_url, tmp_path, **values)
    await issuer.start()

    told = "TASKCHAT_JWKS_URL gives "
    assert [each.ok for each in (empty, failing, away)] == [False] * 3
    assert empty.text == f"{told}a key set in which no key can be used"
    assert failing.text == f"{told}no key set: the answer has status 503"
    assert away.text == f"{told}no key set: the issuer cannot be reached"


async def test_a_doctor_names_the_shared_secret_alone(
    database_url: DatabaseUrl, tmp_path: Path
) -> None:
    found = await _issuer_line(database_url, tmp_path, jwt_secret=SECRET)

    assert (found.ok, found.text) == (True, "outside tokens by shared secret")
