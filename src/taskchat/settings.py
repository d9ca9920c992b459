"""Every setting, read once from the environment and `.env`; nothing else reads them.

Each has its paragraph in `docs/settings.md`. What is unsafe does not start, and one sentence says
why.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from taskchat.addresses import is_loopback, read_networks
from taskchat.errors import StartError
from taskchat.origins import origin_list, web_origin
from taskchat.rates import OFF, parse_rate

if TYPE_CHECKING:
    from taskchat.rates import Rate

SECRET_BYTES = 32
FULL = "full"
MOST_HISTORY = 1000
_SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"


def _data_dir() -> Path:
    """The platform's place for a user's own data (XDG base directories, or its like)."""
    from platformdirs import user_data_path

    return user_data_path("taskchat", appauthor=False)


def _named(*names: str) -> Any:  # noqa: ANN401  a field of any type
    return Field(default=None, validation_alias=AliasChoices(*names))


def _checked_rate(text: str) -> str:
    parse_rate(text)
    return text


def _checked_networks(text: str) -> str:
    try:
        read_networks(text)
    except ValueError as error:
        message = (
            "it must be addresses and networks with commas between them, such as"
            " 127.0.0.1, 10.0.0.0/8"
        )
        raise ValueError(message) from error
    return text


def _checked_origins(text: str | None) -> str | None:
    return None if text is None else origin_list(text)


def _address_parts(url: str) -> tuple[SplitResult, str | None]:
    """The parts of an address, and its host; its port is one that there may be."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        message = "it is no address"
        raise ValueError(message) from error
    return parts, host


def _checked_key_set_url(url: str) -> str:
    """An address that nobody on the way can answer for."""
    parts, host = _address_parts(url)
    if parts.scheme not in ("https", "http") or not host:
        message = "it must be an https address, such as https://auth.example.com/api/auth/jwks"
        raise ValueError(message)
    if parts.scheme == "http" and not is_loopback(host):
        message = "keys that come over http could be anybody's; use https"
        raise ValueError(message)
    return url


def _checked_page_url(url: str) -> str:
    """An address that a browser can be sent to, and that can stand in a header."""
    parts, host = _address_parts(url)
    if parts.scheme not in ("https", "http") or not host or parts.username is not None:
        message = "it must be a web address, such as https://auth.example.com/api/auth/token"
        raise ValueError(message)
    if not re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc):
        message = "its host must be written in plain letters"
        raise ValueError(message)
    return url


def _checked_collector(url: str) -> str:
    """An address that spans can be posted to."""
    parts, host = _address_parts(url)
    if parts.scheme not in ("https", "http") or not host:
        message = "it must be a web address, such as http://127.0.0.1:4318"
        raise ValueError(message)
    if parts.username is not None:
        message = "a name and password in it could be seen; use OTEL_EXPORTER_OTLP_HEADERS"
        raise ValueError(message)
    return url.rstrip("/")


def _checked_count(text: str) -> str:
    if text.strip().lower() != OFF and not (text.strip().isdecimal() and int(text) > 0):
        message = "it must be a number from 1, or off"
        raise ValueError(message)
    return text


def _checked_history(text: str) -> str:
    text = text.strip().lower()
    if text != FULL and not (text.isdecimal() and int(text) <= MOST_HISTORY):
        message = f"it must be a number up to {MOST_HISTORY}, or full"
        raise ValueError(message)
    return text


CountText = Annotated[str, AfterValidator(_checked_count)]
HistoryText = Annotated[str, AfterValidator(_checked_history)]
RateText = Annotated[str, AfterValidator(_checked_rate)]


class Settings(BaseSettings):
    """The settings in force. Unknown variables are left alone: the environment is shared."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_prefix="TASKCHAT_",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    database_url: Annotated[str | None, Field(repr=False)] = _named("DATABASE_URL")
    migration_url: Annotated[str | None, Field(repr=False)] = None
    pooler: Literal["none", "transaction"] = "none"
    data_dir: Path = Field(default_factory=_data_dir)
    public_url: Annotated[str, AfterValidator(web_origin)] | None = None
    trusted_proxies: Annotated[str, AfterValidator(_checked_networks)] | None = None
    cors_origins: Annotated[str | None, AfterValidator(_checked_origins)] = _named("CORS_ORIGINS")

    model: str = "embedded"
    model_base_url: str | None = None
    model_api_key: SecretStr | None = None
    gemini_api_key: SecretStr | None = _named("GEMINI_API_KEY")
    google_api_key: SecretStr | None = _named("GOOGLE_API_KEY")
    openai_api_key: SecretStr | None = _named("OPENAI_API_KEY")
    anthropic_api_key: SecretStr | None = _named("ANTHROPIC_API_KEY")
    ollama_host: str | None = _named("OLLAMA_HOST")
    agent_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30
    agent_max_iterations: Annotated[int, Field(ge=1, le=100)] = 15
    lease_s: Annotated[float, Field(ge=2, le=60)] = 12
    history: HistoryText = "20"
    history_tokens: Annotated[int, Field(ge=100, le=1_000_000)] = 8000
    mcp_servers: Path | None = None

    auth: Literal["local", "external", "both"] | None = None
    jwks_url: Annotated[str, AfterValidator(_checked_key_set_url)] | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_secret: SecretStr | None = _named("BETTER_AUTH_SECRET", "TASKCHAT_JWT_SECRET")
    token_url: Annotated[str, AfterValidator(_checked_page_url)] | None = None
    sign_in_url: Annotated[str, AfterValidator(_checked_page_url)] | None = None
    signing_key: SecretStr | None = None
    sign_up: Literal["open", "closed"] | None = None
    rate_limit: RateText = "60/minute"
    auth_rate_limit: RateText = "30/minute"
    turns_at_once: CountText = "10"
    tokens_per_day: Annotated[int, Field(ge=1, le=10**12)] | None = None
    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None

    metrics_token: SecretStr | None = None
    otel_endpoint: Annotated[str, AfterValidator(_checked_collector)] | None = _named(
        "OTEL_EXPORTER_OTLP_ENDPOINT"
    )
    log_format: Literal["console", "json"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @model_validator(mode="after")
    def _refuse_what_is_unsafe(self) -> Self:
        for name, secret in (
            ("BETTER_AUTH_SECRET", self.jwt_secret),
            ("TASKCHAT_SIGNING_KEY", self.signing_key),
        ):
            if secret is not None and len(secret.get_secret_value().encode()) < SECRET_BYTES:
                message = f"{name} is shorter than {SECRET_BYTES} bytes; choose a longer secret."
                raise ValueError(message)
        if self.jwks_url is not None and self.jwt_issuer is None:
            message = (
                "TASKCHAT_JWKS_URL needs TASKCHAT_JWT_ISSUER; set it to the iss of the issuer's"
                " tokens, which for Better Auth is its base URL."
            )
            raise ValueError(message)
        if self.auth in ("external", "both") and not self._has_outside_issuer:
            message = (
                f"TASKCHAT_AUTH is {self.auth}, but no outside issuer is set; set"
                " TASKCHAT_JWKS_URL or BETTER_AUTH_SECRET, or TASKCHAT_AUTH=local."
            )
            raise ValueError(message)
        return self

    @property
    def _has_outside_issuer(self) -> bool:
        return self.jwks_url is not None or self.jwt_secret is not None

    @property
    def database(self) -> str:
        """The database's address; by default a file of the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir.expanduser() / 'taskchat.db'}"

    @property
    def auth_mode(self) -> Literal["local", "external", "both"]:
        """Whose tokens count: an outside issuer that is set is meant to be used."""
        return self.auth or ("external" if self._has_outside_issuer else "local")

    @property
    def cors_allowed(self) -> frozenset[str]:
        """The origins whose pages may use the API."""
        return frozenset(filter(None, (self.cors_origins or "").split(",")))

    @property
    def local_accounts(self) -> bool:
        """Whether people may have accounts of ours."""
        return self.auth_mode != "external"

    def sign_up_is_open(self, address: str) -> bool:
        """Whether anybody may make an account: where nothing is said, on this machine alone."""
        if self.sign_up is not None:
            return self.sign_up == "open"
        return is_loopback(urlsplit(address).hostname)

    @property
    def history_messages(self) -> int | None:
        """How many earlier messages a turn is given; None for as many as fit its tokens."""
        return None if self.history == FULL else int(self.history)

    @property
    def turn_rate(self) -> Rate | None:
        """How many turns a user may open; None for no limit."""
        return parse_rate(self.rate_limit)

    @property
    def running_limit(self) -> int | None:
        """How many turns of a user may run at once; None for no limit."""
        text = self.turns_at_once.strip()
        return None if text.lower() == OFF else int(text)

    @property
    def kept_after_deletion(self) -> timedelta | None:
        """How long what people deleted can be restored; None for ever."""
        return None if self.retention_days is None else timedelta(days=self.retention_days)

    @property
    def sign_in_rate(self) -> Rate | None:
        """How often an address, and an account, may be signed in to; None for no limit."""
        return parse_rate(self.auth_rate_limit)

    @property
    def log_as(self) -> Literal["console", "json"]:
        """How logs are written: for people where a person looks on."""
        return self.log_format or ("console" if sys.stderr.isatty() else "json")

    def shown(self) -> dict[str, str]:
        """Variable by variable the value in force, secrets and passwords hidden."""
        values: dict[str, str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                value = "(set)"
            values[variable_of(name)] = "" if value is None else without_password(str(value))
        values["DATABASE_URL"] = without_password(self.database)
        values["TASKCHAT_AUTH"] = self.auth_mode
        return values


def without_password(address: str) -> str:
    """An address as it may be shown; rather too much is hidden than too little.

    A password that should have been quoted may hold any of `/?#@`, so it is taken to reach up to
    the last `@`. A text that is no server's address comes back as it is.
    """
    scheme, mark, rest = address.partition("://")
    if not mark or scheme.startswith("sqlite"):
        return address
    login, at, place = rest.rpartition("@")
    user, colon, _ = login.partition(":")
    shown = f"{user}:***{at}{place}" if colon else rest
    return f"{scheme}://" + re.sub("(password=)[^&]*", r"\1***", shown, flags=re.IGNORECASE)


def variable_of(field: str) -> str:
    """The environment variable of a field, as it is documented."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"TASKCHAT_{field.upper()}"


def variable(name: str) -> str | None:
    """The value of a variable that is no setting of ours, but that a file of the operator names.

    From the environment, else from `.env`, as settings are; None where it is in neither.
    """
    if (value := os.environ.get(name)) is not None:  # noqa: TID251  the one place that reads it
        return value
    return dotenv_values(".env", interpolate=False).get(name)


def shared_metrics() -> Path | None:
    """Where the workers of this server write down what they count; None where it is one process."""
    folder = os.environ.get(_SHARED_METRICS)  # noqa: TID251  see `share_metrics`
    return None if folder is None else Path(folder)


def share_metrics(folder: Path | None) -> None:
    """Let prometheus-client, in processes that begin after this, count in files of this folder.

    Args:
        folder: one that exists; None where each process counts by itself.
    """
    # An environment variable is the only way that the library takes it.
    if folder is None:
        os.environ.pop(_SHARED_METRICS, None)  # noqa: TID251
    else:
        os.environ[_SHARED_METRICS] = str(folder)  # noqa: TID251


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address (`HTTPS_PROXY`, `NO_PROXY` and the like).

    None where there is none, and always for this machine itself, whatever `NO_PROXY` says.
    """
    from urllib.request import getproxies, proxy_bypass  # 0.1 s, which few commands need

    parts = urlsplit(url)
    if is_loopback(parts.hostname) or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def load_settings(**overrides: object) -> Settings:
    """Read the settings.

    Raises:
        StartError: one of them cannot be used; the sentence names it.
    """
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]  checked by pydantic
    except (UnicodeDecodeError, OSError):
        message = "The file .env in this directory cannot be read; it must be text in UTF-8."
        raise StartError(message) from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        reason = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise StartError(reason) from None
        field = str(first["loc"][0])
        name = variable_of(field.lower()) if field.lower() in Settings.model_fields else field
        message = f"{name} cannot be used: {reason[:1].lower()}{reason[1:]}."
        raise StartError(message) from None
