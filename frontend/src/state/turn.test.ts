import assert from "node:assert/strict";
import { test } from "node:test";
import type { TurnEvent } from "../api/sse.ts";
import { advance, newTurn } from "./turn.ts";

function told(...events: [number, string, object][]) {
  return events.reduce(
    (turn, [id, name, data]) => advance(turn, { id, name, data } as TurnEvent),
    newTurn("t"),
  );
}

test("words add up, and an event that comes twice counts once", () => {
  const turn = told(
    [2, "message.delta", { text: "Buy " }],
    [2, "message.delta", { text: "Buy " }],
    [3, "message.delta", { text: "milk" }],
  );

  assert.equal(turn.text, "Buy milk");
});

test("a resumed turn replaces what was shown, and runs again", () => {
  const turn = told(
    [2, "message.delta", { text: "Lost words" }],
    [3, "turn.failed", { error_code: "MODEL_ERROR", error_message: "No.", retryable: true }],
    [4, "turn.resumed", { attempt: 2, text: "Kept" }],
    [5, "message.delta", { text: " words" }],
  );

  assert.deepEqual([turn.text, turn.phase, turn.failure], ["Kept words", "running", null]);
});

test("a call that is told again by another attempt is shown once, with its result", () => {
  const called = { id: "c1", name: "add_task", arguments: { title: "Milk" } };
  const returned = { id: "c1", name: "add_task", ok: true, result: { status: "created" } };

  const turn = told(
    [2, "tool.called", called],
    [3, "tool.returned", returned],
    [4, "turn.resumed", { attempt: 2, text: "" }],
    [5, "tool.called", called],
    [6, "tool.returned", returned],
  );

  assert.equal(turn.calls.length, 1);
  assert.deepEqual(turn.calls[0]?.arguments, { title: "Milk" });
  assert.deepEqual(turn.calls[0]?.outcome, { ok: true, result: { status: "created" } });
});

test("a failed turn says why", () => {
  const failure = { error_code: "AGENT_TIMEOUT", error_message: "Too slow.", retryable: true };

  const turn = told([2, "turn.failed", failure]);

  assert.deepEqual([turn.phase, turn.failure], ["failed", failure]);
});
