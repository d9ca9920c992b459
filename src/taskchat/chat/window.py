"""How much of a conversation a turn thinks with."""

from __future__ import annotations

from dataclasses import dataclass

MESSAGE_TOKENS = 8
"""What a message costs besides its text: its role, and what stands around it."""
CHARS_PER_TOKEN = 4
"""Of English, about; counted by the database, so that what does not fit is never sent."""


@dataclass(frozen=True, slots=True)
class Window:
    """The newest messages: at most so many, and no more of them than fit into so many tokens."""

    messages: int = 20
    tokens: int | None = None
    """None: no such limit."""

    @classmethod
    def within(cls, tokens: int) -> Window:
        """As many messages as fit, however many they are."""
        return cls(tokens // MESSAGE_TOKENS, tokens)
