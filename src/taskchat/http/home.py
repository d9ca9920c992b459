"""`GET /`: a plain page with the first commands, until the web page comes."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from taskchat.http.deps import parts_of
from taskchat.http.security_headers import PAGE_POLICY

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Taskchat</title>
<h1>Taskchat is running</h1>
<p>Your to-do list, kept by talking. The web page is not built yet; these three commands are the
whole of a first conversation:</p>
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


@router.get("/")
async def home(request: Request) -> HTMLResponse:
    """The page."""
    base = parts_of(request).tokens.page.public_url.rstrip("/")
    page = _PAGE.format(commands=escape(_COMMANDS.format(base=base)))
    return HTMLResponse(page, headers={"Content-Security-Policy": PAGE_POLICY})
