"""What a copy does now and then, though nobody asks for it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from taskchat.auth import account_rows
from taskchat.auth.sign_in_limits import SignInLimits
from taskchat.chat.journal import Journal
from taskchat.chat.window import Window
from taskchat.db.urls import DatabaseUrl
from taskchat.errors import DatabaseError
from taskchat.people import upkeep
from taskchat.people.erasing import Erasing
from taskchat.people.retention import Retention
from taskchat.people.upkeep import Upkeep
from taskchat.rates import Rate
from tests.chat.conftest import ChatDriver
from tests.http.conftest import running_server, settings_for
from tests.people.long_life import rows_of
from tests.people.meddled import Meddled
from tests.processes import PATIENCE_S

LONG_AGO = datetime.now(UTC) - timedelta(days=31)


def upkeep_of(chat: ChatDriver, journal: Journal | None = None) -> Upkeep:
    """What a copy with a retention of a month has."""
    return Upkeep(
        journal or chat.journal,
        SignInLimits(chat.db, Rate(30, 60)),
        Erasing(chat.db),
        Retention(chat.db, timedelta(days=30)),
    )


async def has_gone(chat: ChatDriver, sql: str) -> None:
    """Wait until there is no such row any more."""
    async with asyncio.timeout(PATIENCE_S):
        while await chat.rows(sql):  # noqa: ASYNC110  a table has no event
            await asyncio.sleep(0.01)


async def begin_erasing(chat: ChatDriver) -> None:
    """As one that breaks off after its first step."""
    chat.model.says("Hello.")
    await chat.send("hello")
    await chat.db.transaction(lambda tx: account_rows.begin_erasing(tx, chat.user), user=chat.user)


async def delete_a_conversation_long_ago(chat: ChatDriver) -> None:
    chat.model.says("Hello.")
    await chat.send("hello")
    await chat.execute("UPDATE conversations SET deleted_at = $1", LONG_AGO)


@asynccontextmanager
async def keeping(chat: ChatDriver):
    """Its job, while something is done beside it."""
    job = asyncio.create_task(upkeep_of(chat).keep())
    yield
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)


async def test_a_server_that_starts_goes_on_with_an_erase_that_broke_off(
    chat: ChatDriver, database_url: DatabaseUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "FINISH_S", 3600)
    await begin_erasing(chat)
    await chat.db.close()

    async with running_server(settings_for(database_url, tmp_path)):
        await has_gone(chat, "SELECT id FROM users")

    assert await rows_of(chat.everything, chat.user) == {}


async def test_one_that_breaks_off_elsewhere_is_gone_on_with_later(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "FINISH_S", 0.05)
    async with keeping(chat):
        await begin_erasing(chat)

        await has_gone(chat, "SELECT id FROM users")


async def test_what_was_deleted_long_ago_is_purged_now_and_then(
    chat: ChatDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "FINISH_S", 0.02)
    monkeypatch.setattr(upkeep, "PURGE_S", 0.1)
    async with keeping(chat):
        await delete_a_conversation_long_ago(chat)

        await has_gone(chat, "SELECT id FROM conversations")


async def is_away() -> None:
    raise DatabaseError


async def test_one_thing_that_fails_keeps_no_other_from_being_done(chat: ChatDriver) -> None:
    await delete_a_conversation_long_ago(chat)

    with capture_logs() as logs:
        journal = Journal(Meddled(chat.db, is_away), lease_s=12, window=Window())
        await upkeep_of(chat, journal).purge()

    assert await rows_of(chat.everything, chat.user) == {"users": 1}
    failed: list[Any] = [line for line in logs if line["event"] == "upkeep.failed"]
    assert [line["kind"] for line in failed] == ["DatabaseError"] * 2


async def test_attempts_to_sign_in_are_forgotten_though_nobody_tries_again(
    chat: ChatDriver,
) -> None:
    limits = SignInLimits(chat.db, Rate(30, 60))
    await limits.admit("192.0.2.1", "anna@example.com")
    before = await chat.rows("SELECT id FROM sign_in_attempts")
    await limits.admit("192.0.2.2", "bert@example.com")
    for row in before:
        await chat.execute(
            "UPDATE sign_in_attempts SET made_at = made_at - 3700 WHERE id = $1", row["id"]
        )

    await upkeep_of(chat).purge()

    left = await chat.rows("SELECT id FROM sign_in_attempts")
    assert len(left) == 2
    assert not [row for row in left if row in before]
