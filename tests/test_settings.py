"""What the settings mean, and which of them do not start; the whole command runs in this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from taskchat.cli import main
from taskchat.errors import StartError
from taskchat.settings import Settings, load_settings, proxy_for, variable_of, without_password

SECRET = "hunter2-is-a-secret"
LONG = "a secret of more than thirty-two bytes"
PUBLIC_KEY = f"-----BEGIN PUBLIC KEY-----\n{SECRET}\n-----END PUBLIC KEY-----"
BOUND = f"postgresql://me:{SECRET}@h-pooler.example.com/x?sslmode=require&channel_binding=require"
BAD_HOST = f"postgresql://me:{SECRET}@[::1/x"
BAD_PORT = f"postgresql://me:{SECRET}@localhost:p/x"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable is set and no `.env` is near."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_of(field), raising=False)
    monkeypatch.delenv("TASKCHAT_JWT_SECRET", raising=False)
    monkeypatch.setenv("TASKCHAT_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings()


# ---- what does not start ----


@pytest.mark.parametrize(
    ("sentence", "variables"),
    [
        ("BETTER_AUTH_SECRET is shorter than 32 bytes", {"BETTER_AUTH_SECRET": SECRET}),
        ("BETTER_AUTH_SECRET is shorter than 32 bytes", {"TASKCHAT_JWT_SECRET": SECRET}),
        ("TASKCHAT_SIGNING_KEY is shorter than 32 bytes", {"TASKCHAT_SIGNING_KEY": SECRET}),
        (
            "BETTER_AUTH_SECRET holds a key pair or a certificate",
            {"BETTER_AUTH_SECRET": PUBLIC_KEY},
        ),
        ("TASKCHAT_AUTH is external, but no outside issuer", {"TASKCHAT_AUTH": "external"}),
        ("TASKCHAT_AUTH is both, but no outside issuer", {"TASKCHAT_AUTH": "both"}),
        ("TASKCHAT_AUTH cannot be used: input should be 'local'", {"TASKCHAT_AUTH": SECRET}),
        (
            "TASKCHAT_JWT_ISSUER must not be 'taskchat'",
            {"BETTER_AUTH_SECRET": LONG, "TASKCHAT_JWT_ISSUER": "taskchat"},
        ),
        ("TASKCHAT_MODEL names no kind of model", {"TASKCHAT_MODEL": f"{SECRET}:gpt"}),
        ("TASKCHAT_MODEL lacks the name of the model", {"TASKCHAT_MODEL": "openai:"}),
        ("OPENAI_API_KEY is not set, and OpenAI needs a key", {"TASKCHAT_MODEL": "openai:gpt"}),
        (
            "TASKCHAT_MODEL_BASE_URL must be an http or https address",
            {"TASKCHAT_MODEL": "openai:gpt", "TASKCHAT_MODEL_BASE_URL": f"ftp://{SECRET}"},
        ),
        ("TASKCHAT_LEASE_S cannot be used: input should be", {"TASKCHAT_LEASE_S": "1"}),
        ("TASKCHAT_LEASE_S cannot be used: input should be", {"TASKCHAT_LEASE_S": "61"}),
        ("TASKCHAT_AGENT_TIMEOUT_S cannot be used", {"TASKCHAT_AGENT_TIMEOUT_S": SECRET}),
        ("TASKCHAT_AGENT_MAX_ITERATIONS cannot be used", {"TASKCHAT_AGENT_MAX_ITERATIONS": "0"}),
        ("TASKCHAT_SIGN_UP cannot be used", {"TASKCHAT_SIGN_UP": "maybe"}),
        ("TASKCHAT_LOG_LEVEL cannot be used", {"TASKCHAT_LOG_LEVEL": "loud"}),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT cannot be used: it must be a web address",
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"},
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT cannot be used: a name and password",
            {"OTEL_EXPORTER_OTLP_ENDPOINT": f"https://me:{SECRET}@collector"},
        ),
        ("DATABASE_URL must be sqlite:///PATH or", {"DATABASE_URL": f"me:{SECRET}@localhost/x"}),
        ("DATABASE_URL must be sqlite:///PATH or", {"DATABASE_URL": f"mysql://me:{SECRET}@h/x"}),
        ("DATABASE_URL must be sqlite:///PATH or", {"DATABASE_URL": "sqlite://"}),
        ("Take channel_binding out of DATABASE_URL", {"DATABASE_URL": BOUND}),
        ("DATABASE_URL (postgresql://me:***@[::1/x)", {"DATABASE_URL": BAD_HOST}),
        ("DATABASE_URL (postgresql://me:***@localhost:p/x)", {"DATABASE_URL": BAD_PORT}),
        ("No file can be made beside the database", {"TASKCHAT_DATA_DIR": "file/home"}),
        ("DATABASE_URL (sqlite:///", {"DATABASE_URL": "sqlite:///folder"}),
        ("DATABASE_URL (sqlite:///", {"DATABASE_URL": "sqlite:///file"}),
    ],
)
@pytest.mark.usefixtures("restored_logs")
def test_what_cannot_be_used_ends_the_start_with_one_sentence_that_names_it(
    sentence: str,
    variables: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("no database", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["taskchat", "serve", "--port", "0"])
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as end:
        main()

    said = capsys.readouterr()
    assert (end.value.code, said.out) == (1, "")
    *logged, last = said.err.splitlines()
    assert last.startswith(f"taskchat: {sentence}")
    assert last.endswith(".")
    assert all('"event": "database.failed"' in line for line in logged)
    assert SECRET not in said.err


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", BAD_HOST, "DATABASE_URL (postgresql://me:***@[::1/x) cannot be used"),
        ("TASKCHAT_MIGRATION_URL", BAD_PORT, "TASKCHAT_MIGRATION_URL (postgresql://me:***@local"),
        ("TASKCHAT_MIGRATION_URL", "mysql://h/x", "TASKCHAT_MIGRATION_URL must be sqlite:///PATH"),
    ],
)
@pytest.mark.usefixtures("restored_logs")
def test_a_migration_names_the_address_that_it_could_not_use(
    name: str,
    value: str,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["taskchat", "migrate"])
    monkeypatch.setenv("DATABASE_URL", "postgresql://me@localhost/x")
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(f"taskchat: {sentence}")
    assert SECRET not in said


# ---- what they mean ----


def test_a_variable_that_is_empty_is_as_good_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _set(
        monkeypatch,
        BETTER_AUTH_SECRET="",
        DATABASE_URL="",
        TASKCHAT_MODEL="",
        TASKCHAT_LEASE_S="",
        TASKCHAT_AUTH="",
    )

    assert (settings.auth_mode, settings.model, settings.lease_s) == ("local", "embedded", 12)
    assert settings.database.startswith("sqlite:///")


@pytest.mark.parametrize("name", ["BETTER_AUTH_SECRET", "TASKCHAT_JWT_SECRET"])
def test_the_shared_secret_has_two_names_and_turns_local_accounts_off(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings = _set(monkeypatch, **{name: LONG})

    assert settings.jwt_secret is not None
    assert settings.jwt_secret.get_secret_value() == LONG
    assert (settings.auth_mode, settings.local_accounts) == ("external", False)


@pytest.mark.parametrize(
    ("auth", "local_accounts"), [("local", True), ("both", True), ("external", False)]
)
def test_whose_tokens_count_can_be_said(
    monkeypatch: pytest.MonkeyPatch, auth: str, local_accounts: bool
) -> None:
    settings = _set(monkeypatch, BETTER_AUTH_SECRET=LONG, TASKCHAT_AUTH=auth)

    assert (settings.auth_mode, settings.local_accounts) == (auth, local_accounts)


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _set(monkeypatch, TASKCHAT_COLOUR="blue").model == "embedded"


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("TASKCHAT_LEASE_S=3\nTASKCHAT_HISTORY=4\n", encoding="utf-8")

    settings = _set(monkeypatch, TASKCHAT_LEASE_S="5")

    assert (settings.lease_s, settings.history_messages) == (5, 4)


def test_a_dotenv_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"TASKCHAT_MODEL=\xff\n")

    with pytest.raises(StartError, match=r"^The file \.env .* cannot be read"):
        load_settings()


@pytest.mark.parametrize(
    ("address", "is_open"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://192.0.2.1:8000", False),
        ("https://tasks.example.org", False),
    ],
)
def test_anybody_may_sign_up_on_this_machine_alone_unless_it_is_said(
    monkeypatch: pytest.MonkeyPatch, address: str, is_open: bool
) -> None:
    unsaid = _set(monkeypatch)
    opened = _set(monkeypatch, TASKCHAT_SIGN_UP="open")
    closed = _set(monkeypatch, TASKCHAT_SIGN_UP="closed")

    assert unsaid.sign_up_is_open(address) is is_open
    assert opened.sign_up_is_open(address)
    assert not closed.sign_up_is_open(address)


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _set(
        monkeypatch,
        BETTER_AUTH_SECRET=f"{LONG} {SECRET}",
        TASKCHAT_SIGNING_KEY=f"{LONG} {SECRET}",
        OPENAI_API_KEY=SECRET,
        TASKCHAT_MODEL_API_KEY=SECRET,
        DATABASE_URL=f"postgresql://me:{SECRET}@db.example.org/tasks",
        TASKCHAT_MIGRATION_URL=f"postgresql://owner:{SECRET}@db.example.org/tasks",
    )

    shown = settings.shown()

    assert SECRET not in str(shown)
    assert SECRET not in repr(settings)
    assert shown["BETTER_AUTH_SECRET"] == "(set)"
    assert shown["DATABASE_URL"] == "postgresql://me:***@db.example.org/tasks"
    assert shown["TASKCHAT_MIGRATION_URL"] == "postgresql://owner:***@db.example.org/tasks"


def test_what_is_shown_has_the_names_that_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = _set(monkeypatch, TASKCHAT_JWT_SECRET=LONG).shown()

    assert shown["TASKCHAT_AUTH"] == "external"
    assert {"DATABASE_URL", "BETTER_AUTH_SECRET", "OPENAI_API_KEY", "TASKCHAT_LEASE_S"} <= set(
        shown
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://me:pass@host/tasks", "postgresql://me:***@host/tasks"),
        ("postgresql://me:p@ss/w#rd?@host/tasks", "postgresql://me:***@host/tasks"),
        ("postgresql://host/tasks?password=pass&a=b", "postgresql://host/tasks?password=***&a=b"),
        ("postgresql://h/t?sslpassword=pass", "postgresql://h/t?sslpassword=***"),
        ("postgresql://me@host:5432/tasks", "postgresql://me@host:5432/tasks"),
        ("sqlite:////home/me:too/a@b.db", "sqlite:////home/me:too/a@b.db"),
        ("openai:gpt", "openai:gpt"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert without_password(address) == shown


@pytest.mark.parametrize(
    ("text", "messages"), [("20", 20), ("0", 0), ("full", None), ("FULL", None)]
)
def test_the_history_is_a_number_of_messages_or_full(
    monkeypatch: pytest.MonkeyPatch, text: str, messages: int | None
) -> None:
    assert _set(monkeypatch, TASKCHAT_HISTORY=text).history_messages == messages


@pytest.mark.parametrize("text", ["-1", "1001", "all", "2.5"])
def test_any_other_history_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(StartError, match=r"^TASKCHAT_HISTORY cannot be used: .* or full\.$"):
        _set(monkeypatch, TASKCHAT_HISTORY=text)


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://api.example.com/v1", "http://secure:1"),
        ("http://api.example.com/v1", "http://any:1"),
        ("https://box.home:8443/v1", None),
        ("https://localhost/v1", None),
        ("https://[::1]:8443/v1", None),
    ],
)
def test_a_proxy_is_named_by_the_environment_and_never_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://secure:1")
    monkeypatch.setenv("ALL_PROXY", "any:1")
    monkeypatch.setenv("NO_PROXY", "box.home")

    assert proxy_for(url) == proxy
