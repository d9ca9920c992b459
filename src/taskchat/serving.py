"""`taskchat serve`: looks before it starts, then hands over to uvicorn."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
import tempfile
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from taskchat.auth.accounts import running_accounts
from taskchat.db import migrate as migrations
from taskchat.db.opening import open_database, served_database
from taskchat.db.server_lock import ServerLock
from taskchat.db.urls import parse_database_url
from taskchat.errors import DatabaseError, StartError
from taskchat.model.choices import is_embedded_alone, unused_keys
from taskchat.settings import share_metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    import uvicorn
    from fastapi import FastAPI

    from taskchat.db.urls import DatabaseUrl
    from taskchat.settings import Settings

GRACE_S = 30
"""Longer than turns are given to end (`parts.STOP_GRACE_S`), so that whoever waits for one is told."""
SILENCE_S = 30
"""After how long a worker that does not answer is replaced; one that starts on a busy machine is slow."""
BACKLOG = 2048
KEEP_ALIVE_S = 75
"""How long an idle connection is kept; longer than proxies keep theirs (nginx and load balancers: 60),
or one of them sends a request into a connection that is just being closed."""
GC_THRESHOLD = 20_000
"""Objects made and not freed after which the garbage collector looks at the young ones (700 by itself)."""


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
    # Before what counts is imported: one process by itself shares with nobody.
    share_metrics(None)
    from taskchat.parts import named_model, token_rules, tool_servers

    url = parse_database_url(settings.database)
    if url.path is not None and workers > 1:
        message = "--workers needs Postgres: one process at a time serves an SQLite file."
        raise StartError(message)
    named_model(settings)
    token_rules(settings)
    tool_servers(settings)
    if url.path is not None:
        _refuse_second_server(url.path)  # before the port, which may be taken by the first
    with _listen(host, port) as listening:
        address = _address(host, listening)
        if migrate:
            migrate_database(settings, say)
        link = asyncio.run(_link(settings, address))
        _run(
            partial(_app, settings, address, everywhere=_is_everywhere(listening)),
            listening,
            workers,
            lambda: _welcome(say, settings, settings.public_url or address, link),
        )


def migrate_database(settings: Settings, say: Callable[[str], None]) -> None:
    """`taskchat migrate`: by the owner's address where one is set."""
    setting = "TASKCHAT_MIGRATION_URL" if settings.migration_url else "DATABASE_URL"
    url = (
        served_database(settings)
        if settings.migration_url is None
        else parse_database_url(settings.migration_url, setting)
    )
    served = parse_database_url(settings.database)
    if url.path is not None:
        _refuse_second_server(url.path)
        if copy := migrations.copy_aside(url.path):
            say(f"Kept a copy of the database as {copy}.")
    try:
        if url.path is None and asyncio.run(_is_newer(url)):
            say("The database was made by a newer version, and serves this one, too.")
            return
        migrations.upgrade(url, service=served.role if served.role != url.role else None)
    except DatabaseError:
        raise migrations.unreachable(url, setting) from None
    say(f"The database is at revision {migrations.latest_revision()}.")


async def _is_newer(url: DatabaseUrl) -> bool:
    db = await open_database(replace(url, pooled=True))  # which is right without a pooler, too
    try:
        return await migrations.is_newer(db)
    finally:
        await db.close()


def _app(settings: Settings, address: str, *, everywhere: bool) -> FastAPI:
    """The app, in this process or in a worker, which is a new one and has to set up its logs."""
    from taskchat import logs
    from taskchat.app import create_app

    logs.configure(settings.log_as, settings.log_level)
    app = create_app(settings, address, everywhere=everywhere)
    # What is there now stays: to look through it again and again for garbage is a tenth of a turn
    # where a hundred run at once.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    return app


def _listen(host: str, port: int) -> socket.socket:
    """Take the port. Who connects from now on waits until the server is ready."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named, asyncio sends small answers at once, as uvloop always does; else each
    # one on a kept connection takes 40 ms (Nagle's algorithm against delayed acknowledgements).
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        # Two may be bound to one port as long as none of them listens.
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise StartError(_why_no_port(error, host, family, port)) from None
    return listening


def _why_no_port(error: OSError, host: str, family: socket.AddressFamily, port: int) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} may not be used by this account; choose one above 1023 by --port."
    if error.errno != errno.EADDRINUSE:
        return f"--host {host} is not an address of this machine."
    free = _next_free(host, family, port)
    return f"Port {port} is taken; port {free} is free: add --port {free}."


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


def _is_everywhere(listening: socket.socket) -> bool:
    """Whether it takes connections to any address of the machine."""
    return listening.getsockname()[0] in ("0.0.0.0", "::")  # noqa: S104  only compared


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
    from taskchat.http.web_files import WebFiles

    say(f"Taskchat serves {address}")
    if link is not None:
        say(f"Sign in once, within ten minutes: {link}")
    if why := WebFiles().why_missing():
        say(why)
    if is_embedded_alone(settings):
        say("The built-in assistant answers (rules, not an AI model); TASKCHAT_MODEL changes that.")
        if unused := unused_keys(settings):
            say(unused)
        if settings.mcp_servers is not None:
            say(
                "It calls no further tool servers, so those of TASKCHAT_MCP_SERVERS are not started."
            )


def _run(
    make_app: Callable[[], object],
    listening: socket.socket,
    workers: int,
    welcome: Callable[[], None],
) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from taskchat.http.connections import Connection

    config = uvicorn.Config(
        make_app,
        factory=True,
        workers=workers,
        http=Connection,
        log_config=None,
        access_log=False,  # it would print query strings; http/middleware.py logs requests
        # Else what one request has set, another one on its connection can find.
        reset_contextvars=True,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_worker_healthcheck=SILENCE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
        backlog=BACKLOG,
    )
    if workers > 1:
        welcome()
        # What the workers count, each scrape adds up from here, also of those that have ended.
        with tempfile.TemporaryDirectory(prefix="taskchat-metrics-") as folder:
            share_metrics(Path(folder))
            Multiprocess(config, sockets=[listening]).run()
        return
    # When it has stopped in good order, uvicorn raises the signal once more; for us that is the
    # end, and no failure.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        try:
            _announcing(config, welcome).run(sockets=[listening])
        except SystemExit:
            message = "The server could not start; the log above says why."
            raise StartError(message) from None


def _announcing(config: uvicorn.Config, welcome: Callable[[], None]) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        """Says that it is there once it is."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                welcome()

    return Server(config)
