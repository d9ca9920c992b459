"""A turn, its steps and its tool calls as spans; in place of their parts only where traces are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskchat.chat.agent import Agent
from taskchat.chat.endings import calls_in
from taskchat.chat.toolset import Toolset
from taskchat.measures.traces import here

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_ai.messages import ModelResponse, ToolCallPart
    from pydantic_ai.models import Model
    from pydantic_ai.tools import ToolDefinition

    from taskchat.chat.agent import TurnLimits
    from taskchat.chat.journal import Journal
    from taskchat.chat.progress import Progress
    from taskchat.chat.records import OwnedTurn, TurnRecord
    from taskchat.chat.telling import Telling
    from taskchat.chat.tool_servers.outcomes import Outcome
    from taskchat.chat.tool_servers.servers import ToolServers
    from taskchat.db.database import Transaction
    from taskchat.measures.traces import Parent, Traces
    from taskchat.tasks.new_tasks import NewTasks

UNKNOWN_TOOL = "unknown"
"""Models call what they like, and what they make up is content."""


class TracedToolset(Toolset):
    """Tool calls as spans of the step that makes them."""

    def __init__(self, elsewhere: ToolServers | None, traces: Traces) -> None:
        super().__init__(elsewhere)
        self._traces = traces
        self._known: frozenset[str] = frozenset()
        self._steps: dict[str, Parent] = {}

    def begin_step(self, response: ModelResponse, step: Parent) -> None:
        """The calls of this answer belong to that span, in whichever thread or job they are made."""
        # Not by a context variable: the writer's thread of SQLite and the jobs of calls elsewhere
        # have contexts of their own.
        self._steps |= {call.tool_call_id: step for call in calls_in(response)}

    def end_step(self, response: ModelResponse) -> None:
        """They have been made."""
        for call in calls_in(response):
            self._steps.pop(call.tool_call_id, None)

    async def definitions(self) -> list[ToolDefinition]:
        """As `Toolset`; from here on their names may be told."""
        found = await super().definitions()
        self._known = frozenset(tool.name for tool in found)
        return found

    async def call(
        self, tx: Transaction | None, turn: OwnedTurn, call: ToolCallPart, new: NewTasks
    ) -> Mapping[str, Any]:
        """As `Toolset`, within a span."""
        with self._traces.leaf(*self._span_of(call)) as span:
            result = await super().call(tx, turn, call, new)
            span.note({"taskchat.tool.ok": result["ok"]})
            return result

    async def call_elsewhere(self, call: ToolCallPart, limit_s: float) -> Outcome | None:
        """The same."""
        with self._traces.leaf(*self._span_of(call)) as span:
            outcome = await super().call_elsewhere(call, limit_s)
            if outcome is None:
                span.fail("in_doubt")
            else:
                span.note({"taskchat.tool.ok": outcome.ok})
            return outcome

    def _span_of(self, call: ToolCallPart) -> tuple[str, dict[str, str], Parent | None]:
        name = call.tool_name if call.tool_name in self._known else UNKNOWN_TOOL
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": call.tool_call_id,
        }
        return f"execute_tool {name}", attributes, self._steps.get(call.tool_call_id)


class TracedAgent(Agent):
    """Turns as spans, and each step of theirs."""

    def __init__(  # noqa: PLR0913  those of an `Agent`, and one
        self,
        journal: Journal,
        toolset: Toolset,
        model: Model,
        limits: TurnLimits,
        *,
        traced_tools: TracedToolset,
        traces: Traces,
    ) -> None:
        super().__init__(journal, toolset, model, limits)
        self._tools = traced_tools
        self._traces = traces

    async def run(self, turn: OwnedTurn, telling: Telling) -> TurnRecord:
        """As `Agent`, within a span."""
        attributes = {
            "taskchat.turn.id": str(turn.uid),
            "taskchat.turn.attempt": turn.attempt,
            "taskchat.turn.streamed": turn.streamed,
        }
        with self._traces.span("turn", attributes) as span:
            record = await super().run(turn, telling)
            span.note({"taskchat.turn.status": record.status})
            if record.error_code is not None:
                span.fail(record.error_code)
            return record

    async def _act(self, progress: Progress, response: ModelResponse, deadline: float) -> None:
        attributes = {
            "taskchat.step.index": len(progress.steps),
            "taskchat.step.tool_calls": len(calls_in(response)),
        }
        with self._traces.span("step", attributes):
            self._tools.begin_step(response, here())
            try:
                await super()._act(progress, response, deadline)
            finally:
                self._tools.end_step(response)
