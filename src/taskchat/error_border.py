"""Where a library's errors become ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class ErrorBorder:
    """A context that hands each error to a function, which raises ours in its place.

    It keeps no state, so one is made for a module and entered everywhere. (A generator under
    `contextmanager` is eight calls each time, and a turn crosses such borders thirty times.)
    """

    def __init__(self, translate: Callable[[BaseException], None]) -> None:
        """Take the function; an error for which it returns goes on as it is."""
        self._translate = translate

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Translate what was raised inside."""
        if error is not None:
            self._translate(error)
