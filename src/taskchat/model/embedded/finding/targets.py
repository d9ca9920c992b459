"""Which task a phrase means: words and typos against titles, by what share of each is covered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from taskchat.model.embedded.english.words import Word, content_stems, same_deed, telling_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taskchat.model.embedded.conversation.history import SeenTask

# Set on sentences of our own: under half of the phrase found in a title is another task more often
# than not, and two titles closer than the margin are a question rather than a choice.
_LEAST_COVERED = 0.55
_CLEARLY_COVERED = 0.75
_MARGIN = 0.1
_IN_FULL = 0.99
_LEAST_RATIO = 80
_NAMED_IN_FULL = 0.7
_TYPO_RATIO = 85
_TYPO_CHARS = 5


@dataclass(frozen=True, slots=True)
class Match:
    """How well a phrase and a title fit: the covered share of each (0 to 1)."""

    task: SeenTask
    phrase: float
    title: float
    shares_noun: bool = True
    is_literal: bool = True
    is_near: bool = False

    @property
    def score(self) -> float:
        """The phrase counts more: a title may well hold more words than anyone says."""
        return 0.65 * self.phrase + 0.35 * self.title

    @property
    def is_likely(self) -> bool:
        """Good enough to act on when the sentence says plainly what to do."""
        return self.phrase >= _LEAST_COVERED or (self.title >= 0.7 and self.phrase >= 0.4)

    @property
    def is_clear(self) -> bool:
        """Good enough when the sentence only hints at an act."""
        return (self.phrase >= _CLEARLY_COVERED and self.title >= 0.35) or (
            self.title >= 0.99 and self.phrase >= 0.3
        )


def rank(words: str, tasks: Sequence[SeenTask]) -> list[Match]:
    """All tasks that share a telling word with `words`, best first."""
    return rank_each([words], tasks)[words]


def rank_each(phrases: Sequence[str], tasks: Sequence[SeenTask]) -> dict[str, list[Match]]:
    """`rank` for several phrases; the titles of a long list are taken apart only once."""
    titles = [telling_words(task.title) for task in tasks]
    vocabulary = set(chain.from_iterable(titles))
    ranked: dict[str, list[Match]] = {}
    for words in phrases:
        said = telling_words(words)
        alike = _alike_words(said, vocabulary)
        matches = [
            _match(said, words, task, title, alike)
            for task, title in zip(tasks, titles, strict=True)
            if not alike.keys().isdisjoint(title)
        ]
        ranked[words] = sorted(
            (match for match in matches if match.phrase > 0), key=lambda match: -match.score
        )
    return ranked


def best(words: str, tasks: Sequence[SeenTask]) -> list[Match]:
    """The match of `words`, or the several that fit about as well; empty where none is likely."""
    return leaders(rank(words, tasks))


def leaders(ranked: Sequence[Match]) -> list[Match]:
    """Of ranked matches the first, and those that fit about as well; empty where none is likely."""
    likely = [match for match in ranked if match.is_likely]
    if not likely:
        return []
    top = likely[0]
    close = [match for match in likely if top.score - match.score < _MARGIN]
    # "The report is written" is of the task to write it, though to send it may be told alike.
    is_said = top.is_literal and top.phrase > _IN_FULL and top.title > _IN_FULL
    close = [match for match in close if match.is_literal] if is_said else close
    return exact(close)


def exact(matches: list[Match]) -> list[Match]:
    """The matches without those of a word that is only alike, where others have it: Maria's, not Mario's."""
    return [match for match in matches if not match.is_near] or matches


def unmatched(words: Sequence[str], titles: Sequence[str]) -> list[str]:
    """The words of a sentence that none of the titles holds, in one form or another."""
    said = tuple(telling_words(word)[0] for word in words)
    alike = _alike_words(said, {word for title in titles for word in telling_words(title)})
    found = {mine for grades in alike.values() for mine in grades}
    return [word.said for word in said if word not in found]


def named_in_full(ranked: Sequence[Match]) -> SeenTask | None:
    """The one open task whose title says all of a phrase, and little more; None for none or several."""
    full = [
        match
        for match in ranked
        if match.phrase > 0.99 and match.title >= _NAMED_IN_FULL and not match.task.completed
    ]
    return full[0].task if len(full) == 1 else None


def split_phrases(words: str) -> list[str]:
    """The parts of "milk, rent and the report"."""
    parts = re.split(r"\s*(?:,|;|&|\+|\bplus\b|\bas well as\b|\band\b)\s*", words, flags=re.I)
    return [part for part in parts if content_stems(part)]


# Of the words of all titles, those that a word of the phrase may mean, and how closely.
_Alike = dict[Word, dict[Word, int]]
_SAME, _SAME_DEED, _NEAR = 3, 2, 1


def _alike_words(said: tuple[Word, ...], vocabulary: set[Word]) -> _Alike:
    alike: _Alike = {}
    for mine in said:
        deeds, first, second = same_deed(mine.stem), mine.stem[:1], mine.stem[1:2]
        for other in vocabulary:
            stem = other.stem
            if stem == mine.stem:
                grade = _SAME
            elif "-" in other.said and other.said.endswith(f"-{mine.said}"):
                grade = _NEAR  # the shirts, of "order t-shirts"
            elif stem in deeds:
                grade = _SAME_DEED
            # Few typos are in both of the first letters; the look at the rest is what costs.
            elif (stem[:1] == first or stem[1:2] == second) and _is_near(mine, other):
                grade = _NEAR
            else:
                continue
            alike.setdefault(other, {})[mine] = grade
    return alike


def _match(
    said: tuple[Word, ...], words: str, task: SeenTask, title: tuple[Word, ...], alike: _Alike
) -> Match:
    if words.strip().casefold() == task.title.casefold():
        return Match(task, 1.0, 1.0)
    hits = {mine: _counterpart(mine, title, alike) for mine in said}
    found = {other for other in hits.values() if other is not None}
    if all(one.is_verb for one in found):
        # Without a noun in common "finish it" is not "complete the form".
        hits = {
            mine: other if other and alike[other][mine] != _SAME_DEED else None
            for mine, other in hits.items()
        }
        found = {other for other in hits.values() if other is not None}
    covered = sum(_weight(mine) for mine, other in hits.items() if other is not None)
    phrase = covered / sum(map(_weight, said))
    if all(one.is_verb for one in found) and len(found) < len(title):
        # Only a verb in common: "buy eggs" is not "buy printer ink", but "the call one" may be.
        phrase = phrase if phrase > 0.99 else phrase / 2
        return Match(task, phrase, _share(found, title), shares_noun=False)
    is_literal = not any(
        other is not None and alike[other][mine] == _SAME_DEED for mine, other in hits.items()
    )
    is_near = any(other is not None and alike[other][mine] == _NEAR for mine, other in hits.items())
    return Match(task, phrase, _share(found, title), is_literal=is_literal, is_near=is_near)


def _counterpart(mine: Word, title: tuple[Word, ...], alike: _Alike) -> Word | None:
    graded = [
        (alike[other].get(mine, 0), -place, other)
        for place, other in enumerate(title)
        if other in alike
    ]
    grade, _, other = max(graded, default=(0, 0, None))
    return other if grade else None


def _share(found: set[Word], title: tuple[Word, ...]) -> float:
    total = sum(map(_weight, title))
    return sum(map(_weight, found)) / total if total else 0.0


def _weight(word: Word) -> float:
    return 0.4 if word.is_verb else 1.0


def _is_near(mine: Word, other: Word) -> bool:
    if _are_alike(mine.stem, other.stem):
        return True
    # A typo may keep the stem from being found: "meting" for "meeting".
    shorter = min(len(mine.said), len(other.said))
    return shorter >= _TYPO_CHARS and fuzz.ratio(mine.said, other.said) >= _TYPO_RATIO


def _are_alike(word: str, other: str) -> bool:
    shorter, longer = sorted((word, other), key=len)
    if len(shorter) < 3:
        return False
    most_longer = 4 if len(shorter) > 4 else 3
    if longer.startswith(shorter) and (
        len(shorter) >= 4 and len(longer) - len(shorter) <= most_longer
    ):
        return True
    # A prefix of six letters joins "apology" and "apologize", "submission" and "submit".
    if len(shorter) >= 6 and shorter[:5] == longer[:5]:
        return True
    if len(shorter) < 4 or len(longer) - len(shorter) > 1:
        return False
    return fuzz.ratio(word, other) >= _LEAST_RATIO or _swapped(word, other)


def _swapped(word: str, other: str) -> bool:
    # "mlik": two letters changed places, which a plain ratio punishes twice.
    return len(word) == len(other) and sorted(word) == sorted(other) and word[0] == other[0]
