"""What `/openapi.json` says: FastAPI's own, without answers that are never given, and with words.

FastAPI calls every good answer "Successful Response"; here it is what its schema is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskchat.http.envelope import Envelope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fastapi import FastAPI

NEVER_USED = ("HTTPValidationError", "ValidationError")
"""Bad input is 400 here (`http/errors.py`); FastAPI publishes its 422 wherever it reads anything."""
UNSAID = "Successful Response"
_REF = "#/components/schemas/"


def install(app: FastAPI) -> None:
    """Publish the app as it is."""
    published = app.openapi

    def openapi() -> dict[str, Any]:
        document = published()
        schemas = document.get("components", {}).get("schemas", {})
        for name in NEVER_USED:
            schemas.pop(name, None)
        for name, schema in schemas.items():
            if name.startswith(f"{Envelope.__name__}_"):  # pydantic gives these no words
                schema["description"] = Envelope.__doc__
        for operation in operations(document):
            responses = operation["responses"]
            if NEVER_USED[0] in str(responses.get("422")):
                del responses["422"]
            for response in responses.values():
                if response["description"] == UNSAID:
                    response["description"] = _description(response, schemas)
        return document

    app.openapi = openapi


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every method of every path."""
    for methods in document["paths"].values():
        yield from methods.values()


def _description(response: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """What a good answer holds, in the words of its schema."""
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return "Done; there is nothing to say."
    if schema.get("type") == "array":
        return f"Of each: {_named(schema['items'], schemas)['description']}"
    named = _named(schema, schemas)
    data = named.get("properties", {}).get("data")
    return _named(data or named, schemas).get("description", "Done.")


def _named(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference means, or the schema itself."""
    return schemas.get(schema.get("$ref", "").removeprefix(_REF), schema)
