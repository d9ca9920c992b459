import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsIn } from "./sse.ts";

async function read(pieces: Uint8Array[]): Promise<unknown[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const events: unknown[] = [];
  for await (const event of eventsIn(body)) events.push(event);
  return events;
}

test("events are whole, wherever the stream was cut into pieces", async () => {
  const stream = 'id: 2\nevent: message.delta\ndata: {"text": "é: ☑"}\n\n: still here\n\n';
  const bytes = new TextEncoder().encode(stream);
  const pieces = [...bytes].map((byte) => Uint8Array.of(byte));

  const events = await read(pieces);

  assert.deepEqual(events, [{ id: 2, name: "message.delta", data: { text: "é: ☑" } }]);
});

test("an event that was cut off is not told", async () => {
  const bytes = new TextEncoder().encode('id: 2\nevent: message.delta\ndata: {"text": "Bu');

  assert.deepEqual(await read([bytes]), []);
});
