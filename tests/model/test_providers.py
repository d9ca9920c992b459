"""From a model's name in the settings to a model, or to one clear sentence."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from taskchat.errors import StartError
from taskchat.model.openai_chat import ChatCompletionsModel
from taskchat.model.providers import check_model, make_model

if TYPE_CHECKING:
    from tests.model.stub_provider import StubProvider


def test_openai_with_a_key_is_openais_own_server() -> None:
    model = make_model("openai:gpt-5-mini", base_url=None, api_key="sk-test")

    assert isinstance(model, ChatCompletionsModel)
    assert model.model_name == "gpt-5-mini"
    assert model.base_url == "https://api.openai.com/v1"


def test_a_server_of_ones_own_needs_no_key_and_names_may_hold_colons() -> None:
    model = make_model(" openai:qwen3:8b ", base_url="http://localhost:8000/v1/", api_key=None)

    assert isinstance(model, ChatCompletionsModel)
    assert model.model_name == "qwen3:8b"
    assert model.base_url == "http://localhost:8000/v1"


def test_embedded_is_the_built_in_assistant() -> None:
    model = make_model("embedded", base_url=None, api_key=None)

    assert type(model).__name__ == "EmbeddedModel"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "TASKCHAT_MODEL is empty"),
        ("  ", "TASKCHAT_MODEL is empty"),
        ("openai:", "TASKCHAT_MODEL lacks the name"),
        ("openai", "TASKCHAT_MODEL lacks the name"),
        ("gpt-5", "TASKCHAT_MODEL names no kind"),
        ("embedded:", "TASKCHAT_MODEL names no kind"),
        ("google:gemini", "this version has no google:"),
        ("anthropic:claude", "this version has no anthropic:"),
        ("ollama:llama", "this version has no ollama:"),
        ("openai:a,embedded", "TASKCHAT_MODEL names several"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_one_sentence(name: str, says: str) -> None:
    with pytest.raises(StartError, match=says) as raised:
        make_model(name, base_url=None, api_key="sk-test")

    assert str(raised.value).endswith(".")
    assert "openai:" in str(raised.value)


@pytest.mark.parametrize("key", [None, "", "  "])
def test_openai_without_a_key_names_both_settings_that_hold_one(key: str | None) -> None:
    with pytest.raises(StartError, match=r"TASKCHAT_MODEL_API_KEY \(or OPENAI_API_KEY\)"):
        make_model("openai:gpt-5-mini", base_url=None, api_key=key)


@pytest.mark.parametrize("key", ["sk\ninjected", "sk-\N{EN DASH}test"])
def test_a_key_that_no_header_can_hold_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(StartError, match="TASKCHAT_MODEL_API_KEY") as raised:
        make_model("openai:gpt-5-mini", base_url=None, api_key=key)

    assert key not in str(raised.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "localhost:8000",
        "ftp://localhost/v1",
        "http://",
        "http://localhost:99999/v1",
        "http://[::1/v1",
        "http://me:secret@localhost/v1",
        "http://localhost/v1?key=secret",
        "http://localhost/v1#there",
    ],
)
def test_a_base_url_that_cannot_work_is_refused_without_repeating_it(base_url: str) -> None:
    with pytest.raises(StartError, match="TASKCHAT_MODEL_BASE_URL") as raised:
        make_model("openai:x", base_url=base_url, api_key=None)

    assert "secret" not in str(raised.value)


async def test_checking_a_chat_model_asks_its_server(stub: StubProvider) -> None:
    stub.fails(401)
    model = make_model("openai:x", base_url=stub.base_url, api_key=None)

    async with model:
        with pytest.raises(StartError, match="refuses the key"):
            await check_model(model)
        await check_model(model)


async def test_checking_the_embedded_model_asks_nobody() -> None:
    await check_model(make_model("embedded", base_url=None, api_key=None))


def test_no_client_is_imported_before_a_model_is_made() -> None:
    assert imported_by("import taskchat.model.providers", "aiohttp", "pydantic_ai") == "[]"


def test_making_a_chat_model_loads_no_sdk_and_no_price_list() -> None:
    making = (
        "from taskchat.model.providers import make_model;"
        "make_model('openai:x', base_url='http://localhost/v1', api_key=None).profile"
    )

    assert imported_by(making, "openai", "genai_prices.data") == "[]"


def imported_by(code: str, *names: str) -> str:
    asking = f"import sys; {code}; print([name for name in {names} if name in sys.modules])"
    command = [sys.executable, "-c", asking]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  ours
    return ran.stdout.strip()
