"""What the settings say of models, or one clear sentence."""

from __future__ import annotations

import pytest

from taskchat.errors import StartError
from taskchat.model.choices import ModelChoice, read_choices, unused_keys
from taskchat.settings import Settings, load_settings

KEYS = (
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "TASKCHAT_MODEL_API_KEY",
)
ALL_KEYS = {name: f"key of {name}" for name in KEYS[:-1]}
LOCAL = "http://localhost:8000/v1"


@pytest.fixture(autouse=True)
def _bare_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("bare"))
    for name in (*KEYS, "TASKCHAT_MODEL", "TASKCHAT_MODEL_BASE_URL", "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)


def settings(monkeypatch: pytest.MonkeyPatch, model: str, **environment: str) -> Settings:
    """The settings of an environment."""
    for name, value in {"TASKCHAT_MODEL": model, **environment}.items():
        monkeypatch.setenv(name, value)
    return load_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, model: str, **environment: str) -> str:
    """The sentence in which a start ends."""
    with pytest.raises(StartError) as raised:
        read_choices(settings(monkeypatch, model, **environment))
    return str(raised.value)


@pytest.mark.parametrize(
    ("model", "choice"),
    [
        ("embedded", ModelChoice("embedded")),
        (" embedded ", ModelChoice("embedded")),
        ("google:gemini", ModelChoice("google", "gemini", None, "key of GEMINI_API_KEY")),
        ("openai:gpt", ModelChoice("openai", "gpt", None, "key of OPENAI_API_KEY")),
        ("anthropic:claude", ModelChoice("anthropic", "claude", None, "key of ANTHROPIC_API_KEY")),
        ("ollama:qwen3:8b", ModelChoice("ollama", "qwen3:8b", "http://127.0.0.1:11434/v1")),
    ],
)
def test_a_model_gets_the_key_of_its_provider_and_no_other(
    monkeypatch: pytest.MonkeyPatch, model: str, choice: ModelChoice
) -> None:
    assert read_choices(settings(monkeypatch, model, **ALL_KEYS)) == [choice]


@pytest.mark.parametrize("kind", ["google", "openai", "anthropic", "ollama"])
def test_a_provider_s_key_goes_to_no_server_of_one_s_own(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (choice,) = read_choices(
        settings(monkeypatch, f"{kind}:x", TASKCHAT_MODEL_BASE_URL=LOCAL, **ALL_KEYS)
    )

    assert (choice.base_url, choice.api_key) == (LOCAL, None)


@pytest.mark.parametrize("kind", ["google", "openai", "anthropic", "ollama"])
def test_the_key_that_is_named_for_the_model_wins(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (choice,) = read_choices(
        settings(monkeypatch, f"{kind}:x", TASKCHAT_MODEL_API_KEY="its own", **ALL_KEYS)
    )

    assert choice.api_key == "its own"


def test_google_s_other_variable_counts_where_gemini_s_is_not_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (choice,) = read_choices(settings(monkeypatch, "google:x", GOOGLE_API_KEY="theirs"))

    assert choice.api_key == "theirs"


def test_a_chain_is_read_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(monkeypatch, "anthropic:a, ollama:b ,embedded", ANTHROPIC_API_KEY="k")

    assert [(choice.kind, choice.name) for choice in read_choices(chosen)] == [
        ("anthropic", "a"),
        ("ollama", "b"),
        ("embedded", ""),
    ]


def test_a_single_address_and_key_in_a_chain_are_those_of_the_openai_models(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = settings(
        monkeypatch,
        "google:a,openai:b,openai:c,embedded",
        GEMINI_API_KEY="google's",
        TASKCHAT_MODEL_BASE_URL=LOCAL,
        TASKCHAT_MODEL_API_KEY="mine",
    )

    assert read_choices(chosen) == [
        ModelChoice("google", "a", None, "google's"),
        ModelChoice("openai", "b", LOCAL, "mine"),
        ModelChoice("openai", "c", LOCAL, "mine"),
        ModelChoice("embedded"),
    ]


def test_a_list_of_addresses_and_keys_has_one_for_each_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = settings(
        monkeypatch,
        "openai:local,openai:gpt,anthropic:c",
        OPENAI_API_KEY="openai's",
        TASKCHAT_MODEL_BASE_URL=f"{LOCAL},, http://gateway ",
        TASKCHAT_MODEL_API_KEY="gateway's,,gateway's",
    )

    assert read_choices(chosen) == [
        ModelChoice("openai", "local", LOCAL, "gateway's"),
        ModelChoice("openai", "gpt", None, "openai's"),
        ModelChoice("anthropic", "c", "http://gateway", "gateway's"),
    ]


@pytest.mark.parametrize(
    ("model", "urls", "keys"),
    [
        ("google:a,anthropic:b", "", ["mine", "key of ANTHROPIC_API_KEY"]),
        ("google:a,anthropic:b", "http://gateway", ["mine", "mine"]),
        ("openai:a,openai:b", f"{LOCAL},", ["mine", "key of OPENAI_API_KEY"]),
        ("openai:a,openai:b", f"{LOCAL},{LOCAL}", ["mine", "mine"]),
        ("openai:a,openai:b", "", ["mine", "mine"]),
    ],
)
def test_a_single_key_is_shown_to_one_server_only(
    monkeypatch: pytest.MonkeyPatch, model: str, urls: str, keys: list[str]
) -> None:
    chosen = settings(
        monkeypatch,
        model,
        **ALL_KEYS,
        TASKCHAT_MODEL_BASE_URL=urls,
        TASKCHAT_MODEL_API_KEY="mine",
    )

    assert [choice.api_key for choice in read_choices(chosen)] == keys


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (" , ", "TASKCHAT_MODEL has nothing between"),
        ("openai:x,", "TASKCHAT_MODEL has nothing between"),
        ("openai:", "TASKCHAT_MODEL lacks the name of the model: write it as openai:NAME"),
        ("google", "write it as google:NAME, such as google:gemini"),
        ("ollama: ", "write it as ollama:NAME, such as ollama:qwen3"),
        ("gpt-5", "TASKCHAT_MODEL names no kind of model that exists: use embedded, google:NAME"),
        ("embedded:", "TASKCHAT_MODEL names no kind"),
        ("OpenAI:gpt", "TASKCHAT_MODEL names no kind"),
        ("embedded,openai:x", "embedded is never down"),
        ("openai:x,gpt-5", "TASKCHAT_MODEL names no kind"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, model: str, says: str
) -> None:
    told = refusal(monkeypatch, model, OPENAI_API_KEY="k")

    assert says in told
    assert told.endswith(".")


def test_a_blank_name_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, "  ").startswith("TASKCHAT_MODEL is empty: set it to embedded,")


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("openai:x", "OPENAI_API_KEY is not set, and OpenAI needs a key"),
        ("anthropic:x", "ANTHROPIC_API_KEY is not set, and Anthropic needs a key"),
        ("google:x", "GEMINI_API_KEY or GOOGLE_API_KEY is not set, and Google needs a key"),
        ("ollama:a,google:x", "GEMINI_API_KEY or GOOGLE_API_KEY is not set"),
    ],
)
def test_a_missing_key_names_the_settings_that_would_do(
    monkeypatch: pytest.MonkeyPatch, model: str, says: str
) -> None:
    told = refusal(monkeypatch, model, TASKCHAT_MODEL_API_KEY="  ")

    assert says in told
    assert "TASKCHAT_MODEL_BASE_URL to a server of your own." in told


@pytest.mark.parametrize("key", ["sk\ninjected", "sk-\N{EN DASH}test"])
@pytest.mark.parametrize("kind", ["google", "openai", "anthropic", "ollama"])
def test_a_key_that_no_header_can_hold_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, kind: str, key: str
) -> None:
    told = refusal(monkeypatch, f"{kind}:x", TASKCHAT_MODEL_API_KEY=key)

    assert "TASKCHAT_MODEL_API_KEY" in told
    assert key not in told


@pytest.mark.parametrize("setting", ["TASKCHAT_MODEL_BASE_URL", "TASKCHAT_MODEL_API_KEY"])
def test_more_values_than_models_are_refused(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    told = refusal(monkeypatch, "openai:a,openai:b", **{setting: "http://a,http://b,http://c"})

    assert told.startswith(f"{setting} has more values than TASKCHAT_MODEL has models")


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
@pytest.mark.parametrize("kind", ["google", "openai", "anthropic", "ollama"])
def test_a_base_url_that_cannot_work_is_refused_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, kind: str, base_url: str
) -> None:
    told = refusal(monkeypatch, f"{kind}:x", TASKCHAT_MODEL_BASE_URL=base_url)

    assert told.startswith("TASKCHAT_MODEL_BASE_URL must be an http or https address")
    assert "secret" not in told


@pytest.mark.parametrize(
    ("host", "at"),
    [
        ("box", "http://box:11434/v1"),
        ("box:1234", "http://box:1234/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),  # noqa: S104  a setting that people have
        ("[::]:5", "http://[::1]:5/v1"),
        ("http://box:11434", "http://box:11434/v1"),
        ("https://box", "https://box:443/v1"),
        ("https://box/ollama/", "https://box:443/ollama/v1"),
    ],
)
def test_ollama_s_own_setting_is_read_as_ollama_reads_it(
    monkeypatch: pytest.MonkeyPatch, host: str, at: str
) -> None:
    (choice,) = read_choices(settings(monkeypatch, "ollama:x", OLLAMA_HOST=host))

    assert choice.base_url == at


@pytest.mark.parametrize("host", ["box:port", "http://me:secret@box", "ftp://box"])
def test_an_address_that_is_none_of_ollama_s_is_refused(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    told = refusal(monkeypatch, "ollama:x", OLLAMA_HOST=host)

    assert told.startswith("OLLAMA_HOST must be an http or https address")
    assert "secret" not in told


def test_keys_that_nobody_uses_are_named_with_what_would_use_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    idle = settings(monkeypatch, "embedded", GEMINI_API_KEY="a", OPENAI_API_KEY="b")

    assert unused_keys(idle) == (
        "Not used: GEMINI_API_KEY, OPENAI_API_KEY. TASKCHAT_MODEL=google:NAME or openai:NAME would."
    )


def test_without_keys_or_with_another_model_nothing_is_said_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert unused_keys(settings(monkeypatch, "embedded")) is None
    assert unused_keys(settings(monkeypatch, "ollama:x", OPENAI_API_KEY="b")) is None


def test_a_choice_does_not_show_its_key() -> None:
    assert "secret" not in repr(ModelChoice("openai", "x", None, "secret"))
