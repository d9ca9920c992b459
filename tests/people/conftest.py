"""What these tests share with those of the chat."""

from tests.chat.conftest import chat

__all__ = ["chat"]
