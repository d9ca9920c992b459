"""A look at a model's server, without asking it anything: what `taskchat doctor` tells."""

from __future__ import annotations

import pytest
from pydantic_ai.models import Model

from taskchat.errors import StartError
from taskchat.model.checks import check_model
from taskchat.model.choices import ModelChoice
from taskchat.model.providers import make_model
from tests.model.conftest import ServedKind, model_of
from tests.model.scripted_server import ScriptedServer


async def test_a_look_passes_where_the_model_is_there(
    server: ScriptedServer, asked_once: Model
) -> None:
    await check_model(asked_once)

    assert server.requests == []


@pytest.mark.parametrize("status", [401, 403])
async def test_a_look_that_fails_for_the_key_names_its_setting(
    status: int, server: ScriptedServer, asked_once: Model
) -> None:
    server.fails(status)

    with pytest.raises(StartError, match=r"refuses the key: set \w*TASKCHAT_MODEL_API_KEY"):
        await check_model(asked_once)


@pytest.mark.parametrize("status", [307, 500, 503])
async def test_a_look_that_fails_for_the_server_says_how(
    status: int, server: ScriptedServer, asked_once: Model
) -> None:
    server.fails(status)

    with pytest.raises(StartError, match=f"answers {status}: .*TASKCHAT_MODEL_BASE_URL"):
        await check_model(asked_once)


async def test_a_server_of_one_s_own_need_not_describe_its_models(
    server: ScriptedServer, asked_once: Model
) -> None:
    server.fails(404)

    await check_model(asked_once)


async def test_a_look_at_a_server_that_is_not_there_names_its_setting(
    kind: ServedKind, server: ScriptedServer
) -> None:
    await server.__aexit__(None, None, None)

    async with model_of(kind, server) as model:
        with pytest.raises(StartError, match=r"does not answer: check .*TASKCHAT_MODEL_BASE_URL"):
            await check_model(model)


@pytest.mark.parametrize("kind", ["ollama"], indirect=True)
async def test_a_look_at_ollama_says_how_to_get_the_model(
    kind: ServedKind, server: ScriptedServer, allow_requests: None
) -> None:
    choice = ModelChoice(kind, "qwen3", server.base_url)

    async with make_model([choice], patience_s=0) as model:
        with pytest.raises(StartError, match="run `ollama pull qwen3`"):
            await check_model(model)
        server.sends('{"data": [{"id": "qwen3:latest"}]}').sends("no list")
        await check_model(model)
        await check_model(model)


@pytest.mark.parametrize("kind", ["google", "anthropic"], indirect=True)
async def test_a_provider_s_own_sentences_name_its_own_settings(
    kind: ServedKind, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, allow_requests: None
) -> None:
    # No test leaves this machine: the provider's own address is put in the place of ours.
    module = f"taskchat.model.{kind}_model.{kind.upper()}_BASE_URL"
    monkeypatch.setattr(module, server.base_url)
    company = kind.capitalize()
    key = {"google": "GEMINI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}[kind]

    async with make_model([ModelChoice(kind, "stub", None, "sk-test")], patience_s=0) as model:
        server.fails(401)
        with pytest.raises(StartError, match=f"{company} refuses the key: set {key}"):
            await check_model(model)
        server.fails(404)
        with pytest.raises(StartError, match=f"{company} has no model stub: check TASKCHAT_MODEL"):
            await check_model(model)
