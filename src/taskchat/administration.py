"""What the operator's commands do: accounts, tokens, and a look at everything."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from taskchat.auth.accounts import find_person, running_accounts
from taskchat.auth.key_fetcher import FetchFailedError
from taskchat.chat.tool_servers.servers import ToolServers
from taskchat.db import migrate as migrations
from taskchat.db.opening import open_database, opened, served_database
from taskchat.errors import DatabaseError, NotFoundError, StartError
from taskchat.model.checks import check_model
from taskchat.parts import named_model, token_rules, tool_servers
from taskchat.people.erasing import Erasing
from taskchat.people.export_json import json_of
from taskchat.people.export_text import text_of
from taskchat.people.exporting import gathered
from taskchat.people.importing import import_into, read_export
from taskchat.people.removing import Removed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from taskchat.auth.key_set import KeySet
    from taskchat.db.database import Database, Row, Transaction
    from taskchat.settings import Settings

CLOCK_TOLERANCE_S = 30
"""The leeway of token checks: a clock that is further off refuses good tokens."""

SERVICE_ROLE = "serve as another one (docs/operating.md, Migrations)"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at one thing found."""

    name: str
    ok: bool
    text: str


async def add_user(settings: Settings, email: str, password: str) -> None:
    """`taskchat user add`."""
    async with running_accounts(settings) as accounts:
        await accounts.add_user(email, password)


async def set_password(settings: Settings, email: str, password: str) -> None:
    """`taskchat user password`."""
    async with running_accounts(settings) as accounts:
        await accounts.set_password(email, password)


async def make_token(settings: Settings, email: str, days: int) -> str:
    """`taskchat token`."""
    async with running_accounts(settings) as accounts:
        return (await accounts.token_for(email, days)).token


async def export_person(
    settings: Settings, name: str, *, as_text: bool, write: Callable[[str], None]
) -> None:
    """`taskchat export`: writes while it reads.

    Raises:
        NotFoundError: there is nobody of that address or id.
    """
    async with opened(settings) as db:
        person = await find_person(db, name)
        pieces = text_of(db, person.user) if as_text else json_of(db, person.user)
        async for piece in gathered(pieces):
            write(piece)


async def import_file(settings: Settings, content: bytes, name: str) -> str:
    """`taskchat import`: says in a sentence how much came in.

    Raises:
        ImportRefusedError: the file is not understood, or the account has tasks.
        NotFoundError: there is nobody of that address or id.
    """
    file = read_export(content)
    async with opened(settings) as db:
        person = await find_person(db, name)
        return f"Imported into {name}: {_told(await import_into(db, person.user, file))}."


async def erase_person(settings: Settings, name: str) -> str:
    """`taskchat erase`: says in a sentence how much there was.

    Raises:
        NotFoundError: there is nobody of that address or id, and no erase to be gone on with.
    """
    async with opened(settings) as db:
        erasing = Erasing(db)
        rest = await erasing.finish(timedelta(0))
        try:
            person = await find_person(db, name)
        except NotFoundError:
            if rest is None:
                raise
            return f"Went on with an erase that had broken off: {_told(rest)}."
        removed = await erasing.erase(person.user)
    return f"Erased {name}: {_told(removed or Removed())}."


def _told(removed: Removed) -> str:
    counted = (f"{count:,} {table.replace('_', ' ')}" for table, count in sorted(removed.items()))
    return ", ".join(counted) or "no rows but the user's own"


async def examine(settings: Settings) -> list[Finding]:
    """`taskchat doctor`: each thing is looked at, also when another fails."""
    checks: tuple[tuple[str, Callable[[Settings], Awaitable[str]]], ...] = (
        ("database", _database),
        ("migrations", _migrations),
        ("issuer", _issuer),
        ("model", _model),
        ("clock", _clock),
    )
    findings: list[Finding] = []
    for name, check in checks:
        try:
            findings.append(Finding(name, True, await check(settings)))
        except (StartError, DatabaseError) as error:
            findings.append(Finding(name, False, str(error)))
    return findings + await _tool_servers(settings)


async def _tool_servers(settings: Settings) -> list[Finding]:
    """A line for each further tool server, or one for the file that cannot be used."""
    try:
        elsewhere = ToolServers(tool_servers(settings))
    except StartError as error:
        return [Finding("tool servers", False, str(error))]
    try:
        found = await elsewhere.examine()
    finally:
        await elsewhere.close()
    return [
        Finding(f"tool server {name}", True, "1 tool" if tools == 1 else f"{tools} tools")
        if isinstance(tools, int)
        else Finding(f"tool server {name}", False, tools)
        for name, tools in found.items()
    ]


async def _database(settings: Settings) -> str:
    url = served_database(settings)
    try:
        db = await open_database(url)
        try:
            warning = await _isolation_warning(db)
        finally:
            await db.close()
    except DatabaseError:
        raise migrations.unreachable(url) from None
    return f"{url.shown} answers{warning}"


async def _migrations(settings: Settings) -> str:
    url = served_database(settings)
    latest = migrations.latest_revision()
    db = await open_database(url)
    try:
        revision = await migrations.current_revision(db)
        is_newer = await migrations.is_newer(db)
    finally:
        await db.close()
    if url.path is not None and (revision is None or revision < latest):
        return f"at {revision or 'nothing'}; every command migrates an embedded database by itself"
    if is_newer:
        return f"at {revision}, made by a newer version, beside which this one may serve"
    if revision != latest:
        message = f"at {revision or 'nothing'}, needs {latest}: run `taskchat migrate`"
        raise StartError(message)
    return f"at {revision}, which this version needs"


async def _isolation_warning(db: Database) -> str:
    """What to say where the database itself cannot keep users apart from the role we serve as."""

    async def work(tx: Transaction) -> Row | None:
        return await tx.fetchrow(
            "SELECT current_user AS role, rolsuper OR rolbypassrls AS bypasses,"
            " pg_has_role(current_user, (SELECT relowner FROM pg_class"
            "  WHERE oid = to_regclass('users')), 'MEMBER') AS owns"
            " FROM pg_roles WHERE rolname = current_user"
        )

    found = await db.read(work) if db.dialect == "postgres" else None
    if found is None:
        return ""
    role = found["role"]
    if found["bypasses"]:
        return f"; WARNING: row-level security does not bind the role {role}: {SERVICE_ROLE}"
    if found["owns"]:
        return f"; WARNING: the role {role} owns the tables and could lift their policies: {SERVICE_ROLE}"
    return ""


async def _issuer(settings: Settings) -> str:
    rules = token_rules(settings)
    kinds: list[str] = []
    if settings.local_accounts:
        async with running_accounts(settings):
            kinds.append("local accounts")
    if rules.key_set is not None:
        kinds.append(await _key_set(rules.key_set))
    if rules.shared_secret is not None:
        kinds.append("outside tokens by shared secret")
    return "; ".join(kinds)


async def _key_set(key_set: KeySet) -> str:
    try:
        found = await key_set.read()
    except FetchFailedError as error:
        message = f"TASKCHAT_JWKS_URL gives no key set: {error}"
        raise StartError(message) from None
    finally:
        await key_set.close()
    if not found.keys:
        message = "TASKCHAT_JWKS_URL gives a key set in which no key can be used"
        raise StartError(message)
    many = "1 key" if len(found.keys) == 1 else f"{len(found.keys)} keys"
    ignored = f"; {len(found.ignored)} more cannot be used" if found.ignored else ""
    return f"outside tokens by key set ({many}{ignored})"


async def _model(settings: Settings) -> str:
    model = named_model(settings)
    async with model:
        await check_model(model)
    return f"{settings.model} answers"


async def _clock(settings: Settings) -> str:
    async def now(tx: Transaction) -> float:
        row = await tx.fetchrow("SELECT epoch_now() AS now")
        assert row is not None  # noqa: S101  a SELECT of a function
        return row["now"]

    async with opened(settings) as db:
        apart_s = abs(await db.read(now) - time.time())
    if apart_s > CLOCK_TOLERANCE_S:
        message = f"{apart_s:.0f} s apart from the database's; tokens will be refused"
        raise StartError(message)
    return "agrees with the database's"
