"""The files of `deploy/` as they stand, and the same with the ports and paths of a test."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


def read_yaml(name: str) -> Any:
    """One document of `deploy/`."""
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def copy_settings() -> dict[str, str]:
    """What the copies of compose.yaml are told, without what differs from place to place."""
    told = cast("dict[str, str]", read_yaml("compose.yaml")["services"]["copy-1"]["environment"])
    places = ("DATABASE_URL", "TASKCHAT_PUBLIC_URL", "TASKCHAT_TRUSTED_PROXIES")
    return {name: value for name, value in told.items() if name not in places}


def nginx_file(port: int, copies: Sequence[int], folder: Path) -> str:
    """nginx.conf for copies at these ports of this machine."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    (first, options), *_ = re.findall(r"( *server copy-1:8000(.*);\n)", text)
    text = re.sub(r" *server copy-2:8000.*;\n", "", text)
    ours = [f"        server 127.0.0.1:{copy}{options};\n" for copy in copies]
    return _with(
        text,
        {
            # First: what comes in may be below it.
            "/tmp/": f"{folder}/",  # noqa: S108  what the file says
            first: "".join(ours),
            "listen 8080;": f"listen 127.0.0.1:{port};",
            "/dev/stdout": f"{folder}/access.log",
            "/dev/stderr": f"{folder}/error.log",
        },
    )


def pgbouncer_file(port: int, server: str, users: Path) -> str:
    """pgbouncer.ini for a server; `server` is how it is reached: `host=… dbname=…`."""
    return _with(
        (DEPLOY / "pgbouncer.ini").read_text(encoding="utf-8"),
        {
            "host=postgres port=5432 dbname=taskchat": server,
            "listen_addr = *": "listen_addr = 127.0.0.1",
            "listen_port = 6432": f"listen_port = {port}",
            "/etc/pgbouncer/userlist.txt": str(users),
        },
    )


def _with(text: str, changes: dict[str, str]) -> str:
    """Each must be there: what a file does not say any more, a test must not go on without."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text
