"""The conversations in `docs/embedded.md` come out as they stand there."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.model.embedded.playground import Playground

PAGE = (Path(__file__).parents[3] / "docs" / "embedded.md").read_text(encoding="utf-8")
CONVERSATIONS = re.findall(r"^### ([^\n]+)\n```text\n(.+?)```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("heading", [heading for heading, _ in CONVERSATIONS])
def test_a_documented_conversation_comes_out_as_it_stands(heading: str) -> None:
    playground = Playground(datetime(2026, 11, 22, 10, tzinfo=ZoneInfo("Europe/Paris")))
    written = dict(CONVERSATIONS)[heading]

    spoken = ""
    for line in written.splitlines():
        if line.startswith("> "):
            reply, _ = playground.chat(line[2:])
            spoken += f"{line}\n{reply}\n"

    assert spoken == written


def test_there_are_conversations_to_check() -> None:
    assert len(CONVERSATIONS) >= 7
