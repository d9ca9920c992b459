"""How tools read what language models send: lenient in form, strict in meaning.

Models send numbers as text, `"none"` for nothing and `"High"` for `high`. What can be meant in one
way only is taken; everything else is told to the model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from taskchat.dates.words import read_due_words
from taskchat.errors import FieldError, InvalidInputError

if TYPE_CHECKING:
    from datetime import datetime

    from taskchat.dates.due import Due

_NUMBER = re.compile(r"#?(-?\d{1,18})(?:\.0+)?", re.ASCII)


def _whole(value: object) -> object:
    if isinstance(value, str) and (match := _NUMBER.fullmatch(value.strip())):
        return int(match[1])
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        message = "must be a whole number such as 3"
        raise ValueError(message)
    return int(value)


def _word(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _null_as_none(value: object) -> object:
    return None if isinstance(value, str) and value.strip().lower() == "null" else value


def _nothing_as_none(value: object) -> object:
    return None if isinstance(value, str) and says_nothing(value) else value


def says_nothing(text: str) -> bool:
    """Whether the text is a word for the absence of a value."""
    return text.strip().lower() in {"", "none", "null"}


TaskNumber = Annotated[
    int,
    Field(ge=1, description="The id of the task, as list_tasks gives it. Example: 3"),
    BeforeValidator(_whole),
]
"""`3`, `3.0`, `"3"` and `"#3"` are the same task."""
Whole = BeforeValidator(_whole)
Word = BeforeValidator(_word)
NullAsNone = BeforeValidator(_null_as_none)
NothingAsNone = BeforeValidator(_nothing_as_none)


def if_null(default: object) -> BeforeValidator:
    """A null means this value: models fill in every argument they know of."""
    return BeforeValidator(lambda value: default if value is None else value)


def read_argument_due(text: str, now: datetime) -> Due:
    """When the `due_at` of a tool's arguments is: in an exact form or in words.

    Raises:
        InvalidInputError: it cannot be read.
    """
    try:
        return read_due_words(text, now)
    except ValueError as error:
        raise InvalidInputError(FieldError("due_at", str(error))) from None
