"""`./run demo-crash`: a reply streams, its server is killed, another one finishes it. 20 seconds.

Everything is real, two servers and a Postgres of their own; only the model is a stand-in that speaks
slowly enough to be interrupted.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2

from tests.faults.databases import Postgres
from tests.model.stub_provider import Rule, StubProvider
from tests.processes import TaskchatServer, environment
from tests.stream_client import Reply

STORY = (
    "Done: oat milk is on your list. While we are at it, here is what happens to this very sentence:"
    " a server says it word by word, stores each word before you see it, and may die at any moment"
    " without your noticing more than a pause."
)
SPEAKS = Rule(calls=[("add_task", {"title": "Buy oat milk"})], says=STORY, pause_s=0.12)
QUESTION = "Put oat milk on my list, and tell me about yourself."
ENOUGH_WORDS = 14
_BOLD, _RED, _GREEN, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[0m"


def _say(text: str, color: str = "") -> None:
    if not sys.stdout.isatty():
        color = ""
    sys.stdout.write(f"{color}{text}{_PLAIN if color else ''}\n")
    sys.stdout.flush()


class Shown(Reply):
    """A reply that is printed while it grows."""

    def add(self, event: object) -> None:
        """Print what is new of it."""
        before = self.text
        super().add(event)  # pyright: ignore[reportArgumentType]
        name = self.events[-1].name
        if name == "turn.resumed":
            _say(f"\n  [{name}: what was shown is replaced]")
            sys.stdout.write(f"  {self.text}" if self.text else "")
        elif name.startswith(("tool.", "turn.")):
            _say(f"  [{self.events[-1].id}: {name}]" if not before else f"\n  [{name}]")
        else:
            sys.stdout.write(self.text[len(before) :] if before else f"  {self.text}")
        sys.stdout.flush()


async def main() -> int:
    """Show it; 0 where it went as promised."""
    folder = Path(tempfile.mkdtemp(prefix="taskchat-demo-"))
    async with AsyncExitStack() as stack:
        _say("Starting a Postgres, a slow model, and two servers, A and B ...")
        database = Postgres(folder / "pg", None)
        stack.push_async_callback(database.end)
        await database.prepare()
        model = await stack.enter_async_context(StubProvider(rules=[SPEAKS]))
        env = environment(
            folder,
            database.url,
            **model.settings,
            TASKCHAT_LEASE_S="2",
        )
        a = await stack.enter_async_context(TaskchatServer(env))
        b = await stack.enter_async_context(TaskchatServer(env))
        client = await stack.enter_async_context(httpx2.AsyncClient(timeout=30))
        account = {"email": "anna@example.com", "password": "correct horse"}
        me = (await client.post(f"{a.address}/auth/sign-up", json=account)).json()
        client.headers["Authorization"] = f"Bearer {me['token']}"
        client.cookies.clear()

        _say(f"\nYou, to A: {QUESTION}", _BOLD)
        reply = Shown()
        await reply.send(
            client,
            f"{a.address}/api/chat",
            {"message": QUESTION},
            "demo",
            lambda it: len(it.text.split()) >= ENOUGH_WORDS,
        )
        a.kill()
        _say("\n\nkill -9 of A, in the middle of its reply. Going on at B ...\n", _RED)
        client.base_url = b.address
        await reply.follow(client)

        tasks = (await client.get(f"/api/{me['user']['id']}/tasks")).json()
        turn = (await database.rows("SELECT status, takeovers FROM turns"))[0]
        messages = len(await database.rows("SELECT id FROM messages"))
        _say("")
        facts = {
            f"the turn is {turn['status']}, taken over {turn['takeovers']} time": turn
            == {"status": "completed", "takeovers": 1},
            f"the list holds {[task['title'] for task in tasks]}": len(tasks) == 1,
            f"{messages} messages are stored, your question and one reply": messages == 2,
            f"events 1 to {reply.last_id} came once each, and the words you saw are the message": reply.text
            == reply.message["content"]
            == STORY,
        }
        for fact, is_so in facts.items():
            _say(f"{'yes' if is_so else 'NO'}: {fact}", _GREEN if is_so else _RED)
        return int(not all(facts.values()))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
