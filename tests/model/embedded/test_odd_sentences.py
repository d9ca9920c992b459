"""Sentences as people write them do to the list what their writer wanted."""

from __future__ import annotations

import sys

import pytest

from tests.model.embedded.odd_sentences import Case, read_cases, run

# What was reached, less a little: the least share that must be right, and the most that may go wrong
# with a list that was changed. The goal is 0.75 and 0.03, for sentences that nobody has tuned on: the
# fourth file had 0.72 and 0.12 before it was looked at, and the fifth has not been looked at.
_COUNTED = {
    "unseen_sentences.txt": (0.94, 0.01),
    "blind_sentences_tuned.txt": (0.94, 0.01),
    "blind_sentences_second.txt": (0.86, 0.01),
    "blind_sentences_third.txt": (0.95, 0.01),
    "blind_sentences_fourth.txt": (0.95, 0.01),
    "blind_sentences_fifth.txt": (0.91, 0.02),
}


@pytest.mark.parametrize(
    "case",
    [*read_cases(), *read_cases("more_sentences.txt")],
    ids=lambda case: " >> ".join(case.turns)[:70],
)
async def test_a_sentence_does_what_its_writer_wanted(case: Case) -> None:
    outcome = await run(case)

    assert outcome.wrong == "", outcome.reply


async def test_the_further_sentences_do_what_their_writer_wanted() -> None:
    cases = read_cases("further_sentences.txt")

    outcomes = [(case, await run(case)) for case in cases]

    assert len(cases) > 1_000
    assert [(case.turns, outcome.wrong) for case, outcome in outcomes if outcome.wrong] == []


@pytest.mark.parametrize("name", _COUNTED)
async def test_sentences_that_are_only_counted_come_out_as_often_as_before(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cases, (least_right, most_harm) = read_cases(name), _COUNTED[name]

    wrong = [outcome for outcome in [await run(case) for case in cases] if outcome.wrong]
    right, harm = 1 - len(wrong) / len(cases), sum(one.is_changed for one in wrong) / len(cases)

    with capsys.disabled():
        sys.stdout.write(f"\n{name}: {right:.1%} right, {harm:.1%} wrong with a changed list\n")
    assert right >= least_right
    assert harm <= most_harm
