"""What a task may hold: the types that the borders (REST, tools) check their input with."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints, WithJsonSchema

Priority = Literal["low", "medium", "high"]
Status = Literal["all", "pending", "completed"]
Sort = Literal["created_at", "-created_at", "due_at", "priority", "title"]

TITLE_CHARS = 200
DESCRIPTION_CHARS = 1000
SEARCH_CHARS = 200
PAGE_LIMIT = 500
"""How many tasks one list shows at most."""
LARGEST_ID = 2**31 - 1
"""What an integer column of Postgres holds."""

_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}


def _storable(text: str) -> str:
    # Postgres has no NUL. Half a surrogate pair, which neither database takes, never comes here:
    # pydantic cannot measure it, and refuses it as text.
    if "\x00" in text:
        message = "must not contain the NUL character"
        raise ValueError(message)
    return text


def _visible(text: str) -> str:
    if all(unicodedata.category(char) in _INVISIBLE for char in text):
        message = "must contain something that can be seen"
        raise ValueError(message)
    return text


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_CHARS),
    AfterValidator(_storable),
    AfterValidator(_visible),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": TITLE_CHARS, "pattern": r"\S"}),
]
"""White space around it is not part of it."""
Description = Annotated[
    str, StringConstraints(max_length=DESCRIPTION_CHARS), AfterValidator(_storable)
]
Search = Annotated[str, StringConstraints(max_length=SEARCH_CHARS), AfterValidator(_storable)]
