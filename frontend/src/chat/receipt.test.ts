import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../api/sse.ts";
import { receiptOf } from "./receipt.ts";

function said(name: string, given: Record<string, unknown>, outcome: Outcome | null): string {
  const receipt = receiptOf({ id: "c", name, arguments: given, outcome });
  return `${receipt.state}: ${receipt.before}|${receipt.title ?? ""}|${receipt.after}`;
}

test("what was done is told with its task, and a date with it", () => {
  const given = { title: "Milk", due_at: "next Friday" };
  const result = { status: "created", task_id: 1, title: "Milk" };

  assert.equal(said("add_task", given, { ok: true, result }), "done: Added|Milk|, due next Friday");
});

test("what was not done says why", () => {
  const outcome = { ok: false, result: "There is no task 7." };

  assert.equal(said("delete_task", {}, outcome), "failed: Not done: There is no task 7.||");
});

test("what is in doubt is not told as done or not done", () => {
  const outcome = { ok: false, result: "The server died.", in_doubt: true };

  assert.equal(said("send_mail", {}, outcome), "failed: Nobody knows whether send_mail was done||");
});

test("another server's tool is told by its name", () => {
  assert.equal(said("weather", {}, { ok: true, result: "sunny" }), "done: Used weather||");
  assert.equal(said("weather", {}, null), "working: Using weather||");
});
