"""The form of every answer under `/api/v1`: `{"data": ..., "error": null}` when it went well.

Failures get their half of the envelope in `http/errors.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Generic, TypeVar

from fastapi import Response
from pydantic import BaseModel, Field

T = TypeVar("T")


class Envelope(BaseModel, Generic[T]):
    """An answer that went well."""

    data: Annotated[T, Field(description="What was asked for.")]
    error: Annotated[None, Field(description="Null: there was none.")] = None


def data_response(
    data: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer that carries `data`: a pydantic model, or plain values that JSON knows."""
    whole = Envelope[object](data=data)
    body = whole.model_dump_json(serialize_as_any=True)
    return Response(body, status, headers, media_type="application/json")
