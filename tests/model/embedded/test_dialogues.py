"""Conversations of several turns do to the list what their writer wanted."""

from __future__ import annotations

import pytest

from tests.model.embedded.dialogues import Dialogue, read_dialogues, run_dialogue


@pytest.mark.parametrize("dialogue", read_dialogues(), ids=lambda dialogue: dialogue.name)
async def test_a_conversation_does_what_its_writer_wanted(dialogue: Dialogue) -> None:
    outcome = await run_dialogue(dialogue)

    assert outcome.wrong == ()
