import type { Call } from "../state/turn.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";
import { type Receipt, receiptOf } from "./receipt.ts";

const SIGNS: Record<Receipt["state"], IconName> = {
  working: "tool",
  done: "check",
  failed: "warn",
};

/** What the assistant has done, a line each; a line opens to what was asked and what came back. */
export function ReceiptList({ calls }: { calls: Call[] }) {
  if (calls.length === 0) return null;
  return (
    <ul aria-label="What was done" className="mb-2 flex flex-col gap-1">
      {calls.map((call) => (
        <li key={call.id}>
          <Line call={call} receipt={receiptOf(call)} />
        </li>
      ))}
    </ul>
  );
}

function Line({ call, receipt }: { call: Call; receipt: Receipt }) {
  const { before, title, after, state } = receipt;
  const look = state === "failed" ? "bg-bad-wash text-bad" : "bg-wash text-ink";
  return (
    <details className={`w-fit max-w-full rounded-lg text-sm open:w-full ${look}`}>
      <summary className="flex min-h-8 list-none items-center gap-2 rounded-lg py-1 ps-2 pe-3">
        <Icon name={SIGNS[state]} className="size-4 text-accent" />
        <span dir="auto" className="min-w-0">
          {before}
          {title !== null && <em className="font-medium"> {title}</em>}
          {after}
          {state === "working" && "…"}
        </span>
      </summary>
      <dl className="flex flex-col gap-1 px-3 pb-3 text-xs">
        <dt className="text-soft">{call.name} was given</dt>
        <dd>
          <Data value={call.arguments} label="What it was given" />
        </dd>
        {call.outcome !== null && (
          <>
            <dt className="text-soft">and gave back</dt>
            <dd>
              <Data value={call.outcome.result} label="What it gave back" />
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

function Data({ value, label }: { value: unknown; label: string }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
      tabIndex={0}
      dir="ltr"
      className="max-h-48 overflow-auto rounded-md bg-sheet p-2 font-mono whitespace-pre-wrap text-ink"
    >
      {text}
    </section>
  );
}
