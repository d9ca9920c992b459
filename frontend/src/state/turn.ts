import type { Outcome, TurnEvent, TurnFailure } from "../api/sse.ts";

/** One use of a tool, as far as it is known. */
export interface Call {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
  /** Null while it works. */
  outcome: Outcome | null;
}

/** A turn as its events have told it so far. */
export interface LiveTurn {
  id: string;
  phase: "running" | "completed" | "failed" | "cancelled";
  /** The number of the last event: what comes again is left out, so no word is shown twice. */
  lastEvent: number;
  text: string;
  calls: Call[];
  failure: TurnFailure | null;
}

export function newTurn(id: string): LiveTurn {
  return { id, phase: "running", lastEvent: 0, text: "", calls: [], failure: null };
}

/** The turn after one more event. */
export function advance(turn: LiveTurn, event: TurnEvent): LiveTurn {
  if (event.id <= turn.lastEvent) return turn;
  const next: LiveTurn = { ...turn, lastEvent: event.id };
  switch (event.name) {
    case "turn.started":
      return next;
    case "message.delta":
      return { ...next, text: turn.text + event.data.text };
    case "turn.resumed":
      return { ...next, phase: "running", failure: null, text: event.data.text };
    case "tool.called":
      return { ...next, calls: withCall(turn.calls, { ...event.data, outcome: null }) };
    case "tool.returned": {
      const { id, name, ...outcome } = event.data;
      const called = turn.calls.find((call) => call.id === id);
      const call = { id, name, arguments: called?.arguments ?? {}, outcome };
      return { ...next, calls: withCall(turn.calls, call) };
    }
    case "turn.completed":
      return { ...next, phase: "completed" };
    case "turn.failed":
      return { ...next, phase: "failed", failure: event.data };
    case "turn.cancelled":
      return { ...next, phase: "cancelled" };
  }
}

export function hasEnded(turn: LiveTurn): boolean {
  return turn.phase !== "running";
}

/** An attempt tells anew what the one before it has done: the same call has the same id. */
function withCall(calls: Call[], call: Call): Call[] {
  return calls.some((known) => known.id === call.id)
    ? calls.map((known) => (known.id === call.id ? call : known))
    : [...calls, call];
}
