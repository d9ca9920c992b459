/** What is kept of a turn beside its events: its key, its question, what is told of its end. */

import type { Message } from "../api/client.ts";
import { hasEnded, type LiveTurn } from "./turn.ts";

/** A name that nobody else takes; `randomUUID` is there only under https and on this machine. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function isReplyOf(turnId: string, message: Message): boolean {
  return message.role === "assistant" && message.turn_id === turnId;
}

/** The user's message as it will be read later; until then its id is one of ours. */
export function questionOf(turnId: string, conversationId: string, content: string): Message {
  return {
    id: `question-${turnId}`,
    conversation_id: conversationId,
    role: "user",
    content,
    tool_calls: null,
    tool_results: null,
    metadata: null,
    turn_id: turnId,
    created_at: new Date().toISOString(),
  };
}

export function withoutFailure(live: LiveTurn | null): LiveTurn | null {
  return live !== null && hasEnded(live) ? null : live;
}

export function announced(live: LiveTurn, message: Message | undefined): string {
  const said = message?.content ?? live.text;
  if (live.phase === "failed") return `${said} ${live.failure?.error_message ?? ""}`.trim();
  if (live.phase === "cancelled") return `${said} Stopped.`.trim();
  return said;
}
