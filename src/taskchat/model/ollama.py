"""`ollama:NAME`: a model of an Ollama server, which speaks chat completions."""

from __future__ import annotations

from pydantic_core import from_json

from taskchat.errors import StartError
from taskchat.model.openai_chat import ChatCompletionsModel
from taskchat.model.openai_wire import as_array, as_object


class OllamaModel(ChatCompletionsModel):
    """The chat-completions client, whose check knows where Ollama's models come from."""

    address_setting = "OLLAMA_HOST (or TASKCHAT_MODEL_BASE_URL)"
    key_setting = "TASKCHAT_MODEL_API_KEY"

    @property
    def system(self) -> str:
        """The provider, in OpenTelemetry's words."""
        return "ollama"

    async def check(self) -> None:
        """See that the server is there and has the model.

        Raises:
            StartError: what to do about it.
        """
        names = _names(await self.list_models())
        wanted = self.model_name
        if names and not {wanted, f"{wanted}:latest"} & names:
            raise StartError(f"Ollama has no model {wanted}: run `ollama pull {wanted}`.")


def _names(body: bytes) -> set[str]:
    """The names in a list of models, none where it cannot be read."""
    try:
        listed = as_array(as_object(from_json(body)).get("data"))
    except ValueError:
        return set()
    return {name for item in listed if isinstance(name := as_object(item).get("id"), str)}
