"""A tool that refuses what it does not know, and says in a sentence what to try next.

The MCP library's own tools ignore unknown arguments, read text as JSON where it happens to be some,
and answer a wrong argument with pydantic's dump of it.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, cast

import structlog
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from pydantic import ConfigDict, ValidationError

from taskchat.db.database import ConflictError
from taskchat.errors import AppError, DatabaseError, TaskNotFoundError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from mcp.server.mcpserver.context import Context
    from mcp_types import CallToolResult, ToolAnnotations

log = structlog.get_logger()

NAME_CHARS = 40
"""How much of a name that somebody else made up is repeated."""


class CheckedTool(Tool):
    """A tool whose arguments are exactly those of its schema."""

    @classmethod
    def of(
        cls, function: Callable[..., Awaitable[CallToolResult]], annotations: ToolAnnotations
    ) -> CheckedTool:
        """The tool that an async function's name, docstring and signature describe."""
        tool = cls.from_function(
            function, description=inspect.getdoc(function), annotations=annotations
        )
        base = tool.fn_metadata.arg_model
        strict = type(base.__name__, (base,), {"model_config": ConfigDict(extra="forbid")})
        tool.fn_metadata.arg_model = strict
        tool.parameters = _without_titles(strict.model_json_schema())
        return cast("CheckedTool", tool)  # the library annotates its base class

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:  # noqa: ANN401  the library's signature
        """Check the arguments, run the tool, and put a failure into words.

        Raises:
            ToolError: the caller's mistake; the text says what to try next.
            UnexpectedToolError: ours; the text says nothing of it.
            DatabaseError: the transaction must be undone.
            ConflictError: the same.
        """
        del context, convert_result  # these tools take no context and build their own result
        try:
            parsed = self.fn_metadata.arg_model.model_validate(arguments)
        except ValidationError as error:
            raise ToolError(self._refusal(self._complaints(error))) from None
        values = parsed.model_dump_one_level()
        try:
            return await self.fn(**values)
        except (ToolError, DatabaseError, ConflictError):
            raise
        except TaskNotFoundError:
            text = f"There is no task {values.get('task_id')}."
            raise ToolError(f"{text} Call list_tasks to see the tasks and their ids.") from None
        except AppError as error:
            raise ToolError(self._refusal(error.message)) from None
        except Exception as error:
            log.error("tool.crashed", tool=self.name, kind=type(error).__name__)
            text = f"{self.name} failed on our side and changed nothing. Try again later."
            raise UnexpectedToolError(text) from error

    def _complaints(self, error: ValidationError) -> str:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        # A name that is no text has no place that could be named.
        told = [
            _complaint(str(each["loc"][0]) if each["loc"] else "names", each["type"], each["msg"])
            for each in found
        ]
        if any(each["type"] == "extra_forbidden" for each in found):
            told.append(f"its arguments are {', '.join(self.fn_metadata.arg_model.model_fields)}")
        return "; ".join(told)

    def _refusal(self, complaints: str) -> str:
        return f"{self.name} did nothing: {complaints}. Correct this and call it again."


_SENTENCES = {
    "missing": "is missing",
    "string_type": "must be text",
    "string_unicode": "must not contain half a surrogate pair",
}


def _complaint(argument: str, kind: str, text: str) -> str:
    if kind == "extra_forbidden":
        return f"{argument[:NAME_CHARS]!r} is not one of its arguments, leave it out"
    text = text.removeprefix("Value error, ")
    text = text.replace("Input should", "must").replace("String should", "must")
    return f"{argument}: {_SENTENCES.get(kind, text)}"


def _without_titles(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out what pydantic makes of the names: it says nothing, and models pay for each word."""
    for part in (schema, *schema["properties"].values()):
        part.pop("title", None)
    return schema
