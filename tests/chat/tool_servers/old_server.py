"""A server written by hand, in the protocol of 2025: no library, so it starts at once and can be broken.

python old_server.py MODE [MORE]     `well`, or what is wrong with it
"""

# ruff: noqa: T201
import json
import os
import signal
import subprocess
import sys
import time

MODE = sys.argv[1]
TOOLS: list[dict[str, object]] = [
    {"name": "echo", "description": "Say it again.", "inputSchema": {"type": "object"}}
]
STRANGE: list[dict[str, object]] = [
    {"name": "huge", "inputSchema": {"type": "object", "x": "y" * 20_000}},
    {"name": "bare", "inputSchema": {"type": "object"}},
    {"name": "a" * 70, "inputSchema": {"type": "object"}},
    {"name": "", "inputSchema": {"type": "object"}},
]


def say(**message: object) -> None:
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def initialize() -> object:
    if MODE == "hangs":
        time.sleep(3600)
    if MODE == "starts slowly":
        while not os.path.exists(sys.argv[2]):
            time.sleep(0.01)
    return {
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {"listChanged": True}},
        "serverInfo": {"name": "old", "version": "1"},
    }


def list_tools() -> object:
    if MODE == "lists nonsense":
        return {"tools": 5}
    if MODE == "has many tools":
        many = [{**TOOLS[0], "name": f"tool {number}"} for number in range(101)]
        return {"tools": [STRANGE[0]] * 10 + many}
    return {"tools": [*TOOLS, *STRANGE] if MODE == "has strange tools" else TOOLS}


def call() -> object:
    text = "again"
    if MODE == "says nonsense":
        return {"content": 5}
    while MODE == "floods in a call":
        say(method="notifications/message", params={"level": "info", "data": "x"})
    if MODE == "learns":
        TOOLS.append({**TOOLS[0], "name": "more"})
        say(method="notifications/tools/list_changed")
        text = "learnt"
    if MODE == "asks back":
        say(id=99, method="elicitation/create", params={"message": "Who?"})
        text = "refused" if "error" in json.loads(sys.stdin.readline()) else "told"
    return {"content": [{"type": "text", "text": text}]}


ANSWERS = {"initialize": initialize, "tools/list": list_tools, "tools/call": call}


def sleep_for_long(mark: str) -> list[str]:
    return [sys.executable, "-c", f"import time; time.sleep(3600)  # {mark}"]


def be_broken() -> None:
    if MODE == "ends at once":
        sys.exit(3)
    if MODE == "babbles":
        print("hello, I am not a server\n{]\n\x00" * 20, flush=True)
    while MODE == "prints for ever":
        print("y")
    while MODE == "sends an endless line":
        sys.stdout.write("y" * 100_000)
    if MODE == "does not want to end":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen(sleep_for_long(sys.argv[2]))  # noqa: S603  our own words
    if MODE == "leaves a child behind":
        # In a group of its own, with our output in its hands.
        child = [sys.executable, "-c", "import time; time.sleep(20)"]
        subprocess.Popen(child, start_new_session=True)  # noqa: S603  our own words


be_broken()
for line in sys.stdin:
    request = json.loads(line)
    if request.get("method") in ANSWERS:
        say(id=request["id"], result=ANSWERS[request["method"]]())
    elif "id" in request:
        say(id=request["id"], error={"code": -32601, "message": "Method not found"})
if MODE == "does not want to end":
    time.sleep(3600)
os._exit(0)
