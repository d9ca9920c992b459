"""Conversations of several turns do to the list what their writer wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.embedded.dialogues import Dialogue, read_dialogues, run_dialogue


@pytest.mark.parametrize("dialogue", read_dialogues(), ids=lambda dialogue: dialogue.name)
async def test_a_conversation_does_what_its_writer_wanted(dialogue: Dialogue) -> None:
    outcome = await run_dialogue(dialogue)

    assert outcome.wrong == ()


# Of how many, the fewest that must be right, and the most that may go wrong with a changed list.
_COUNTED = {
    "blind_dialogues.txt": (80, 79, 1),
    "blind_dialogues_second.txt": (100, 100, 0),
    "blind_dialogues_third.txt": (80, 80, 0),
    "blind_dialogues_fourth.txt": (80, 80, 0),
    "blind_dialogues_fifth.txt": (60, 58, 1),
    "blind_dialogues_sixth.txt": (150, 131, 6),
    "blind_dialogues_seventh.txt": (120, 100, 2),
    "blind_dialogues_eighth.txt": (150, 137, 1),
    "blind_dialogues_ninth.txt": (110, 101, 0),
    "blind_dialogues_tenth.txt": (120, 118, 0),
    "blind_dialogues_eleventh.txt": (60, 57, 1),
    "blind_dialogues_twelfth.txt": (60, 57, 1),
    "blind_dialogues_thirteenth.txt": (240, 235, 0),
    "blind_dialogues_fourteenth.txt": (150, 150, 0),
    "blind_dialogues_fifteenth.txt": (170, 163, 0),
    "blind_dialogues_sixteenth.txt": (460, 443, 6),
    "blind_dialogues_seventeenth.txt": (510, 410, 22),
    "blind_dialogues_eighteenth.txt": (260, 244, 4),
    "blind_dialogues_nineteenth.txt": (340, 311, 7),
    "blind_dialogues_twentieth.txt": (170, 159, 2),
    "blind_dialogues_twentyfirst.txt": (360, 355, 0),
    "blind_dialogues_twentysecond.txt": (540, 516, 7),
    "blind_dialogues_twentythird.txt": (300, 289, 0),
    "evaluation_dialogues.txt": (1412, 1412, 0),
    "evaluation_dialogues_second.txt": (1282, 1282, 0),
}


@pytest.mark.parametrize("name", _COUNTED)
async def test_plain_conversations_of_a_stranger_come_out_as_often_as_before(name: str) -> None:
    dialogues = read_dialogues(Path(__file__).with_name(name))
    count, least_right, most_harmed = _COUNTED[name]

    outcomes = [await run_dialogue(dialogue) for dialogue in dialogues]

    assert len(dialogues) == count
    assert sum(not outcome.wrong for outcome in outcomes) >= least_right
    assert sum(outcome.is_harmed for outcome in outcomes) <= most_harmed
