import type { Message } from "./client.ts";

/** What a turn tells; docs/CHAT_API.md says when. */
export type TurnEvent = { id: number } & (
  | { name: "turn.started"; data: { turn_id: string; conversation_id: string; attempt: number } }
  | { name: "message.delta"; data: { text: string } }
  | { name: "tool.called"; data: { id: string; name: string; arguments: Record<string, unknown> } }
  | { name: "tool.returned"; data: { id: string; name: string } & Outcome }
  | { name: "turn.resumed"; data: { attempt: number; text: string } }
  | { name: "turn.completed"; data: { message: Message } }
  | { name: "turn.failed"; data: TurnFailure & { message?: Message } }
  | { name: "turn.cancelled"; data: { message?: Message } }
);

/** What a use of a tool came to. */
export interface Outcome {
  ok: boolean;
  /** Where `ok` is false: why not, in words. */
  result: unknown;
  /** True where nobody knows whether it was done. */
  in_doubt?: boolean;
}

export interface TurnFailure {
  error_code: string;
  error_message: string;
  retryable: boolean;
}

/** The server gives a sign of life every 15 seconds: after this the connection is dead. */
const LONGEST_SILENCE_MS = 40_000;

/** Reads server-sent events out of an answer, until it ends or breaks off. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<TurnEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let held = "";
  try {
    for (;;) {
      const silence = setTimeout(() => void reader.cancel(), LONGEST_SILENCE_MS);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      held += decoder.decode(value, { stream: true });
      for (let end = held.indexOf("\n\n"); end >= 0; end = held.indexOf("\n\n")) {
        const event = parseEvent(held.slice(0, end));
        held = held.slice(end + 2);
        if (event !== null) yield event;
      }
    }
  } finally {
    // The connection is closed, too: the server need not tell what nobody hears.
    await reader.cancel().catch(() => undefined);
  }
}

/** One block of lines; null for a comment. */
export function parseEvent(block: string): TurnEvent | null {
  const fields: Record<string, string> = {};
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, "");
  }
  const { id, event, data } = fields;
  if (id === undefined || event === undefined || data === undefined) return null;
  return { id: Number(id), name: event, data: JSON.parse(data) as unknown } as TurnEvent;
}
