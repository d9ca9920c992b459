"""Hashing passwords: right, strong enough, and never in the way of the chat."""

from __future__ import annotations

import asyncio
import threading
import unicodedata

import pytest

from taskchat.auth.passwords import AT_ONCE, Passwords
from tests.auth.conftest import quick_passwords


async def test_a_password_fits_its_own_hash_and_no_other() -> None:
    passwords = quick_passwords()

    stored = await passwords.hash("correct horse battery")

    assert await passwords.verify(stored, "correct horse battery")
    assert not await passwords.verify(stored, "correct horse batterz")
    assert "correct" not in stored


async def test_equal_passwords_have_different_hashes() -> None:
    passwords = quick_passwords()

    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


async def test_the_usual_strength_is_argon2id_with_19_mib() -> None:
    assert (await Passwords().hash("correct horse")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_nothing_to_compare_with_takes_the_same_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from argon2 import PasswordHasher

    passwords = quick_passwords()
    stored = await passwords.hash("correct horse")
    asked: list[str] = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
        asked.append(str(hash).rpartition("$")[0].rpartition("$")[0])
        return verify(self, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    assert not await passwords.verify(None, "wrong horse")
    assert not await passwords.verify(stored, "wrong horse")

    assert asked == ["$argon2id$v=19$m=8,t=1,p=1"] * 2


async def test_a_hash_of_other_parameters_still_fits_and_is_outdated() -> None:
    old = await Passwords(time_cost=2, memory_kib=16).hash("correct horse")
    passwords = quick_passwords()

    assert await passwords.verify(old, "correct horse")
    assert passwords.is_outdated(old)
    assert not passwords.is_outdated(await passwords.hash("correct horse"))


async def test_a_damaged_hash_fits_nothing() -> None:
    assert not await quick_passwords().verify("not a hash", "correct horse")


async def test_an_accent_is_the_same_from_every_keyboard() -> None:
    passwords = quick_passwords()
    composed = unicodedata.normalize("NFC", "café au lait")

    stored = await passwords.hash(composed)

    assert await passwords.verify(stored, unicodedata.normalize("NFD", composed))


async def test_a_storm_computes_few_at_once_even_when_its_clients_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from argon2 import PasswordHasher

    passwords = quick_passwords()
    running, most = 0, 0
    counting = threading.Lock()
    gate = threading.Event()

    def slow(self: PasswordHasher, password: str | bytes, *, salt: bytes | None = None) -> str:
        nonlocal running, most
        with counting:
            running += 1
            most = max(most, running)
        gate.wait(10)
        with counting:
            running -= 1
        return "hash"

    monkeypatch.setattr(PasswordHasher, "hash", slow)
    storm = [asyncio.create_task(passwords.hash("correct horse")) for _ in range(20)]
    await asyncio.sleep(0)
    for leaving in storm[:10]:
        leaving.cancel()
    last = asyncio.create_task(passwords.hash("correct horse"))
    await asyncio.sleep(0)  # the loop is free: this test goes on while they wait
    gate.set()
    await asyncio.gather(*storm, return_exceptions=True)
    await last

    assert most <= AT_ONCE
