"""What `/openapi.json` says: FastAPI's own, without the answers that FastAPI never gives here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

NEVER_USED = ("HTTPValidationError", "ValidationError")
"""Bad input is 400 here (`http/errors.py`); FastAPI publishes its 422 wherever it reads anything."""


def install(app: FastAPI) -> None:
    """Publish the app as it is."""
    published = app.openapi

    def openapi() -> dict[str, Any]:
        document = published()
        schemas = document.get("components", {}).get("schemas", {})
        for name in NEVER_USED:
            schemas.pop(name, None)
        for methods in document["paths"].values():
            for operation in methods.values():
                if NEVER_USED[0] in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
        return document

    app.openapi = openapi
