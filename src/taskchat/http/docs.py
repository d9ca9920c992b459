"""`GET /docs`: the API's page, Swagger UI with nothing loaded from elsewhere; `GET /openapi.json`.

FastAPI's own page has a script written into it and loads the rest from a CDN. Here the files come
out of the package fastapi-offline, which is kept for its files alone and never imported.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from taskchat.errors import NotFoundError
from taskchat.http.security_headers import PAGE_POLICY

router = APIRouter(include_in_schema=False)

FILES_OF = "fastapi_offline"
FILES = frozenset({"swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"})
_CACHED = {"Cache-Control": "public, max-age=86400"}
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Taskchat API</title>
<link rel="icon" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="page">Loading the page of the API needs JavaScript; the same is at
<a href="/openapi.json">/openapi.json</a>.</div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
# Without validatorUrl Swagger UI would show a badge that asks a foreign host about our document.
_START = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""


@router.get("/docs")
async def docs() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": PAGE_POLICY})


@router.get("/openapi.json")
async def description(request: Request) -> JSONResponse:
    """The API's description for programs; FastAPI's own route for it has no name in the log."""
    app: FastAPI = request.app
    return JSONResponse(app.openapi())


@router.get("/docs/start.js")
async def start() -> Response:
    """Our own few lines: a script in the page would need `unsafe-inline`."""
    return Response(_START, media_type="text/javascript", headers=_CACHED)


@router.get("/docs/{name}")
async def file(name: str) -> FileResponse:
    """One of Swagger UI's own files.

    Raises:
        NotFoundError: it has no such file.
    """
    if name not in FILES:
        raise NotFoundError
    return FileResponse(_folder() / name, headers=_CACHED)


@cache
def _folder() -> Path:
    spec = find_spec(FILES_OF)
    assert spec is not None and spec.origin is not None  # noqa: S101, PT018  a dependency of ours
    return Path(spec.origin).parent / "static"
