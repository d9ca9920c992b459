"""A site of its own with Taskchat's widget on it: `python3 examples/widget/server.py`.

Python's standard library is all it needs. It signs people in by a cookie, and tells Taskchat who they
are by a token, which it signs with the secret that both servers know. Its pages have a policy as
strict as they come: no script but from here and from Taskchat, no style in the page, no foreign host.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import time
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

HERE = Path(__file__).parent
PEOPLE = ("Anna", "Ben")
"""Who may sign in here. A site of yours has accounts, and a session that nobody can make up."""
TOKEN_LIFE_S = 300
POLICY = (
    "default-src 'none'; script-src 'self' {taskchat}; connect-src 'self' {taskchat};"
    " style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
SIGNED_OUT = "".join(f'<button name="person" value="{name}">{name}</button>' for name in PEOPLE)
FILES = {"/site.css": "text/css", "/callback.js": "text/javascript"}


def sign_token(person: str, secret: str) -> str:
    """A JSON Web Token (HS256) for somebody who is signed in here."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    claims = {"sub": f"site|{person}", "exp": int(time.time()) + TOKEN_LIFE_S}
    head = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    return head + "." + part(hmac.digest(secret.encode(), head.encode(), hashlib.sha256))


class Site(BaseHTTPRequestHandler):
    """Answers one request to the site."""

    taskchat: str
    secret: str

    def do_GET(self) -> None:
        """The two pages, their files, and the token."""
        if self.path in ("/", "/callback"):
            self._answer(200, "text/html", self._page(HERE / f"{self.path[1:] or 'index'}.html"))
        elif self.path in FILES:
            self._answer(200, FILES[self.path], (HERE / self.path[1:]).read_text("utf-8"))
        elif self.path == "/token":
            person = self._person()
            token = None if person is None else sign_token(person, self.secret)
            body = json.dumps({"token": token})
            self._answer(401 if token is None else 200, "application/json", body)
        else:
            self._answer(404, "text/plain", "There is nothing here.")

    def do_POST(self) -> None:
        """Sign in, or out, and go back to the page."""
        size = int(self.headers.get("Content-Length", "0"))
        form = parse_qs(self.rfile.read(size).decode())
        person = form.get("person", [""])[0]
        cookie = f"person={person if person in PEOPLE else ''}; HttpOnly; SameSite=Lax; Path=/"
        self._answer(303, "text/plain", "", **{"Set-Cookie": cookie, "Location": "/"})

    def _person(self) -> str | None:
        """Who is signed in here."""
        found = SimpleCookie(self.headers.get("Cookie", "")).get("person")
        return found.value if found is not None and found.value in PEOPLE else None

    def _page(self, file: Path) -> str:
        person = self._person()
        if person is None:
            who, buttons = "Nobody is signed in. Who are you?", SIGNED_OUT
        else:
            who, buttons = f"{person} is signed in.", '<button name="person">Sign out</button>'
        page = Template(file.read_text("utf-8"))
        return page.substitute(taskchat=self.taskchat, who=who, buttons=buttons)

    def _answer(self, status: int, kind: str, text: str, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY.format(taskchat=self.taskchat))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve the site until Ctrl+C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--taskchat", default="http://127.0.0.1:8000", help="where Taskchat serves")
    options = parser.parse_args()
    Site.taskchat = options.taskchat
    Site.secret = os.environ.get("BETTER_AUTH_SECRET", "")
    if not Site.secret:
        parser.error("BETTER_AUTH_SECRET is missing: the secret that Taskchat was started with")
    with ThreadingHTTPServer(("127.0.0.1", options.port), Site) as server:
        print(f"The site is at http://localhost:{server.server_port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
