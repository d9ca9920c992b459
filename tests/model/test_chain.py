"""Several models in order: where one is down, the next one answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from pydantic_ai.models import Model

from taskchat.errors import ContextTooLongError, ModelError, StartError
from taskchat.model.chain import LONGEST_REST_S, REST_S, ChainModel
from taskchat.model.checks import check_model
from taskchat.model.choices import ModelChoice
from taskchat.model.providers import make_model
from tests.model.asking import ask
from tests.model.conftest import model_of
from tests.model.stub_anthropic import AnthropicStub
from tests.model.stub_google import GoogleStub
from tests.model.stub_provider import StubProvider
from tests.processes import until
from tests.scripted_model import ScriptedModel


@dataclass
class Chain:
    """Two scripted models, and a clock that a test sets."""

    first: ScriptedModel
    second: ScriptedModel
    now: float = 1000.0

    def __post_init__(self) -> None:
        self.model = ChainModel([self.first, self.second], now=lambda: self.now)

    @property
    def asked(self) -> tuple[int, int]:
        """How often each was asked."""
        return len(self.first.asked), len(self.second.asked)


@pytest.fixture
def chain() -> Chain:
    return Chain(ScriptedModel(), ScriptedModel())


def down(retry_after_s: int | None = None) -> ModelError:
    error = ModelError(retryable=True)
    error.retry_after_s = retry_after_s
    return error


async def test_the_first_answers_where_it_can(chain: Chain, streamed: bool) -> None:
    chain.first.says("Hi.")

    assert (await ask(chain.model, streamed=streamed)).text == "Hi."
    assert chain.asked == (1, 0)


@pytest.mark.parametrize("error", [down(), ModelError(retryable=False)], ids=["down", "refuses"])
async def test_the_next_answers_where_the_first_does_not(
    chain: Chain, streamed: bool, error: ModelError
) -> None:
    chain.first.fails(error)
    chain.second.says("Hi.")
    shown: list[str] = []

    assert (await ask(chain.model, streamed=streamed, shown=shown)).text == "Hi."
    assert shown == (["Hi."] if streamed else [])


async def test_what_is_too_long_for_one_is_told_and_not_passed_on(
    chain: Chain, streamed: bool
) -> None:
    chain.first.fails(ContextTooLongError())

    with pytest.raises(ContextTooLongError):
        await ask(chain.model, streamed=streamed)

    assert chain.asked == (1, 0)


async def test_when_all_fail_the_first_failure_that_may_pass_is_told(
    chain: Chain, streamed: bool
) -> None:
    last = down(7)
    chain.first.fails(ModelError(retryable=False))
    chain.second.fails(last)

    with pytest.raises(ModelError) as raised:
        await ask(chain.model, streamed=streamed)

    assert raised.value is last


async def test_when_none_may_pass_the_first_failure_is_told(chain: Chain, streamed: bool) -> None:
    first = ModelError(retryable=False)
    chain.first.fails(first)
    chain.second.fails(ModelError(retryable=False))

    with pytest.raises(ModelError) as raised:
        await ask(chain.model, streamed=streamed)

    assert raised.value is first


async def test_one_that_was_down_is_left_alone_for_a_while(chain: Chain, streamed: bool) -> None:
    chain.first.fails(down())
    for now in (0, REST_S - 1, REST_S + 1):
        chain.now = now
        await ask(chain.model, streamed=streamed)

    assert chain.asked == (2, 2)


@pytest.mark.parametrize(
    ("retry_after_s", "rests_s"), [(1, REST_S), (100, 100), (10_000, LONGEST_REST_S)]
)
async def test_one_that_says_how_long_is_left_alone_that_long_within_reason(
    chain: Chain, retry_after_s: int, rests_s: int
) -> None:
    chain.first.fails(down(retry_after_s))
    for now in (0, rests_s - 1, rests_s + 1):
        chain.now = now
        await ask(chain.model, streamed=False)

    assert chain.asked == (2, 2)


async def test_one_that_is_left_alone_is_asked_where_the_others_fail(
    chain: Chain, streamed: bool
) -> None:
    chain.first.fails(down()).says("Here again.")
    chain.second.says("Hi.").fails(down())

    await ask(chain.model, streamed=streamed)

    assert (await ask(chain.model, streamed=streamed)).text == "Here again."


async def test_one_that_refuses_a_request_is_asked_the_next_one(
    chain: Chain, streamed: bool
) -> None:
    chain.first.fails(ModelError(retryable=False)).says("Hi.")

    await ask(chain.model, streamed=streamed)

    assert (await ask(chain.model, streamed=streamed)).text == "Hi."


async def test_an_answer_that_breaks_off_is_told_and_the_next_is_another_s(chain: Chain) -> None:
    chain.first.streams("Half of ", down())
    chain.second.says("Whole.")
    shown: list[str] = []

    with pytest.raises(ModelError):
        await ask(chain.model, streamed=True, shown=shown)

    assert shown == ["Half of "]
    assert (await ask(chain.model, streamed=True)).text == "Whole."


# ---- over real wires ----


@pytest.fixture
async def servers(
    allow_requests: None,
) -> AsyncIterator[tuple[GoogleStub, AnthropicStub, StubProvider]]:
    """Three providers."""
    async with (
        GoogleStub(name="gemini") as google,
        AnthropicStub(name="claude") as anthropic,
        StubProvider(name="gpt") as openai,
    ):
        yield google, anthropic, openai


@pytest.fixture
async def chosen(
    servers: tuple[GoogleStub, AnthropicStub, StubProvider],
) -> AsyncIterator[Model]:
    """The chain of them, and the built-in assistant at its end."""
    google, anthropic, openai = servers
    choices = [
        ModelChoice("google", "gemini", google.base_url, "k"),
        ModelChoice("anthropic", "claude", anthropic.base_url, "k"),
        ModelChoice("openai", "gpt", openai.base_url),
        ModelChoice("embedded"),
    ]
    async with make_model(choices, patience_s=0) as model:
        yield model


async def test_an_answer_has_the_name_of_who_gave_it(
    servers: tuple[GoogleStub, AnthropicStub, StubProvider], chosen: Model, streamed: bool
) -> None:
    google, anthropic, openai = servers
    google.overloads()
    anthropic.overloads()
    openai.says("Hi.")

    response = await ask(chosen, streamed=streamed)

    assert (response.text, response.model_name) == ("Hi.", "gpt")


async def test_an_overload_that_is_told_in_a_stream_is_passed_on_before_anything_is_shown(
    servers: tuple[GoogleStub, AnthropicStub, StubProvider], chosen: Model
) -> None:
    google, anthropic, _ = servers
    google.overloads_midway()
    anthropic.says("Hi.")
    shown: list[str] = []

    response = await ask(chosen, streamed=True, shown=shown)

    assert ("".join(shown), response.model_name) == ("Hi.", "claude")


async def test_the_built_in_assistant_answers_where_all_servers_are_down(
    servers: tuple[GoogleStub, AnthropicStub, StubProvider], chosen: Model, streamed: bool
) -> None:
    for server in servers:
        server.overloads()

    response = await ask(chosen, streamed=streamed)

    assert response.text
    assert response.model_name == "embedded"


async def test_a_wait_that_is_asked_for_is_not_made_where_another_may_answer(
    allow_requests: None, streamed: bool
) -> None:
    async with StubProvider() as first, StubProvider(name="other") as second:
        first.limits(9)
        second.says("Hi.")
        choices = [ModelChoice("openai", "x", each.base_url) for each in (first, second)]

        async with make_model(choices, patience_s=15) as model:
            response = await ask(model, streamed=streamed)

    assert response.model_name == "other"
    assert len(first.requests) == 1


async def test_a_look_at_a_chain_looks_at_all_of_it(
    servers: tuple[GoogleStub, AnthropicStub, StubProvider], chosen: Model
) -> None:
    await check_model(chosen)

    servers[1].fails(401)
    with pytest.raises(StartError, match=r"claude: .* refuses the key"):
        await check_model(chosen)


async def test_leaving_a_chain_closes_the_connections_of_all(allow_requests: None) -> None:
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(StubProvider()) for _ in range(2)]
        first.overloads()
        second.says("Hi.")
        async with ChainModel([model_of("openai", first), model_of("ollama", second)]) as model:
            await ask(model, streamed=False)
            assert (first.open_connections, second.open_connections) != (0, 0)

        await until(lambda: (first.open_connections, second.open_connections) == (0, 0))


def test_a_chain_goes_by_the_name_of_its_first() -> None:
    model = make_model(
        [ModelChoice("openai", "gpt", "http://localhost/v1"), ModelChoice("embedded")], patience_s=1
    )

    assert (model.model_name, model.system) == ("gpt", "openai")
    assert model.profile.get("context_window") is None
