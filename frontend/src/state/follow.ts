import type { Client } from "../api/client.ts";
import { Failure } from "../api/failure.ts";
import { eventsIn, type TurnEvent } from "../api/sse.ts";

const ENDS: ReadonlySet<string> = new Set(["turn.completed", "turn.failed", "turn.cancelled"]);
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
const GIVE_UP_MS = 60_000;

export interface Followed {
  client: Client;
  turnId: string;
  /** The number of the last event seen. */
  after: number;
  /** The stream that the turn was begun with, where there is one. */
  stream?: ReadableStream<Uint8Array> | null | undefined;
  signal: AbortSignal;
  /** Told when the connection is lost, and when it is back. */
  onConnection: (isThere: boolean) => void;
}

/**
 * The events of a turn up to its end, over as many connections as it takes.
 *
 * @throws Failure where the server refuses, or cannot be reached for a minute.
 */
export async function* follow(followed: Followed): AsyncGenerator<TurnEvent> {
  const { client, turnId, signal, onConnection } = followed;
  let { after, stream } = followed;
  let pauseMs = FIRST_PAUSE_MS;
  let lostAt: number | null = null;
  for (;;) {
    try {
      stream ??= await reconnect(client, turnId, after, signal);
      for await (const event of eventsIn(stream)) {
        if (lostAt !== null) onConnection(true);
        lostAt = null;
        pauseMs = FIRST_PAUSE_MS;
        after = Math.max(after, event.id);
        yield event;
        if (ENDS.has(event.name)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Failure && !error.isPassing) throw error;
    }
    if (signal.aborted) return;
    stream = null;
    lostAt ??= Date.now();
    onConnection(false);
    if (Date.now() - lostAt > GIVE_UP_MS) throw new Failure("The connection was lost.");
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function reconnect(
  client: Client,
  turnId: string,
  after: number,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const headers = { Accept: "text/event-stream", "Last-Event-ID": String(after) };
  const params = { turn_id: turnId };
  const path = "/api/v1/chat/turns/{turn_id}/events";
  const answer = await client.fetch("get", path, { params, headers, signal });
  if (answer.body === null) throw new Failure("The server sent nothing.");
  return answer.body;
}

/** Waits; less long where the browser says that it is online again. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
