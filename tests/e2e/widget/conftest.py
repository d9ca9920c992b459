"""The sample site beside servers of two kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import slow_settings
from tests.e2e.widget.site import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Site]:
    """The built-in assistant answers."""
    with running_site(tmp_path_factory.mktemp("site"), sqlite_template) as site:
        yield site


@pytest.fixture
def slow_site(tmp_path: Path, slow_model: str, sqlite_template: Path) -> Iterator[Site]:
    """A model answers that takes its time."""
    with running_site(tmp_path, sqlite_template, **slow_settings(slow_model)) as site:
        yield site
