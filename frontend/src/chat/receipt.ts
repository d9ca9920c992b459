import type { Message } from "../api/client.ts";
import { saidDue } from "../state/due.ts";
import type { Call } from "../state/turn.ts";

/** What a use of a tool comes to, in words: before the task's name, the name, after it. */
export interface Receipt {
  before: string;
  title: string | null;
  after: string;
  state: "working" | "done" | "failed";
}

const VERBS: Record<string, string> = {
  created: "Added",
  completed: "Completed",
  reopened: "Reopened",
  updated: "Changed",
  deleted: "Deleted",
  restored: "Restored",
};
const DOING: Record<string, string> = {
  add_task: "Adding",
  list_tasks: "Looking at the list",
  complete_task: "Completing a task",
  update_task: "Changing a task",
  delete_task: "Deleting a task",
  restore_task: "Restoring a task",
};

export function receiptOf(call: Call): Receipt {
  const { outcome, name } = call;
  const said = typeof call.arguments.title === "string" ? call.arguments.title : null;
  if (outcome === null) {
    const title = name === "add_task" ? said : null;
    return { before: DOING[name] ?? `Using ${name}`, title, after: "", state: "working" };
  }
  if (outcome.in_doubt) {
    const before = `Nobody knows whether ${name} was done`;
    return { before, title: null, after: "", state: "failed" };
  }
  if (!outcome.ok) {
    const why = typeof outcome.result === "string" ? `: ${outcome.result}` : "";
    return { before: `Not done${why}`, title: null, after: "", state: "failed" };
  }
  const { result } = outcome;
  if (Array.isArray(result)) {
    const found = result.length === 1 ? "1 task" : `${result.length} tasks`;
    return { before: `Looked at the list: ${found}`, title: null, after: "", state: "done" };
  }
  const { status, title } = (result ?? {}) as { status?: unknown; title?: unknown };
  const verb = VERBS[String(status)];
  if (verb === undefined || typeof title !== "string") {
    return { before: `Used ${name}`, title: null, after: "", state: "done" };
  }
  const due = saidDue(call.arguments.due_at);
  return { before: verb, title, after: due === null ? "" : `, due ${due}`, state: "done" };
}

/** The calls of a stored message. */
export function callsOf(message: Message): Call[] {
  return (message.tool_calls ?? []).map(({ id, function: called }) => {
    const outcome = message.tool_results?.[id];
    return {
      id,
      name: called.name,
      arguments: parsed(called.arguments),
      outcome: outcome ?? null,
    };
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
