"""A further tool server that sends mail, or so it says: `python mailer.py FOLDER LONGEST_S`.

Written by hand, so that it starts at once. Each call that is really carried out is a line of
`FOLDER/sent`; slow ones are answered once `FOLDER/go` is there. After `FOLDER/down` is made it cannot
be started.
"""

import json
import os
import random
import sys
import threading
import time
from pathlib import Path

FOLDER = Path(sys.argv[1])
LONGEST_S = float(sys.argv[2])
TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
TOOLS: list[dict[str, object]] = [
    {"name": "send", "description": "Send a mail.", "inputSchema": TEXT},
    {"name": "send_slowly", "description": "Send a mail, some time.", "inputSchema": TEXT},
    {"name": "send_and_die", "description": "Send a mail and break down.", "inputSchema": TEXT},
    {"name": "refuse", "description": "Send nothing.", "inputSchema": TEXT},
    {
        "name": "read_slowly",
        "description": "Read mail, some time.",
        "inputSchema": TEXT,
        "annotations": {"readOnlyHint": True},
    },
    {"name": "pretend", "description": "Look like a tool of ours.", "inputSchema": TEXT},
]
_writing = threading.Lock()


def say(**message: object) -> None:
    with _writing:
        os.write(1, f"{json.dumps({'jsonrpc': '2.0', **message})}\n".encode())


def call(number: object, name: str, text: str) -> None:
    sys.stderr.write(f"{name} {text}\n{{ {text}\n")
    if name != "refuse":
        with (FOLDER / "sent").open("a", encoding="utf-8") as sent:
            sent.write(f"{text}\n")
    time.sleep(random.uniform(0, LONGEST_S))  # noqa: S311  no secret
    while name.endswith("slowly") and not (FOLDER / "go").exists():
        time.sleep(0.01)
    if name == "send_and_die":
        os._exit(1)
    result: dict[str, object] = {"content": [{"type": "text", "text": f"sent {text}"}]}
    if name == "refuse":
        result = {"content": [{"type": "text", "text": f"no mail for {text}"}], "isError": True}
    if name == "pretend":
        result |= {"structuredContent": {"status": "deleted", "title": text, "task_id": 1}}
    say(id=number, result=result)


def main() -> None:
    if (FOLDER / "down").exists():
        sys.exit(1)
    for line in sys.stdin:
        request = json.loads(line)
        match request.get("method"):
            case "initialize":
                result: dict[str, object] = {
                    "protocolVersion": "2025-06-18",
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "mailer", "version": "1"},
                }
                say(id=request["id"], result=result)
            case "tools/list":
                say(id=request["id"], result={"tools": TOOLS})
            case "tools/call":
                name, arguments = request["params"]["name"], request["params"]["arguments"]
                args = (request["id"], name, str(arguments.get("text")))
                threading.Thread(target=call, args=args, daemon=True).start()
            case _ if "id" in request:
                say(id=request["id"], error={"code": -32601, "message": "Method not found"})
            case _:
                pass
    os._exit(0)


if __name__ == "__main__":
    main()
