"""Sends every operation of the API what its description allows, and what it does not.

    python -m tests.fuzz [--examples 100] [--database postgresql://…]

A real server with the built-in model runs behind it; schemathesis reads our own OpenAPI document
and looks for server errors, statuses that are not described, and answers of another shape.
`./run check` runs it with fewer examples.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from tests.processes import TaskchatServer, environment

CONFIG = Path(__file__).with_suffix(".toml")
TASKCHAT = Path(sys.executable).with_name("taskchat")
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")


def main() -> int:
    """Run it; 0 where nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="for each operation and phase")
    parser.add_argument("--database", help="an empty one on Postgres; else a new file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taskchat-fuzz-") as folder:
        unlimited = dict.fromkeys(
            ("TASKCHAT_RATE_LIMIT", "TASKCHAT_AUTH_RATE_LIMIT", "TASKCHAT_TURNS_AT_ONCE"), "off"
        )
        env = environment(Path(folder), TASKCHAT_LOG_LEVEL="error", **unlimited)
        if options.database is not None:
            env["DATABASE_URL"] = options.database
            subprocess.run([TASKCHAT, "migrate"], env=env, check=True)  # noqa: S603
        with TaskchatServer(env) as server:
            status = _fuzz(server.address, Path(folder), options.examples)
            sys.stderr.write(server.log)
    return status


def _fuzz(address: str, folder: Path, examples: int) -> int:
    person = _sign_up(address)
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.read_text("utf-8").replace("USER", person["user"]["id"]), "utf-8")
    command = [
        str(SCHEMATHESIS),
        f"--config-file={config}",
        "run",
        f"{address}/openapi.json",
        f"--header=Authorization: Bearer {person['token']}",
        "--phases=examples,coverage,fuzzing,stateful",
        f"--max-examples={examples}",
        "--continue-on-failure",
        # The first request to /chatkit loads its SDK, which takes a while on a busy machine.
        "--request-timeout=60",
        "--generation-deterministic",
        "--no-color",
        # Signing out would end the run's own session.
        "--exclude-path-regex=/auth/(sign-out|password)",
    ]
    return subprocess.run(command, check=False, cwd=folder).returncode  # noqa: S603


def _sign_up(address: str) -> dict[str, dict[str, str]]:
    body = {"email": "fuzz@example.com", "password": "correct horse"}
    request = urllib.request.Request(  # noqa: S310  our own server
        f"{address}/auth/sign-up",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main())
