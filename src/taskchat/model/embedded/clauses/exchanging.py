"""A title in which some words are put in the place of others: "chapter 8" in "Read chapter 7"."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from taskchat.model.embedded.english.words import (
    ERRAND_VERBS,
    STOP_WORDS,
    is_errand_stem,
    read_number,
    same_deed,
    stem,
)

_ARTICLES = frozenset({"the", "a", "an", "my", "our", "some"})
_PLACES = frozenset({"with", "for", "from", "to", "at", "in", "about", "on"})
# From this likeness on a word is another one misspelled.
_MISSPELLED = 75


def exchange(title: str, new: str, old: str = "", *, by_kind: bool = True) -> str:
    """The title with `new` in the place of `old`, or of the words that are most like it; "" where nothing fits.

    Without `old` the new words must hold on to something: a word that both have, a number where there is
    one number, a name where there is one name, a word that is only spelled otherwise. `by_kind` is unset
    where the task is not known, so that a number or a name alone may be of another.
    """
    words, put = title.split(), new.strip(" .,!?\"'").split()
    if not words or not put:
        return ""
    if old and len(put) > 1 and _is_deed(put[0]) and _norm(put[0]) != _norm(words[0]):
        # "Instead of milk I'll get juice", but not "I want to go to lunch with Ben instead of Ann".
        is_deed = _is_deed(old.split()[0])
        is_same = stem(_norm(put[0])) in same_deed(stem(_norm(words[0])))
        put = put if is_deed else put[1:] if is_same else []
        if not put:
            return ""
    if old:
        if read_number(_norm(old)) is not None and read_number(_norm(put[0])) is not None:
            # "4 tickets, not 2", of "Buy 2 concert tickets".
            put = put[:1] if set(map(_norm, put[1:])) <= set(map(_norm, words)) else put
        return _in_place(words, put, _window(words, _bare(old)))
    if len(put) == 1:
        at = _alike(words, put[0], by_kind=by_kind)
        return "" if at is None else _in_place(words, put, (at, at + 1))
    return _anchored(words, put)


def _is_deed(word: str) -> bool:
    return _norm(word) in ERRAND_VERBS or is_errand_stem(stem(_norm(word)))


def are_alike(title: str, new: str, old: str) -> bool:
    """Whether new words may stand for the old ones in a title that nobody spoke of.

    Both are numbers, names or spelled alike, or the new ones hold another word of the title.
    """
    put, gone = _bare(new), _bare(old)
    rest = {_norm(word) for word in title.split()} - {_norm(word) for word in gone} - STOP_WORDS
    if not put or not gone or not rest.isdisjoint(map(_norm, put)):
        return bool(put and gone)
    are_names = new[:1].isupper() and old[:1].isupper()
    are_numbers = all(read_number(_norm(word)) is not None for word in (put[0], gone[0]))
    return are_names or are_numbers or fuzz.ratio(new, old) >= _MISSPELLED


def holds(title: str, part: str) -> bool:
    """Whether a title has these words, one after the other."""
    return bool(_window(title.split(), _bare(part)))


def without(title: str, part: str) -> str:
    """The title without these words; as it is where it has none of them."""
    words = title.split()
    window = _window(words, _bare(part)) or _window(words, part.split())
    left = words if window is None else [*words[: window[0]], *words[window[1] :]]
    while window and len(left) > 1 and _norm(left[-1]) in _LEANS:
        left = left[:-1]
    return _joined(left) if left else title


_LEANS = frozenset({"and", "or", "with", "for", "at", "to", "the", "a"})


def _bare(text: str) -> list[str]:
    """The words of a text, without an article before them."""
    words = text.strip(" .,!?\"'").split()
    while len(words) > 1 and _norm(words[0]) in _ARTICLES:
        words = words[1:]
    return words


def _norm(word: str) -> str:
    return re.sub(r"[^\w]|'s$", "", word.casefold())


def _window(words: list[str], part: list[str]) -> tuple[int, int] | None:
    """Where a part stands in a title, by its first and last word; None where it does not."""
    said, sought = [_norm(word) for word in words], [_norm(word) for word in part]
    for start in range(len(said) - len(sought) + 1):
        if sought and said[start : start + len(sought)] == sought:
            return start, start + len(sought)
    return None


def _in_place(words: list[str], put: list[str], window: tuple[int, int] | None) -> str:
    """The title with words put in a place of it, those that then stand twice once."""
    if window is None:
        return ""
    before, after = words[: window[0]], words[window[1] :]
    has_article = bool(before) and _norm(before[-1]) in _ARTICLES
    if _norm(put[0]) in {"a", "an"} and not has_article:
        return ""  # "it's a joke, not Tom"
    said = [_norm(word) for word in put]
    for length in (2, 1):
        led = [_norm(word) for word in before[-length:]]
        starts = [
            at for at in range(len(said)) if len(led) == length and said[at : at + length] == led
        ]
        if starts and len(said) > starts[-1] + length:
            # "I'm meeting Eva at the airport", for the station: what led to it is there already.
            put = put[starts[-1] + length :]
            break
    for length in range(min(len(put) - 1, len(after)), 0, -1):
        if [_norm(word) for word in put[-length:]] == [_norm(word) for word in after[:length]]:
            put = put[:-length]
            break
    if has_article and put and _norm(put[0]) in _ARTICLES:
        put = put[1:]
    return _joined([*before, *put, *after]) if put else ""


def _alike(words: list[str], new: str, *, by_kind: bool) -> int | None:
    """The place of the one word that a new one stands for."""
    if any(_norm(word) == _norm(new) for word in words):
        return None
    likeness = [fuzz.ratio(_norm(word), _norm(new)) for word in words]
    is_number = read_number(_norm(new)) is not None
    if not is_number and len(new) > _SHORT and max(likeness) >= _MISSPELLED:
        return likeness.index(max(likeness))
    if not by_kind:
        return None
    if is_number:
        return _only([read_number(_norm(word)) is not None for word in words])
    are_names = [bool(at) and word[:1].isupper() for at, word in enumerate(words)]
    return _only(are_names) if new[:1].isupper() else None


_SHORT = 3


def _only(fits: list[bool]) -> int | None:
    return fits.index(True) if fits.count(True) == 1 else None


def _anchored(words: list[str], put: list[str]) -> str:
    said, new = [_norm(word) for word in words], [_norm(word) for word in put]
    shared = [word for word in new if word in said and word not in STOP_WORDS]
    if not shared:
        return ""
    if new[0] in ERRAND_VERBS:
        return _joined(put)
    first, last = new.index(shared[0]), len(new) - 1 - new[::-1].index(shared[-1])
    start, end = said.index(new[first]), said.index(new[last]) + 1
    if start >= end:
        return ""
    led, ended = put[:first], put[last + 1 :]
    if ended and end < len(words) and _is_same_kind(words[end], ended[0]):
        end += 1
    if ended and end < len(words) and all(read_number(word) is not None for word in shared):
        end += 1  # "3 envelopes", of "Buy 3 stamps"
    elif len(ended) == 1 and not first and end == len(words) - 1 and start:
        end += 1  # "printer ink", of "Order printer paper"
    told = list(led)
    while told and start and _may_stand(words[start - 1], told[-1]):
        start, told = start - 1, told[:-1]
    while led and _norm(led[0]) in _ARTICLES:
        led = led[1:]
    changed = [*words[:start], *led, *put[first : last + 1], *ended, *words[end:]]
    return _joined(changed) if [_norm(word) for word in changed] != said else ""


def _may_stand(one: str, other: str) -> bool:
    """Whether a word before what both have may be another one now: "soy milk", of "Oat milk"."""
    said = _norm(one)
    is_name = said not in STOP_WORDS and said not in ERRAND_VERBS
    return _is_same_kind(one, other) or (is_name and _norm(other) not in STOP_WORDS)


def _is_same_kind(one: str, other: str) -> bool:
    """Whether one word may stand for the other: numbers, names, words that lead to a place, or one misspelled."""
    said = {_norm(one), _norm(other)}
    is_number = [read_number(word) is not None or word in {"a", "an"} for word in said]
    if said <= _PLACES or len(said) == 1 or all(is_number):
        return True
    are_names = one[:1].isupper() and other[:1].isupper()
    return are_names or fuzz.ratio(_norm(one), _norm(other)) >= _MISSPELLED


def _joined(words: list[str]) -> str:
    text = " ".join(words)
    return text[:1].upper() + text[1:]
