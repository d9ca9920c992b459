"""Which addresses `TASKCHAT_PUBLIC_URL` and `CORS_ORIGINS` take, and what is said of others."""

from __future__ import annotations

import pytest

from taskchat.errors import StartError
from taskchat.settings import load_settings


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://tasks.example.com", "https://tasks.example.com"),
        ("https://tasks.example.com/", "https://tasks.example.com"),
        ("HTTPS://Tasks.Example.com:443", "https://tasks.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        (" https://tasks.example.com ", "https://tasks.example.com"),
    ],
)
def test_a_public_url_is_kept_as_browsers_write_it(written: str, read: str) -> None:
    assert load_settings(public_url=written).public_url == read


@pytest.mark.parametrize(
    "written",
    [
        "tasks.example.com",
        "https://tasks.example.com/app",
        "https://tasks.example.com?x=1",
        "https://tasks.example.com#x",
        "https://me:secret@tasks.example.com",
        "https://tasks.example.com:port",
        "https://",
        "ftp://tasks.example.com",
        "https://a.example.com,https://b.example.com",
        "https://tâches.example.com",
        "https://*.example.com",
        "https://[::1",
    ],
)
def test_what_is_no_origin_does_not_start(written: str) -> None:
    with pytest.raises(StartError) as refused:
        load_settings(public_url=written)

    assert str(refused.value) == (
        "TASKCHAT_PUBLIC_URL cannot be used: it must be http:// or https:// and a host, such as"
        " https://tasks.example.com."
    )


def test_origins_are_a_list_with_commas() -> None:
    settings = load_settings(
        cors_origins="https://app.example.com/, http://localhost:3000,,capacitor://localhost"
    )

    assert settings.cors_allowed == {
        "https://app.example.com",
        "http://localhost:3000",
        "capacitor://localhost",
    }


def test_no_origins_are_none() -> None:
    assert load_settings().cors_allowed == frozenset()


@pytest.mark.parametrize("written", ["*", "https://app.example.com, *", "https://*.example.com"])
def test_every_site_is_not_a_list_of_origins(written: str) -> None:
    with pytest.raises(StartError) as refused:
        load_settings(cors_origins=written)

    assert str(refused.value) == (
        "CORS_ORIGINS cannot be used: * would admit pages of every site; name the origins, such"
        " as https://app.example.com."
    )


@pytest.mark.parametrize("written", ["null", "app.example.com", "https://app.example.com/path"])
def test_what_is_no_origin_is_not_listed(written: str) -> None:
    with pytest.raises(StartError, match=r"^CORS_ORIGINS cannot be used: it must be origins"):
        load_settings(cors_origins=written)
