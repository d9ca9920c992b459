"""Pages of a list, and the cursors that go on from one to the next while rows come and go."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from taskchat.errors import FieldError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

LARGEST_OFFSET = 2**63 - 1
_WRITTEN = re.compile(r"[a-z]+(:\d{1,19}){1,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list."""

    rows: Sequence[T]
    total: int
    """How many rows the whole list has."""
    next: str | None
    """The cursor of what comes after, or None at the end."""


def write_cursor(order: str, *place: int) -> str:
    """The place of a row in an order, as a text that clients hand back and do not read.

    It says where to go on and nothing of whose rows: a made-up one only moves within one's own.
    """
    text = ":".join((order, *map(str, place)))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, order: str, *largest: int) -> tuple[int, ...]:
    """The place that `write_cursor` wrote down.

    Args:
        cursor: as the client sent it.
        order: the order of the list it is used on.
        largest: what each number of the place may be at most.

    Raises:
        InvalidInputError: it is of no list, or of one in another order.
    """
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    if _WRITTEN.fullmatch(text):
        found, *numbers = text.split(":")
        place = tuple(map(int, numbers))
        if (
            found == order
            and len(place) == len(largest)
            and all(number <= most for number, most in zip(place, largest, strict=True))
        ):
            return place
    hint = "is not a cursor of this list; send `next` of its last page"
    raise InvalidInputError(FieldError("before", hint))
