"""Conversations of several turns do to the list what their writer wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.embedded.dialogues import Dialogue, read_dialogues, run_dialogue


@pytest.mark.parametrize("dialogue", read_dialogues(), ids=lambda dialogue: dialogue.name)
async def test_a_conversation_does_what_its_writer_wanted(dialogue: Dialogue) -> None:
    outcome = await run_dialogue(dialogue)

    assert outcome.wrong == ()


async def test_plain_conversations_of_a_stranger_come_out_as_often_as_before() -> None:
    dialogues = read_dialogues(Path(__file__).with_name("blind_dialogues.txt"))

    outcomes = [await run_dialogue(dialogue) for dialogue in dialogues]

    assert len(dialogues) == 80
    assert sum(not outcome.wrong for outcome in outcomes) >= 76
    assert sum(outcome.is_harmed for outcome in outcomes) <= 1
