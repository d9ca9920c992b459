"""A scripted model's server and our client of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic_ai import models

from taskchat.model.openai_chat import ChatCompletionsModel
from tests.model.stub_provider import StubProvider

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture
def allow_requests() -> Iterator[None]:
    """Lift the ban on model requests: the server is on loopback."""
    with models.override_allow_model_requests(True):
        yield


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """A server that answers what the test scripts."""
    async with StubProvider() as stub:
        yield stub


@pytest.fixture
async def model(stub: StubProvider, allow_requests: None) -> AsyncIterator[ChatCompletionsModel]:
    """Our client, pointed at the stub."""
    model = ChatCompletionsModel("stub", base_url=stub.base_url, api_key="sk-test")
    async with model:
        yield model
