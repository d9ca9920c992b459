"""The chunks of a streamed answer, put together to the body that a plain answer would have been.

So that both are read by the same code, `openai_wire.read_completion`. Nothing here touches the
network. Lenient as that is: servers differ in how they cut tool calls into pieces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic_core import from_json

from taskchat.model.openai_wire import AnswerUnreadableError, as_array, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_THE_WHOLE = ("id", "model", "usage")


@dataclass
class ChunkedAnswer:
    """An answer on its way; `is_whole` says whether all of it has come."""

    is_done: bool = False
    """Whether the server has said that nothing follows."""
    _top: dict[str, object] = field(default_factory=dict[str, object])
    _content: list[str] = field(default_factory=list[str])
    _refusal: list[str] = field(default_factory=list[str])
    _calls: list[_Call] = field(default_factory=list["_Call"])
    _has_begun: bool = False
    _finish_reason: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether a stream that ends here was not cut short. Usage may still follow."""
        return self.is_done or self._finish_reason is not None

    def take(self, data: bytes) -> str:
        """Add one event's data; gives the words in it that are for the user.

        Raises:
            AnswerUnreadableError: it is not JSON, or tells an error instead of the answer.
        """
        self.is_done = self.is_done or data.strip() == b"[DONE]"
        if self.is_done:
            return ""
        try:
            chunk = as_object(from_json(data))
        except ValueError:
            # Without its cause, which quotes the data.
            raise AnswerUnreadableError("not_json") from None
        if chunk.get("error"):
            raise AnswerUnreadableError("failed_midway", chunk["error"])
        # Later ones win: some servers add up the usage with every chunk.
        for key in _OF_THE_WHOLE:
            if value := chunk.get(key):
                self._top[key] = value
        choices = as_array(chunk.get("choices"))
        return self._take_choice(as_object(choices[0])) if choices else ""

    def completion(self) -> dict[str, object]:
        """The body of the plain answer that says the same."""
        message: dict[str, object] = {
            "content": "".join(self._content),
            "refusal": "".join(self._refusal),
            "tool_calls": [call.written() for call in self._calls],
        }
        choice = {"message": message, "finish_reason": self._finish_reason}
        return self._top | {"choices": [choice] if self._has_begun else []}

    def _take_choice(self, choice: Mapping[str, object]) -> str:
        delta = as_object(choice.get("delta"))
        if not delta and not self._has_begun:
            # A gateway that streams for a server that cannot sends all in one such chunk.
            delta = as_object(choice.get("message"))
        self._has_begun = True
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self._finish_reason = reason
        for item in as_array(delta.get("tool_calls")):
            self._take_call(as_object(item))
        content, refusal = as_text(delta.get("content")), as_text(delta.get("refusal"))
        self._content.append(content)
        self._refusal.append(refusal)
        return content or ("" if any(self._content) else refusal)

    def _take_call(self, piece: Mapping[str, object]) -> None:
        index, call_id = piece.get("index"), piece.get("id")
        function = as_object(piece.get("function"))
        name, arguments = function.get("name"), function.get("arguments")
        index = index if isinstance(index, int) else None
        call_id = call_id if isinstance(call_id, str) and call_id else None
        name = name if isinstance(name, str) else ""
        call = self._call_meant(index, call_id)
        if call is None or (name and call.is_another(index, call_id)):
            call = _Call(index, call_id)
            self._calls.append(call)
        call.id = call.id or call_id
        call.add(name, arguments)

    def _call_meant(self, index: int | None, call_id: str | None) -> _Call | None:
        """The call that a piece goes on with, unless it turns out to begin one."""
        for call in reversed(self._calls):
            if index is not None and call.index == index:
                return call
            if index is None and call_id is not None and call.id == call_id:
                return call
        return self._calls[-1] if index is None and self._calls else None


@dataclass
class _Call:
    index: int | None
    id: str | None
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])
    object: dict[str, object] | None = None

    def is_another(self, index: int | None, call_id: str | None) -> bool:
        """Whether a piece with a name, at the same place, begins another call.

        Some servers count every call as number 0, some count and name none, and some repeat
        number, id and name in every piece.
        """
        if call_id is not None:
            return self.id is not None and call_id != self.id
        return index is None or self.object is not None or _is_json("".join(self.arguments))

    def add(self, name: str, arguments: object) -> None:
        if name != self.name:
            self.name += name
        if isinstance(arguments, str):
            self.arguments.append(arguments)
        elif whole := as_object(arguments):
            self.object = whole

    def written(self) -> dict[str, object]:
        """The call as a plain answer holds it."""
        text = "".join(self.arguments) if self.arguments else None
        arguments = text if self.object is None else self.object
        return {"id": self.id, "function": {"name": self.name, "arguments": arguments}}


def _is_json(text: str) -> bool:
    try:
        from_json(text)
    except ValueError:
        return False
    return True
