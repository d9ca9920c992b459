"""`GET /`: the web page with what it must know of this server, and its files at `/assets/`.

The files carry their digest in their names, so a browser keeps them for good. What the page must know
stands in a `<meta>`, since a script in the page would need `unsafe-inline`.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from taskchat.errors import NotFoundError
from taskchat.http.deps import parts_of
from taskchat.http.security_headers import page_policy
from taskchat.http.web_files import WebFiles
from taskchat.model.choices import is_embedded_alone

if TYPE_CHECKING:
    from taskchat.parts import Parts

router = APIRouter(include_in_schema=False)

_FOR_GOOD = {"Cache-Control": "public, max-age=31536000, immutable"}
_PLACE = '<meta name="taskchat" content="{}" />'
"""Where the page's own file leaves room for what it must know."""
_MISSING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Taskchat</title>
<h1>Taskchat is running</h1>
<p>{why} These three commands are the whole of a first conversation:</p>
<pre>{commands}</pre>
<p>Each message you send is stored before it is answered, and a retry never adds a task twice.
Everything else that can be asked for: <a href="/docs">the API</a>.</p>
</html>
"""
_COMMANDS = """curl -s {base}/auth/sign-up -H 'Content-Type: application/json' \\
  -d '{{"email": "me@example.com", "password": "correct horse"}}'

curl -s {base}/api/YOUR_ID/chat -H 'Authorization: Bearer YOUR_TOKEN' \\
  -H 'Content-Type: application/json' -d '{{"message": "Create a task to buy milk"}}'

curl -s {base}/api/YOUR_ID/tasks -H 'Authorization: Bearer YOUR_TOKEN'
"""


@router.api_route("/", methods=["GET", "HEAD"])
async def page(request: Request) -> HTMLResponse:
    """The page, or what can be done without it."""
    parts = parts_of(request)
    policy = {"Content-Security-Policy": page_policy(parts.settings.token_url)}
    return HTMLResponse(page_text(WebFiles(), parts), headers=policy)


@router.api_route("/assets/{name}", methods=["GET", "HEAD"])
async def asset(name: str, request: Request) -> Response:
    """One of the page's files.

    Raises:
        NotFoundError: the page has no such file.
    """
    found = WebFiles().assets().get(name)
    if found is None:
        raise NotFoundError
    content, form = found.form_for(request.headers.get("accept-encoding", ""))
    return Response(content, media_type=found.media_type, headers=_FOR_GOOD | form)


def page_text(web: WebFiles, parts: Parts) -> str:
    """The page as HTML; without one the first commands, and why."""
    index = web.index()
    if index is None:
        commands = _COMMANDS.format(base=parts.tokens.page.public_url.rstrip("/"))
        why = escape(web.why_missing() or "")
        return _MISSING.format(why=why, commands=escape(commands))
    known = json.dumps(_known(parts))
    return index.replace(_PLACE, f'<meta name="taskchat" content="{escape(known)}" />', 1)


def _known(parts: Parts) -> dict[str, object]:
    """What the page must know before anybody has signed in; it is told to everyone."""
    settings = parts.settings
    return {
        "accounts": settings.local_accounts,
        "sign_up": settings.local_accounts and parts.accounts.sign_up_open,
        "token_url": settings.token_url,
        "sign_in_url": settings.sign_in_url,
        "embedded": is_embedded_alone(settings),
    }
