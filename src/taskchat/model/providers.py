"""From the models that the settings name to one to ask, with nothing imported that is not chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from taskchat.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic_ai.models import Model

    from taskchat.model.choices import ModelChoice

EARLY_PAUSES_S = (0.3,)
EARLY_PATIENCE_S = 2
"""A model that has another one behind it is given up soon: one short pause, no long ones."""


def as_it_is(model: Model) -> Model:
    """That model, with nothing around it."""
    return model


def make_model(
    choices: Sequence[ModelChoice],
    *,
    patience_s: float,
    around: Callable[[Model], Model] = as_it_is,
) -> Model:
    """Make the model to ask; nothing is connected yet.

    Enter it with `async with` where it is used, so that it closes what it has opened.

    Args:
        choices: at least one; a second is asked where the first is down, and so on.
        patience_s: how long a request may wait for a model that fails, before it has failed.
        around: gives what stands between a model and who asks it; it sees each single request.

    Raises:
        StartError: a model needs an extra that is not installed.
    """
    *others, last = choices
    if not others:
        return _asked_again(around, last, patience_s=patience_s)
    # Lazily, like all that pydantic-ai is behind.
    from taskchat.model.chain import ChainModel

    early = [
        _asked_again(
            around, other, patience_s=min(EARLY_PATIENCE_S, patience_s), pauses_s=EARLY_PAUSES_S
        )
        for other in others
    ]
    return ChainModel([*early, _asked_again(around, last, patience_s=patience_s)])


def asked_once(model: Model) -> Model:
    """That model, counted and timed as all others are."""
    from taskchat.model.retries import RetryingModel

    return RetryingModel(model, patience_s=0, pauses_s=())


def _asked_again(
    around: Callable[[Model], Model],
    choice: ModelChoice,
    *,
    patience_s: float,
    pauses_s: Sequence[float] | None = None,
) -> Model:
    model = around(_bare(choice))
    if choice.kind == "embedded":
        return asked_once(model)
    from taskchat.model.retries import PAUSES_S, RetryingModel

    return RetryingModel(
        model, patience_s=patience_s, pauses_s=PAUSES_S if pauses_s is None else pauses_s
    )


def _bare(choice: ModelChoice) -> Model:
    """A model by itself.

    Imports are here: the built-in assistant's dates take a while, aiohttp 0.15 s of CPU, and the
    SDKs of Google and Anthropic seconds.
    """
    name, base_url, api_key = choice.name, choice.base_url, choice.api_key
    match choice.kind:
        case "embedded":
            from taskchat.model.embedded.model import EmbeddedModel

            return EmbeddedModel()
        case "openai":
            from taskchat.model.openai_chat import ChatCompletionsModel

            return ChatCompletionsModel(name, base_url=base_url, api_key=api_key)
        case "ollama":
            from taskchat.model.ollama import OllamaModel

            return OllamaModel(name, base_url=base_url, api_key=api_key)
        case "google":
            try:
                from taskchat.model.google_model import make_google_model
            except ImportError:
                raise _lacks_extra("google") from None
            return make_google_model(name, base_url=base_url, api_key=api_key)
        case "anthropic":
            try:
                from taskchat.model.anthropic_model import make_anthropic_model
            except ImportError:
                raise _lacks_extra("anthropic") from None
            return make_anthropic_model(name, base_url=base_url, api_key=api_key)
        case _:
            assert_never(choice.kind)


def _lacks_extra(kind: str) -> StartError:
    return StartError(
        f"TASKCHAT_MODEL names {kind}: models, and what they need is not installed:"
        f" pip install 'taskchat[{kind}]'."
    )
