"""Scripted models' servers, and our models in front of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Literal, cast

import pytest
from pydantic_ai import models
from pydantic_ai.models import Model

from taskchat.model.choices import ModelChoice
from taskchat.model.openai_chat import ChatCompletionsModel
from taskchat.model.providers import make_model
from tests.model.scripted_server import ScriptedServer
from tests.model.stub_anthropic import AnthropicStub
from tests.model.stub_google import GoogleStub
from tests.model.stub_provider import StubProvider

ServedKind = Literal["google", "openai", "anthropic", "ollama"]

SERVERS: Mapping[ServedKind, type[ScriptedServer]] = {
    "google": GoogleStub,
    "openai": StubProvider,
    "anthropic": AnthropicStub,
    "ollama": StubProvider,
}


def model_of(kind: ServedKind, server: ScriptedServer, *, patience_s: float = 0) -> Model:
    """The model of that kind as the settings would make it; without patience it asks once."""
    choice = ModelChoice(kind, "stub", server.base_url, "sk-test")
    return make_model([choice], patience_s=patience_s)


@pytest.fixture
def allow_requests() -> Iterator[None]:
    """Lift the ban on model requests: the server is on loopback."""
    with models.override_allow_model_requests(True):
        yield


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """A chat-completions server that answers what the test scripts."""
    async with StubProvider() as stub:
        yield stub


@pytest.fixture
async def model(stub: StubProvider, allow_requests: None) -> AsyncIterator[ChatCompletionsModel]:
    """Our client of it."""
    model = ChatCompletionsModel("stub", base_url=stub.base_url, api_key="sk-test")
    async with model:
        yield model


@pytest.fixture(params=SERVERS)
def kind(request: pytest.FixtureRequest) -> ServedKind:
    """Each kind of model that has a server."""
    return cast("ServedKind", request.param)


@pytest.fixture(params=["plain", "streamed"])
def streamed(request: pytest.FixtureRequest) -> bool:
    """Whether the answer is asked for as a stream."""
    return request.param == "streamed"


@pytest.fixture
async def server(kind: ServedKind) -> AsyncIterator[ScriptedServer]:
    """A server that speaks that provider's wire."""
    async with SERVERS[kind]() as server:
        yield server


@pytest.fixture
async def asked_once(
    kind: ServedKind, server: ScriptedServer, allow_requests: None
) -> AsyncIterator[Model]:
    """A model of that kind, which never asks again."""
    async with model_of(kind, server) as model:
        yield model
