"""How far a turn is, and what the model is shown of it next."""

from __future__ import annotations

from dataclasses import replace
from operator import is_
from typing import TYPE_CHECKING, Any, cast

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolReturnPart,
)

from taskchat.chat import claims, receipts
from taskchat.chat.context import (
    correction,
    messages_for,
    read_response,
    tool_return,
    was_sent_back,
)
from taskchat.chat.endings import added_up, results_of, said_in
from taskchat.chat.events import returned
from taskchat.chat.records import Ending
from taskchat.chat.texts import storable, tool_arguments, tool_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_ai.usage import RequestUsage

    from taskchat.chat.records import OwnedTurn, Step
    from taskchat.chat.telling import Telling
    from taskchat.errors import TurnFailedError


UNCONFIRMED: Mapping[str, Any] = {"unconfirmed": True}
"""The metadata of a reply that says more was done than its turn has done."""

KEPT_SHARE = 4
"""A model that was given too much reads the newest quarter of the window."""


class Progress:
    """How far a turn is: its steps, and the messages that the model reads next."""

    def __init__(self, turn: OwnedTurn, telling: Telling) -> None:
        self.turn = turn
        self.telling = telling
        self.steps: list[Step] = list(turn.steps)
        self.messages: list[ModelMessage] = []
        self.usage = turn.usage
        self._responses: list[ModelResponse] = []
        self._is_short = False

    def begin(self) -> None:
        """Read what is stored. A step of its own, since even a turn that is unreadable must end."""
        self.messages = messages_for(self.turn)
        self._responses = [read_response(s.body) for s in self.steps if s.kind == "response"]
        self.telling.resume(self.said(), always=self.turn.attempt > 1)
        # Begun by an owner that has not come to tell what became of them.
        doubtful = [s for s in self.steps if s.body.get("id") in self.turn.unreturned]
        self.telling.tell(map(returned, doubtful))

    def count(self, usage: RequestUsage) -> None:
        """Add what one request to the model has used, whatever becomes of its answer."""
        self.usage = self.usage.and_an_answer(usage.input_tokens, usage.output_tokens)

    def shorten(self) -> bool:
        """Give the model fewer of the earlier messages; False where it has been given few."""
        history = self.turn.history
        if self._is_short or not history:
            return False
        self._is_short = True
        newest = history[-(len(history) // KEPT_SHARE) :] if len(history) >= KEPT_SHARE else ()
        self.messages = messages_for(replace(self.turn, history=newest, steps=self.steps))
        return True

    def said(self) -> str:
        """All that the model said in this turn, in answers that are stored."""
        return said_in(self._responses)

    def add(self, response: ModelResponse, steps: Sequence[Step]) -> None:
        """What was just written down; the model is shown the results at its next request.

        Args:
            response: the answer that the first step holds.
            steps: it, and what its calls came to.
        """
        self.steps.extend(steps)
        request = cast("ModelRequest", self.messages[-1])
        self._responses.append(response)
        self.messages.append(response)
        if was_sent_back(response):
            self.messages.append(correction(request.instructions))
            return
        returns = [_return_of(step) for step in steps[1:]]
        self.messages.append(ModelRequest(parts=returns, instructions=request.instructions))

    def settle(self, step: Step) -> None:
        """What a call that was begun has come to."""
        self.steps[step.idx] = step
        request = cast("ModelRequest", self.messages[-1])
        returns = [
            _return_of(step)
            if isinstance(part, ToolReturnPart) and part.tool_call_id == step.body["id"]
            else part
            for part in request.parts
        ]
        self.messages[-1] = replace(request, parts=returns)

    def must_be_mended(self, response: ModelResponse) -> bool:
        """Whether an answer claims what no step has done, and none was sent back for that before."""
        is_first = not any(map(was_sent_back, self._responses))
        return is_first and self._is_unbacked(said_in(self._responses, response))

    def completed(self, response: ModelResponse) -> Ending:
        """The turn ends with this answer, or else with what its tools gave back."""
        # A first answer that was not sent back has been found true.
        was_doubted = any(map(was_sent_back, self._responses))
        is_doubted = was_doubted and self._is_unbacked(said_in(self._responses, response))
        return self._completed(response, is_doubted=is_doubted)

    def _completed(self, response: ModelResponse, *, is_doubted: bool) -> Ending:
        text = said_in(self._responses, response) or receipts.answer_from(self._results())
        metadata = UNCONFIRMED if is_doubted else None
        self._responses.append(response)
        content = "\n\n".join(filter(None, (text, receipts.doubts(self._results()))))
        return self._ending(Ending("completed", content, usage=self.usage, metadata=metadata))

    def failed(self, error: TurnFailedError) -> Ending:
        """The turn ends early; it has a reply only if something was shown or done, now or before."""
        if self._responses and was_sent_back(self._responses[-1]):
            return self._completed(self._responses.pop(), is_doubted=True)  # better than none
        done, doubts = receipts.describe(self._results()), receipts.doubts(self._results())
        said = "\n\n".join(part for part in (self.telling.shown, done, doubts) if part)
        return self._ending(
            Ending(
                "failed",
                f"{said} {receipts.STOPPED_EARLY}" if said else self.turn.replied,
                error_code=error.code,
                retryable=error.retryable,
                usage=self.usage,
            )
        )

    def _is_unbacked(self, text: str) -> bool:
        earlier = [
            result
            for message in self.turn.history
            for result in (message.tool_results or {}).values()
        ]
        return claims.is_unbacked(text, self.turn.question, self._results(), earlier)

    def _ending(self, ending: Ending) -> Ending:
        return added_up(ending, self._responses, self._results())

    def _results(self) -> list[Mapping[str, Any]]:
        return results_of(self.steps)


def _return_of(step: Step) -> ToolReturnPart:
    return tool_return(step.body["name"], step.body["id"], step.body)


def text_of_event(event: object) -> str:
    """The words in an event of a model's stream."""
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""


def ours(response: ModelResponse, turn: OwnedTurn, idx: int) -> ModelResponse:
    """The model's answer with call ids of our own, and nothing that a later request would choke on.

    Ids must be unique over the whole conversation (Anthropic refuses a repeated one), and models
    count theirs from 1 in every answer. Names that a model made up are refused by OpenAI in the
    history (letters, digits, _ and -, 64 at most), text with NUL by Postgres, blank text and text
    after calls by Anthropic, arguments that are no JSON by those who read them (NaN is none).
    """
    number = idx
    parts: list[Any] = []
    calls: list[Any] = []
    for part in response.parts:
        if isinstance(part, ToolCallPart):
            number += 1
            call = replace(
                part,
                tool_name=tool_name(part.tool_name),
                args=tool_arguments(part.args),
                tool_call_id=f"call_{turn.id}_{number}",
            )
            calls.append(call)
        elif not isinstance(part, TextPart):
            parts.append(part)
        elif part.content.strip():
            content = storable(part.content)
            parts.append(part if content == part.content else replace(part, content=content))
    parts += calls
    is_ours = len(parts) == len(response.parts) and all(map(is_, parts, response.parts))
    return response if is_ours else replace(response, parts=parts)
