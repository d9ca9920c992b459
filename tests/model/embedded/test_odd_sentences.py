"""Sentences as people write them do to the list what their writer wanted."""

from __future__ import annotations

import pytest

from tests.model.embedded.odd_sentences import Case, read_cases, run

# What was reached on sentences that no rule was built on, less a little: 92.4 % right, and 4.1 % wrong
# with a list that was changed.
_LEAST_RIGHT = 0.91
_MOST_HARM = 0.05


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


async def test_sentences_that_no_rule_was_built_on_come_out_as_often_as_before() -> None:
    cases = read_cases("unseen_sentences.txt")

    wrong = [outcome for outcome in [await run(case) for case in cases] if outcome.wrong]
    right, harm = 1 - len(wrong) / len(cases), sum(one.is_changed for one in wrong) / len(cases)

    assert right >= _LEAST_RIGHT
    assert harm <= _MOST_HARM
