"""Every setting, read once from the environment and `.env`; nothing else reads them.

Each has its paragraph in `docs/settings.md`. What is unsafe does not start, and one sentence says
why.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from taskchat.errors import StartError

SECRET_BYTES = 32


def _data_dir() -> Path:
    """The platform's place for a user's own data (XDG base directories, or its like)."""
    from platformdirs import user_data_path

    return user_data_path("taskchat", appauthor=False)


def _named(*names: str) -> Any:  # noqa: ANN401  a field of any type
    return Field(default=None, validation_alias=AliasChoices(*names))


class Settings(BaseSettings):
    """The settings in force. Unknown variables are left alone: the environment is shared."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_prefix="TASKCHAT_",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    database_url: str | None = _named("DATABASE_URL")
    migration_url: str | None = None
    data_dir: Path = Field(default_factory=_data_dir)
    public_url: str | None = None

    model: str = "embedded"
    model_base_url: str | None = None
    model_api_key: SecretStr | None = None
    openai_api_key: SecretStr | None = _named("OPENAI_API_KEY")
    agent_timeout_s: Annotated[float, Field(gt=0, le=600)] = 30
    agent_max_iterations: Annotated[int, Field(ge=1, le=100)] = 15
    lease_s: Annotated[float, Field(ge=2, le=60)] = 12
    history: Annotated[int, Field(ge=0, le=1000)] = 20

    auth: Literal["local", "external", "both"] | None = None
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    jwt_secret: SecretStr | None = _named("BETTER_AUTH_SECRET", "TASKCHAT_JWT_SECRET")
    signing_key: SecretStr | None = None
    sign_up: Literal["open", "closed"] | None = None

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
        if self.auth in ("external", "both") and self.jwt_secret is None:
            message = (
                f"TASKCHAT_AUTH is {self.auth}, but no outside issuer is set; set"
                " BETTER_AUTH_SECRET, or TASKCHAT_AUTH=local."
            )
            raise ValueError(message)
        return self

    @property
    def database(self) -> str:
        """The database's address; by default a file of the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir.expanduser() / 'taskchat.db'}"

    @property
    def auth_mode(self) -> Literal["local", "external", "both"]:
        """Whose tokens count: an outside issuer that is set is meant to be used."""
        return self.auth or ("local" if self.jwt_secret is None else "external")

    @property
    def local_accounts(self) -> bool:
        """Whether people may have accounts of ours."""
        return self.auth_mode != "external"

    def sign_up_is_open(self, address: str) -> bool:
        """Whether anybody may make an account: where nothing is said, on this machine alone."""
        if self.sign_up is not None:
            return self.sign_up == "open"
        host = urlsplit(address).hostname
        return host in ("127.0.0.1", "localhost", "::1")

    @property
    def api_key(self) -> str | None:
        """The key for `openai:` models; a key of OpenAI's is sent to OpenAI alone."""
        if self.model_api_key is not None:
            return self.model_api_key.get_secret_value()
        if self.openai_api_key is not None and self.model_base_url is None:
            return self.openai_api_key.get_secret_value()
        return None

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


def load_settings(**overrides: object) -> Settings:
    """Read the settings.

    Raises:
        StartError: one of them cannot be used; the sentence names it.
    """
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]  checked by pydantic
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        reason = first["msg"].removeprefix("Value error, ")
        if not first["loc"]:
            raise StartError(reason) from None
        field = str(first["loc"][0])
        name = variable_of(field.lower()) if field.lower() in Settings.model_fields else field
        message = f"{name} cannot be used: {reason[:1].lower()}{reason[1:]}."
        raise StartError(message) from None
