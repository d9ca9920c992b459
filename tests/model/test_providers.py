"""From the models that the settings name to one to ask, with nothing imported that is not chosen."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel

from taskchat.errors import ModelError
from taskchat.model.chain import ChainModel
from taskchat.model.choices import ModelChoice
from taskchat.model.embedded.model import EmbeddedModel
from taskchat.model.openai_chat import ChatCompletionsModel
from taskchat.model.providers import make_model
from taskchat.model.retries import RetryingModel
from taskchat.model.sdk_model import failures_told
from tests.scripted_model import ScriptedModel

SDKS = ("openai", "anthropic", "google.genai")


@pytest.mark.parametrize(
    ("kind", "system"),
    [("openai", "openai"), ("ollama", "ollama"), ("google", "google"), ("anthropic", "anthropic")],
)
def test_a_served_model_is_asked_again_where_it_fails(kind: str, system: str) -> None:
    choice = ModelChoice(kind, "some-model", "http://localhost:9/v1", "k")  # pyright: ignore[reportArgumentType]

    model = make_model([choice], patience_s=1)

    assert isinstance(model, RetryingModel)
    assert (model.model_name, model.system) == ("some-model", system)


async def test_the_built_in_assistant_is_asked_once() -> None:
    model = make_model([ModelChoice("embedded")], patience_s=1)

    assert isinstance(model, RetryingModel)
    assert type(model.wrapped) is EmbeddedModel
    model.wrapped = ScriptedModel().fails(ModelError(retryable=True)).says("Too late.")
    with pytest.raises(ModelError):
        await model.request([], None, ModelRequestParameters())


def test_several_models_are_a_chain() -> None:
    local = ModelChoice("openai", "local", "http://localhost/v1")

    model = make_model([local, ModelChoice("embedded")], patience_s=1)

    assert isinstance(model, ChainModel)
    assert model.model_name == "local"


@pytest.mark.parametrize(
    ("base_url", "at"),
    [
        (None, "https://api.openai.com/v1"),
        ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
    ],
)
def test_a_chat_model_is_served_by_openai_or_where_it_is_said(
    base_url: str | None, at: str
) -> None:
    model = make_model([ModelChoice("openai", "gpt", base_url, "k")], patience_s=1)

    assert isinstance(model, WrapperModel)
    assert isinstance(model.wrapped, ChatCompletionsModel)
    assert model.wrapped.base_url == at


@pytest.mark.parametrize(
    ("kind", "base_url", "at"),
    [
        ("google", None, "https://generativelanguage.googleapis.com"),
        ("google", "http://localhost:8000/v1beta/", "http://localhost:8000"),
        ("anthropic", None, "https://api.anthropic.com"),
        ("anthropic", "http://localhost:8000/v1", "http://localhost:8000"),
        ("anthropic", "http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_an_sdk_asks_its_provider_or_where_it_is_said_whatever_the_environment_says(
    kind: str, base_url: str | None, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.setenv(variable, "http://elsewhere.example.com")

    model = make_model([ModelChoice(kind, "some-model", base_url, "k")], patience_s=1)  # pyright: ignore[reportArgumentType]

    assert model.base_url is not None
    assert model.base_url.rstrip("/") == at


@pytest.mark.parametrize(("kind", "sdk"), [("google", "google.genai"), ("anthropic", "anthropic")])
def test_a_missing_extra_is_one_sentence_that_says_how_to_install_it(kind: str, sdk: str) -> None:
    making = (
        f"import sys; sys.modules[{sdk!r}] = None\n"
        "from taskchat.errors import StartError\n"
        "from taskchat.model.choices import ModelChoice\n"
        "from taskchat.model.providers import make_model\n"
        f"try: make_model([ModelChoice({kind!r}, 'x', None, 'k')], patience_s=1)\n"
        "except StartError as error: print(error)"
    )

    assert output_of(making) == (
        f"TASKCHAT_MODEL names {kind}: models, and what they need is not installed:"
        f" pip install 'taskchat[{kind}]'."
    )


def test_no_client_is_imported_before_a_model_is_made() -> None:
    importing = "import taskchat.model.providers, taskchat.model.choices"

    assert imported_by(importing, "aiohttp", "pydantic_ai", *SDKS) == "[]"


@pytest.mark.parametrize(
    "choices",
    [
        "ModelChoice('embedded')",
        "ModelChoice('openai', 'x', 'http://localhost/v1')",
        "ModelChoice('ollama', 'x', 'http://localhost/v1')",
        "ModelChoice('openai', 'x', 'http://localhost/v1'), ModelChoice('embedded')",
    ],
)
def test_making_a_model_that_needs_no_sdk_loads_none(choices: str) -> None:
    making = (
        "from taskchat.model.choices import ModelChoice;"
        "from taskchat.model.providers import make_model;"
        f"make_model([{choices}], patience_s=1).profile"
    )

    assert imported_by(making, *SDKS) == "[]"


def test_making_chat_models_loads_no_price_list() -> None:
    making = (
        "from taskchat.model.choices import ModelChoice;"
        "from taskchat.model.providers import make_model;"
        "made = [ModelChoice(kind, 'x', 'http://localhost/v1') for kind in ('openai', 'ollama')];"
        "make_model(made, patience_s=1).profile"
    )

    assert imported_by(making, "genai_prices.data") == "[]"


def test_help_loads_no_sdk_and_no_client() -> None:
    helping = (
        "from typer.testing import CliRunner;"
        "from taskchat.cli import app;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0"
    )

    assert imported_by(helping, "pydantic_ai", *SDKS) == "[]"


@pytest.mark.parametrize(("kind", "sdk"), [("google", "google.genai"), ("anthropic", "anthropic")])
def test_an_sdk_is_loaded_when_its_model_is_made_and_not_by_its_first_request(
    kind: str, sdk: str
) -> None:
    making = (
        "from taskchat.model.choices import ModelChoice;"
        "from taskchat.model.providers import make_model;"
        f"make_model([ModelChoice({kind!r}, 'x', None, 'k')], patience_s=1)"
    )

    assert imported_by(making, sdk) == f"[{sdk!r}]"


def imported_by(code: str, *names: str) -> str:
    """Which of the modules a piece of code has loaded."""
    asking = f"import sys; {code}; print([name for name in {names} if name in sys.modules])"
    return output_of(asking)


def output_of(code: str) -> str:
    """What a piece of code prints, in a process of its own."""
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  ours
    return ran.stdout.strip()


def test_a_wrong_use_of_the_library_is_not_taken_for_a_failed_model() -> None:
    with pytest.raises(UserError), failures_told:
        raise UserError("ours")
