"""Every sentence of odd_sentences.txt does to the list what its writer wanted."""

from __future__ import annotations

import pytest

from tests.model.embedded.odd_sentences import Case, read_cases, run


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: " >> ".join(case.turns)[:70])
async def test_a_sentence_does_what_its_writer_wanted(case: Case) -> None:
    outcome = await run(case)

    assert outcome.wrong == "", outcome.reply
