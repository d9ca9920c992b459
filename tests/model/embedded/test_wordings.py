"""Messages in a situation, in the wordings of strangers, do to the list what their writers wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.embedded.situations import Wording, read_wordings, try_wording

_FOLDER = Path(__file__).with_name("wordings")
# Of how many, the fewest that must be right, and the most that may go wrong with a changed list.
_COUNTED = {
    "completing": (288, 240, 5),
    "deleting": (288, 250, 6),
    "renaming": (288, 205, 18),
    "dates": (288, 247, 6),
    "priorities": (288, 242, 24),
    "adding": (288, 256, 17),
    "looking": (288, 276, 2),
    "going_on": (288, 239, 11),
    "templates": (664, 654, 4),
    "after_a_setting": (1_280, 1_268, 3),
}


@pytest.mark.parametrize("name", _COUNTED)
async def test_wordings_of_a_stranger_come_out_as_often_as_before(name: str) -> None:
    wordings = read_wordings(_FOLDER / f"{name}.txt")
    count, least_right, most_harmed = _COUNTED[name]

    outcomes = [await try_wording(wording) for wording in wordings]

    assert len(wordings) == count
    assert sum(not outcome.wrong for outcome in outcomes) >= least_right
    assert sum(outcome.is_harmed for outcome in outcomes) <= most_harmed


@pytest.mark.parametrize(
    "wording",
    read_wordings(_FOLDER / "traps.txt"),
    ids=lambda wording: f"{wording.situation}: {wording.text}",
)
async def test_what_only_sounds_like_an_order_does_nothing(wording: Wording) -> None:
    outcome = await try_wording(wording)

    assert outcome.wrong == ()


@pytest.mark.parametrize(
    "wording",
    read_wordings(_FOLDER / "one_of_each.txt"),
    ids=lambda wording: f"{wording.situation}: {wording.text}",
)
async def test_each_kind_of_wording_is_understood(wording: Wording) -> None:
    outcome = await try_wording(wording)

    assert outcome.wrong == ()
