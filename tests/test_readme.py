"""The README's first conversation, run as it stands against a real server."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from pathlib import Path

from tests.processes import TaskchatServer, environment

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
FIXED = "http://127.0.0.1:8000"


def _lines_over_http() -> str:
    blocks = re.findall(r"```sh\n(.+?)```", README, re.DOTALL)
    (found,) = [block for block in blocks if "/auth/sign-up" in block]
    assert FIXED in found
    return found


async def test_the_readmes_lines_keep_a_task_that_survives_a_restart(tmp_path: Path) -> None:
    async with TaskchatServer(environment(tmp_path)) as server:
        script = _lines_over_http().replace(FIXED, server.address)
        out = await asyncio.to_thread(_run, f"set -eu\n{script}\necho TOKEN=$TOKEN ID=$ID")
        await server.terminate()

    said, completed, listed, *events, account = out.strip().splitlines()
    assert json.loads(said)["tool_calls"] == ["add_task"]
    assert json.loads(completed)["tool_calls"] == ["complete_task"]
    (task,) = json.loads(listed)
    assert (task["title"], task["completed"]) == ("Buy milk", True)

    named = [line.removeprefix("event: ") for line in events if line.startswith("event: ")]
    assert (named[0], named[-1]) == ("turn.started", "turn.completed")

    async with TaskchatServer(environment(tmp_path)) as server:
        again = (
            f'{account}\ncurl -s {server.address}/api/$ID/tasks -H "Authorization: Bearer $TOKEN"'
        )
        after = await asyncio.to_thread(_run, again.replace(" ID=", "\nID="))
        await server.terminate()

    assert json.loads(after) == [task]


def _run(script: str) -> str:
    done = subprocess.run(  # noqa: S603  the README's own lines
        ["/bin/bash", "-c", script], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
