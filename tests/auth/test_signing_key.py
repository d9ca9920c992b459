"""The key of our own tokens: made once, the same for all, and nobody else's to read."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from taskchat.auth.signing_key import signing_key
from taskchat.db.database import Database, Transaction
from taskchat.errors import StartError


async def test_twenty_at_once_get_one_key_and_so_does_a_restart(
    database: Database, tmp_path: Path
) -> None:
    keys = await asyncio.gather(*(signing_key(database, tmp_path, None) for _ in range(20)))

    assert len(set(keys)) == 1
    assert len(keys[0]) >= 32
    assert await signing_key(database, tmp_path, None) == keys[0]


async def test_the_embedded_database_keeps_it_in_a_file_only_its_owner_reads(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "folder"

    await signing_key(database, folder, None)

    if database.dialect == "postgres":
        assert not folder.exists()
    else:
        assert [path.name for path in folder.iterdir()] == ["signing.key"]
        assert (folder / "signing.key").stat().st_mode & 0o777 == 0o600


async def test_a_file_that_others_could_read_is_closed_to_them(
    database: Database, tmp_path: Path
) -> None:
    if database.dialect == "postgres":
        pytest.skip("no file there")
    key = await signing_key(database, tmp_path, None)
    (tmp_path / "signing.key").chmod(0o644)

    assert await signing_key(database, tmp_path, None) == key
    assert (tmp_path / "signing.key").stat().st_mode & 0o777 == 0o600


async def test_a_damaged_key_ends_the_start_with_what_to_do(
    database: Database, tmp_path: Path
) -> None:
    if database.dialect == "postgres":

        async def work(tx: Transaction) -> None:
            await tx.execute(
                "INSERT INTO secrets VALUES ('signing_key', 'short', clock_timestamp())"
            )

        await database.transaction(work)
    else:
        (tmp_path / "signing.key").write_bytes(b"\xff\xfe")

    with pytest.raises(StartError, match="TASKCHAT_SIGNING_KEY"):
        await signing_key(database, tmp_path, None)


async def test_a_place_that_cannot_be_written_ends_the_start_with_its_setting(
    database: Database, tmp_path: Path
) -> None:
    if database.dialect == "postgres":
        pytest.skip("no file there")
    (tmp_path / "file").touch()

    with pytest.raises(StartError, match="TASKCHAT_DATA_DIR"):
        await signing_key(database, tmp_path / "file", None)


async def test_a_given_key_is_used_and_nothing_is_kept(database: Database, tmp_path: Path) -> None:
    given = "k" * 32

    assert await signing_key(database, tmp_path / "none", given) == given.encode()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "given",
    [
        "",
        "k" * 31,
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n",
        '{"kty": "oct", "k": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}',
    ],
)
async def test_a_given_key_that_is_unsafe_ends_the_start_with_its_setting(
    database: Database, tmp_path: Path, given: str
) -> None:
    with pytest.raises(StartError, match="TASKCHAT_SIGNING_KEY") as caught:
        await signing_key(database, tmp_path, given)

    assert not given or given not in str(caught.value)


async def test_a_narrow_umask_is_no_trouble(database: Database, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        await signing_key(database, tmp_path / "wide", None)
    finally:
        os.umask(before)

    if database.dialect == "sqlite":
        assert (tmp_path / "wide" / "signing.key").stat().st_mode & 0o777 == 0o600
