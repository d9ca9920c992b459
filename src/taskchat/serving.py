"""`taskchat serve`: looks before it starts, then hands over to uvicorn."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import TYPE_CHECKING

from taskchat.auth.accounts import running_accounts
from taskchat.db import migrate as migrations
from taskchat.db.server_lock import ServerLock
from taskchat.db.urls import parse_database_url
from taskchat.errors import DatabaseError, StartError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import uvicorn

    from taskchat.settings import Settings

GRACE_S = 25


def serve(  # noqa: PLR0913  the options of the command
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    migrate: bool,
    say: Callable[[str], None],
) -> None:
    """Serve until told to stop.

    Raises:
        StartError: something must be changed first; the sentence says what.
    """
    from taskchat.app import create_app
    from taskchat.parts import named_model

    url = parse_database_url(settings.database)
    if url.path is not None and workers > 1:
        message = "--workers needs Postgres: one process at a time serves an SQLite file."
        raise StartError(message)
    named_model(settings)
    with _bind(host, port) as listening:
        address = _address(host, listening)
        if url.path is not None:
            _refuse_second_server(url.path)
        if migrate:
            migrate_database(settings, say)
        link = asyncio.run(_link(settings, address))
        _run(
            partial(create_app, settings, address),
            listening,
            workers,
            lambda: _welcome(say, settings, settings.public_url or address, link),
        )


def migrate_database(settings: Settings, say: Callable[[str], None]) -> None:
    """`taskchat migrate`: by the owner's address where one is set."""
    url = parse_database_url(settings.migration_url or settings.database)
    if url.path is not None:
        _refuse_second_server(url.path)
        if copy := migrations.copy_aside(url.path):
            say(f"Kept a copy of the database as {copy}.")
    try:
        migrations.upgrade(url)
    except DatabaseError:
        raise migrations.unreachable(url) from None
    say(f"The database is at revision {migrations.latest_revision()}.")


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except PermissionError:
        listening.close()
        message = f"Port {port} may not be used by this account; choose one above 1023 by --port."
        raise StartError(message) from None
    except socket.gaierror:
        listening.close()
        message = f"--host {host} is not an address of this machine."
        raise StartError(message) from None
    except OSError:
        listening.close()
        free = _next_free(host, family, port)
        message = f"Port {port} is taken; port {free} is free: add --port {free}."
        raise StartError(message) from None
    return listening


def _next_free(host: str, family: socket.AddressFamily, port: int) -> int:
    for candidate in range(port + 1, 65536):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    return 0


def _address(host: str, listening: socket.socket) -> str:
    """Where people reach the server from this machine."""
    port: int = listening.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  only compared
    return f"http://{f'[{shown}]' if ':' in shown and '[' not in shown else shown}:{port}"


def _refuse_second_server(database: Path) -> None:
    lock = ServerLock(database)
    lock.acquire("")
    lock.release()


async def _link(settings: Settings, address: str) -> str | None:
    """A link that signs the local person in; None where there are no local accounts."""
    async with running_accounts(settings) as accounts:
        if not settings.local_accounts:
            return None
        return f"{settings.public_url or address}/auth/link?code={await accounts.link_code()}"


def _welcome(
    say: Callable[[str], None], settings: Settings, address: str, link: str | None
) -> None:
    say(f"Taskchat serves {address}")
    if link is not None:
        say(f"Sign in once, within ten minutes: {link}")
    if settings.model == "embedded":
        say("The built-in assistant answers (rules, not an AI model); TASKCHAT_MODEL changes that.")


def _run(
    make_app: Callable[[], object],
    listening: socket.socket,
    workers: int,
    welcome: Callable[[], None],
) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    config = uvicorn.Config(
        make_app,
        factory=True,
        workers=workers,
        log_config=None,
        access_log=False,  # it would print query strings; http/middleware.py logs requests
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    if workers > 1:
        listening.listen(config.backlog)
        welcome()
        Multiprocess(config, sockets=[listening]).run()
        return
    server = _announcing(config, welcome)
    server.run(sockets=[listening])
    if not server.started:
        message = "The server could not start; the log above says why."
        raise StartError(message)


def _announcing(config: uvicorn.Config, welcome: Callable[[], None]) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        """Says that it is there once it is."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                welcome()

    return Server(config)
