"""Builds the parts and joins them; the only place that knows all of them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from taskchat.auth.accounts import Accounts, local_issuer
from taskchat.auth.issuers import TokenRules, trusted_issuers
from taskchat.auth.key_fetcher import KeyFetcher
from taskchat.auth.key_set import KeySet
from taskchat.auth.page import Page
from taskchat.auth.profiles import Profiles
from taskchat.auth.sign_in_limits import SignInLimits
from taskchat.auth.tokens import TokenVerifier
from taskchat.chat.agent import TurnLimits
from taskchat.chat.budget import Budget
from taskchat.chat.conversation_service import ConversationService
from taskchat.chat.journal import Journal
from taskchat.chat.limits import Limits
from taskchat.chat.open_streams import OpenStreams
from taskchat.chat.recovery import Recovery
from taskchat.chat.summaries import Summaries
from taskchat.chat.tool_servers.file import read_tool_servers
from taskchat.chat.tool_servers.servers import ToolServers
from taskchat.chat.toolset import Toolset
from taskchat.chat.turn import Turns
from taskchat.chat.window import Window
from taskchat.db.opening import opened
from taskchat.db.server_lock import ServerLock
from taskchat.db.urls import parse_database_url
from taskchat.measures import metrics
from taskchat.measures.traces import sending_traces
from taskchat.model.choices import is_embedded_alone, read_choices
from taskchat.model.providers import as_it_is, asked_once, make_model
from taskchat.people.erasing import Erasing
from taskchat.people.retention import Retention
from taskchat.people.upkeep import Upkeep
from taskchat.settings import shared_metrics, variable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from pydantic_ai.models import Model

    from taskchat.chat.tool_servers.file import ToolServer
    from taskchat.db.database import Database
    from taskchat.measures.traces import Traces
    from taskchat.settings import Settings

STOP_GRACE_S = 25
LOAD_EVERY_S = 1
STREAMS_PER_TURN = 2
"""How many streams of a user one copy holds, for each turn that may run (contract, section 4)."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that `app.py` built; the same for every request, and none holds a user's data."""

    settings: Settings
    db: Database
    accounts: Accounts
    sign_ins: SignInLimits
    profiles: Profiles
    tokens: TokenVerifier
    key_set: KeySet | None
    """An outside issuer's, where one is set."""
    traces: Traces | None
    """Where they are sent."""
    turns: Turns
    budget: Budget
    streams: OpenStreams
    conversations: ConversationService
    erasing: Erasing

    def tell_load(self) -> None:
        """Set the gauges of `/metrics` to what this process does now."""
        metrics.set_load(len(self.turns.running), self.db.use())


@asynccontextmanager
async def running(
    settings: Settings, address: str, model: Model | None = None
) -> AsyncGenerator[Parts]:
    """The parts at work: database open, orphaned turns taken over, leases kept.

    Args:
        settings: as they were read.
        address: where this process serves; empty for a command that serves nobody.
        model: in place of the one that `TASKCHAT_MODEL` names.

    Raises:
        StartError: another process holds the embedded database, or a setting cannot be used.
    """
    url = parse_database_url(settings.database)
    async with AsyncExitStack() as stack:
        if url.path is not None:
            lock = ServerLock(url.path)
            lock.acquire(address)
            stack.callback(lock.release)
        db = await stack.enter_async_context(opened(settings))
        # Left after all that begins spans: it sends the last of them.
        traces = await stack.enter_async_context(sending_traces(settings.otel_endpoint))
        servers = tool_servers(settings)
        if model is None and is_embedded_alone(settings):
            servers = ()  # never called, so not started either
        # Leaving a model closes its connections.
        around = _tracing(traces)
        asked = named_model(settings, around) if model is None else asked_once(around(model))
        model = await stack.enter_async_context(asked)
        rules = token_rules(settings)
        if rules.key_set is not None:
            stack.push_async_callback(rules.key_set.close)
        elsewhere = ToolServers(servers)
        # After the turns have stopped, which use them until then.
        stack.push_async_callback(elsewhere.close)
        elsewhere.begin()
        parts, recovery, upkeep = await _join(
            settings, settings.public_url or address, db, model, rules, elsewhere, traces
        )
        await (recovery.take_over() if url.path is None else recovery.take_over_all())
        keeping = [
            asyncio.create_task(recovery.keep(), name="recovery"),
            asyncio.create_task(upkeep.keep(), name="upkeep"),
        ]
        if shared_metrics() is not None:
            keeping.append(asyncio.create_task(_tell_load_often(parts), name="load"))
        try:
            yield parts
        finally:
            await parts.turns.stop(STOP_GRACE_S)
            for job in keeping:
                job.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)


async def _tell_load_often(parts: Parts) -> None:
    """Keep the gauges fresh for scrapes that come to another worker."""
    while True:
        parts.tell_load()
        await asyncio.sleep(LOAD_EVERY_S)


def _tracing(traces: Traces | None) -> Callable[[Model], Model]:
    """What to put around a model, so that each request to it is a span."""
    if traces is None:
        return as_it_is
    from taskchat.model.traced import TracedModel

    return partial(TracedModel, traces=traces)


def named_model(settings: Settings, around: Callable[[Model], Model] = as_it_is) -> Model:
    """The model that the settings name, or the chain of them.

    Args:
        settings: as they were read.
        around: gives what stands between each of them and who asks it.

    Raises:
        StartError: there is none of that name, or its key or its extra is missing.
    """
    # A request that has waited for half of the attempt's time leaves the rest for its answer.
    return make_model(
        read_choices(settings), patience_s=settings.agent_timeout_s / 2, around=around
    )


def history_window(settings: Settings) -> Window:
    """Which earlier messages a turn is given."""
    most = settings.history_messages
    return Window.within(settings.history_tokens) if most is None else Window(most)


def tool_servers(settings: Settings) -> Sequence[ToolServer]:
    """The further tool servers that the settings name.

    Raises:
        StartError: the file that names them cannot be used.
    """
    if settings.mcp_servers is None:
        return ()
    return read_tool_servers(settings.mcp_servers, variable)


def token_rules(settings: Settings) -> TokenRules:
    """Which outside tokens count. A key set among them must be closed; it opens nothing by itself.

    Raises:
        StartError: the shared secret is unsafe, or the issuer has our own name.
    """
    is_local = settings.auth_mode == "local"
    secret, url = (None, None) if is_local else (settings.jwt_secret, settings.jwks_url)
    rules = TokenRules(
        shared_secret=None if secret is None else secret.get_secret_value(),
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
        key_set=None if url is None else KeySet(KeyFetcher(url)),
    )
    trusted_issuers(rules, None)
    return rules


async def _join(  # noqa: PLR0913  all that was opened
    settings: Settings,
    address: str,
    db: Database,
    model: Model,
    rules: TokenRules,
    elsewhere: ToolServers,
    traces: Traces | None,
) -> tuple[Parts, Recovery, Upkeep]:
    issuer = await local_issuer(settings, db)
    tokens = TokenVerifier(db, rules, issuer if settings.local_accounts else None, Page(address))
    people = Accounts(
        db, issuer, sign_up_open=settings.sign_up_is_open(address), forget=tokens.forget
    )
    window = history_window(settings)
    journal = Journal(
        db,
        lease_s=settings.lease_s,
        window=window,
        limits=Limits(settings.turn_rate, settings.running_limit, settings.tokens_per_day),
    )
    limits = TurnLimits(settings.agent_timeout_s, settings.agent_max_iterations)
    summaries = Summaries(db, model, window)
    if traces is None:
        turns = Turns(journal, Toolset(elsewhere), model, limits, summaries)
    else:
        turns = _traced_turns(journal, elsewhere, model, limits, summaries, traces)
    parts = Parts(
        settings=settings,
        db=db,
        accounts=people,
        sign_ins=SignInLimits(db, settings.sign_in_rate),
        profiles=Profiles(db, tokens.forget),
        tokens=tokens,
        key_set=rules.key_set,
        turns=turns,
        traces=traces,
        budget=Budget(db, settings.tokens_per_day),
        streams=OpenStreams(STREAMS_PER_TURN * most if (most := settings.running_limit) else None),
        conversations=ConversationService(db, turns),
        erasing=Erasing(db, tokens.forget, turns.let_go),
    )
    retention = Retention(db, settings.kept_after_deletion)
    upkeep = Upkeep(journal, parts.sign_ins, parts.erasing, retention)
    return parts, Recovery(turns, journal, settings.lease_s), upkeep


def _traced_turns(  # noqa: PLR0913  those of `Turns`, and one
    journal: Journal,
    elsewhere: ToolServers,
    model: Model,
    limits: TurnLimits,
    summaries: Summaries,
    traces: Traces,
) -> Turns:
    from taskchat.chat.traced import TracedAgent, TracedToolset

    toolset = TracedToolset(elsewhere, traces)
    make_agent = partial(TracedAgent, traced_tools=toolset, traces=traces)
    return Turns(journal, toolset, model, limits, summaries, make_agent)
