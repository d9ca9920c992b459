"""`GET /widget.js`: the chat as a floating panel, for pages of other sites; see docs/widget.md.

Those pages name it, so its name holds no digest: browsers keep it for a while, then ask whether it
has changed.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from taskchat.errors import NotFoundError
from taskchat.http.web_files import WebFiles

router = APIRouter(include_in_schema=False)

KEPT_S = 300
_HEADERS = {
    "Cache-Control": f"public, max-age={KEPT_S}",
    # A page that lets nothing in unasked (Cross-Origin-Embedder-Policy) may load it, too.
    "Cross-Origin-Resource-Policy": "cross-origin",
    # In place of the API's policy: that one is for what nobody else's page may use.
    "Content-Security-Policy": "default-src 'none'",
}


@router.api_route("/widget.js", methods=["GET", "HEAD"])
async def widget(request: Request) -> Response:
    """The widget, in one file."""
    return answer(WebFiles(), request)


def answer(web: WebFiles, request: Request) -> Response:
    """The widget out of these files, or that the copy which the browser has is the same.

    Raises:
        NotFoundError: it was not built.
    """
    found = web.widget()
    if found is None:
        raise NotFoundError
    # Weak: packed or not, it is the same script (RFC 9110 section 8.8.1).
    tag = f'W/"{found.digest}"'
    headers = _HEADERS | {"ETag": tag, "Vary": "Accept-Encoding"}
    known = request.headers.get("if-none-match", "")
    if tag in (each.strip() for each in known.split(",")):
        return Response(status_code=304, headers=headers)
    content, form = found.form_for(request.headers.get("accept-encoding", ""))
    return Response(content, media_type="text/javascript", headers=headers | form)
