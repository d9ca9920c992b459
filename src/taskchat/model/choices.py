"""What the settings say of models: which, where, with which key. Nothing is imported or asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from taskchat.errors import StartError
from taskchat.model.ollama_address import ollama_base_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import SecretStr

    from taskchat.settings import Settings

Kind = Literal["embedded", "google", "openai", "anthropic", "ollama"]

EMBEDDED: Final = "embedded"
CHOICES = "embedded, google:NAME, openai:NAME, anthropic:NAME or ollama:NAME"


@dataclass(frozen=True, slots=True)
class _Provider:
    kind: Kind
    example: str
    company: str = ""
    keys: Sequence[str] = ()
    """The variables that its own key may be in; the first that is set counts."""


_PROVIDERS: Mapping[str, _Provider] = {
    provider.kind: provider
    for provider in (
        _Provider("google", "gemini-2.5-flash", "Google", ("GEMINI_API_KEY", "GOOGLE_API_KEY")),
        _Provider("openai", "gpt-5-mini", "OpenAI", ("OPENAI_API_KEY",)),
        _Provider("anthropic", "claude-sonnet-4-5", "Anthropic", ("ANTHROPIC_API_KEY",)),
        _Provider("ollama", "qwen3"),
    )
}


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model that the settings name."""

    kind: Kind
    name: str = ""
    base_url: str | None = None
    """A server of the operator's own; None is the provider's."""
    api_key: str | None = field(default=None, repr=False)
    """None where there is none to be sent."""


def read_choices(settings: Settings) -> Sequence[ModelChoice]:
    """The models of `TASKCHAT_MODEL`, in the order in which they are to be asked; at least one.

    Raises:
        StartError: one sentence that names the setting and what to do.
    """
    places = [place.strip() for place in settings.model.split(",")]
    if places == [""]:
        raise StartError(f"TASKCHAT_MODEL is empty: set it to {CHOICES}.")
    if "" in places:
        raise StartError("TASKCHAT_MODEL has nothing between two commas, or after the last.")
    if EMBEDDED in places[:-1]:
        raise StartError(
            "TASKCHAT_MODEL: embedded is never down, so what follows it would never be asked; write"
            " it last."
        )
    kinds = [place.partition(":")[0] for place in places]
    urls = _one_each("TASKCHAT_MODEL_BASE_URL", settings.model_base_url, kinds)
    key = _secret(settings.model_api_key)
    keys = _one_each("TASKCHAT_MODEL_API_KEY", key, kinds)
    if key and "," not in key:
        keys = _for_one_server(keys, [url or kind for url, kind in zip(urls, kinds, strict=True)])
    return [
        _choice(settings, place, base_url=url, api_key=key)
        for place, url, key in zip(places, urls, keys, strict=True)
    ]


def is_embedded_alone(settings: Settings) -> bool:
    """Whether nobody but the built-in assistant answers, who calls no tools but our own."""
    return settings.model.strip() == EMBEDDED


def unused_keys(settings: Settings) -> str | None:
    """A sentence on the keys that are set while the built-in assistant answers; None without any."""
    if not is_embedded_alone(settings):
        return None
    found = {
        name: f"{provider.kind}:NAME"
        for provider in _PROVIDERS.values()
        for name in provider.keys
        if _own_key(settings, name) is not None
    }
    if _secret(settings.model_api_key) is not None:
        found["TASKCHAT_MODEL_API_KEY"] = "openai:NAME"
    if not found:
        return None
    uses = " or ".join(dict.fromkeys(found.values()))
    return f"Not used: {', '.join(found)}. TASKCHAT_MODEL={uses} would."


def _one_each(setting: str, text: str | None, kinds: Sequence[str]) -> Sequence[str | None]:
    """Of a setting that may hold one value for each model, in their order, the value of each.

    A single one is for all `openai:` models, since they are what it is most often for; where there
    are none, for all models.
    """
    values = [value.strip() or None for value in (text or "").split(",")]
    if len(values) == 1:
        takers = {"openai"} if "openai" in kinds else set(kinds)
        return [values[0] if kind in takers else None for kind in kinds]
    if len(values) > len(kinds):
        raise StartError(
            f"{setting} has more values than TASKCHAT_MODEL has models: write one for each, in their"
            " order, with nothing between the commas where a model has its provider's own."
        )
    return [*values, *[None] * (len(kinds) - len(values))]


def _for_one_server(keys: Sequence[str | None], servers: Sequence[str]) -> Sequence[str | None]:
    """The same key only where the first model is served that gets it: no other server is shown it."""
    first = next(server for key, server in zip(keys, servers, strict=True) if key)
    return [key if server == first else None for key, server in zip(keys, servers, strict=True)]


def _choice(
    settings: Settings, place: str, *, base_url: str | None, api_key: str | None
) -> ModelChoice:
    if place == EMBEDDED:
        return ModelChoice("embedded")
    provider, name = _named(place)
    if base_url is not None:
        _require_plain_http("TASKCHAT_MODEL_BASE_URL", base_url)
    elif provider.kind == "ollama":
        base_url = _ollama_address(settings)
    else:
        # A provider's key goes to the provider alone, so not where an address of one's own is set.
        api_key = api_key or _own_key_of(settings, provider)
    if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
        variables = " or ".join(("TASKCHAT_MODEL_API_KEY", *provider.keys))
        raise StartError(f"{variables} holds characters that no key has: copy it again.")
    return ModelChoice(provider.kind, name, base_url, api_key)


def _named(place: str) -> tuple[_Provider, str]:
    """The kind and the name of a model. Names may hold colons: Ollama's have their size so."""
    kind, _, name = place.partition(":")
    provider = _PROVIDERS.get(kind)
    if provider is None:
        raise StartError(f"TASKCHAT_MODEL names no kind of model that exists: use {CHOICES}.")
    if not name.strip():
        raise StartError(
            f"TASKCHAT_MODEL lacks the name of the model: write it as {kind}:NAME, such as"
            f" {kind}:{provider.example}."
        )
    return provider, name.strip()


def _own_key_of(settings: Settings, provider: _Provider) -> str:
    for variable in provider.keys:
        if key := _own_key(settings, variable):
            return key
    raise StartError(
        f"{' or '.join(provider.keys)} is not set, and {provider.company} needs a key: set it, or"
        " TASKCHAT_MODEL_BASE_URL to a server of your own."
    )


def _own_key(settings: Settings, variable: str) -> str | None:
    """The value of one of the providers' own variables."""
    secrets: Mapping[str, SecretStr | None] = {
        "GEMINI_API_KEY": settings.gemini_api_key,
        "GOOGLE_API_KEY": settings.google_api_key,
        "OPENAI_API_KEY": settings.openai_api_key,
        "ANTHROPIC_API_KEY": settings.anthropic_api_key,
    }
    return _secret(secrets[variable])


def _secret(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value().strip() or None


def _ollama_address(settings: Settings) -> str:
    try:
        address = ollama_base_url(settings.ollama_host)
    except ValueError:
        address = ""
    _require_plain_http("OLLAMA_HOST", address)
    return address


def _require_plain_http(setting: str, base_url: str) -> None:
    """Refuse what would only fail at the first message.

    A user name in the address would clash with the key's header and show up in logs.
    """
    try:
        parts = urlsplit(base_url)
        # Read for its check of the range.
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.username is not None
        or parts.query
        or parts.fragment
    ):
        raise StartError(
            f"{setting} must be an http or https address without a user name or a query, such as"
            " http://localhost:8000/v1."
        )
